#include "base/loop.hpp"

#include "base/error.hpp"
#include "base/file.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <limits>
#include <utility>

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>

namespace scepd {

/// A source with what it calls. The callback may end the handle that holds it: every call keeps the state alive.
struct Loop::Handle::State : std::enable_shared_from_this<State> {
    sd_event_source* source = nullptr;
    Callback callback;
    std::function<void(int)> childCallback;
    UniqueFd fd; // closed after the source that watches it is gone
    std::exception_ptr* failure = nullptr;

    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { sd_event_source_disable_unref(source); }

    /// The wall of a C callback: what is thrown ends the loop, which throws it on.
    template <typename Body>
    int guarded(Body body) noexcept {
        const auto keep = shared_from_this();
        try {
            body();
        } catch (...) {
            *failure = std::current_exception();
            sd_event_exit(sd_event_source_get_event(source), EXIT_FAILURE);
        }
        return 0;
    }
};

namespace {

std::exception_ptr pendingFailure; // one loop per program

void check(int result, const char* action) {
    if (result >= 0) return;
    errno = -result;
    throw systemError(action);
}

std::uint64_t positive(Duration duration) {
    return duration.count() < 0 ? 0 : static_cast<std::uint64_t>(duration.count());
}

/// How late a timer may be for the sake of one wake-up instead of two: a tenth, at most sd-event's quarter of a second.
/// 0 would mean that quarter also for what is to happen now.
std::uint64_t latitude(Duration duration) {
    return std::clamp<std::uint64_t>(positive(duration) / 10, 1, 250'000);
}

} // namespace

Loop::Loop() {
    check(sd_event_new(&event_), "create the event loop");
}

Loop::~Loop() {
    sd_event_unref(event_);
}

int Loop::run() {
    const int code = sd_event_loop(event_);
    if (pendingFailure) std::rethrow_exception(std::exchange(pendingFailure, nullptr));
    check(code, "run the event loop");
    return code;
}

void Loop::turn() {
    const int result = sd_event_run(event_, std::numeric_limits<std::uint64_t>::max());
    if (pendingFailure) std::rethrow_exception(std::exchange(pendingFailure, nullptr));
    check(result, "run the event loop");
}

void Loop::exit(int code) {
    check(sd_event_exit(event_, code), "leave the event loop");
}

void Loop::enableWatchdog() {
    check(sd_event_set_watchdog(event_, 1), "start the watchdog");
}

namespace {

template <typename State>
std::shared_ptr<State> makeState(Loop::Callback callback) {
    auto state = std::make_shared<State>();
    state->callback = std::move(callback);
    state->failure = &pendingFailure;
    return state;
}

} // namespace

Loop::Handle Loop::at(Time time, Callback callback) {
    auto state = makeState<Handle::State>(std::move(callback));
    const auto handler = [](sd_event_source*, std::uint64_t, void* data) {
        auto* self = static_cast<Handle::State*>(data);
        return self->guarded([&] { self->callback(); });
    };
    check(sd_event_add_time(event_, &state->source, CLOCK_REALTIME, positive(time.time_since_epoch()), 0, handler,
                            state.get()),
          "set an alarm");
    return Handle(std::move(state));
}

Loop::Handle Loop::after(Duration duration, Callback callback) {
    auto state = makeState<Handle::State>(std::move(callback));
    const auto handler = [](sd_event_source*, std::uint64_t, void* data) {
        auto* self = static_cast<Handle::State*>(data);
        return self->guarded([&] { self->callback(); });
    };
    check(sd_event_add_time_relative(event_, &state->source, CLOCK_BOOTTIME, positive(duration), latitude(duration),
                                     handler, state.get()),
          "set a timer");
    return Handle(std::move(state));
}

Loop::Handle Loop::onReadable(int fd, Callback callback) {
    return onEvents(fd, EPOLLIN, std::move(callback));
}

Loop::Handle Loop::onPriority(int fd, Callback callback) {
    return onEvents(fd, EPOLLPRI, std::move(callback));
}

Loop::Handle Loop::onEvents(int fd, std::uint32_t events, Callback callback) {
    auto state = makeState<Handle::State>(std::move(callback));
    const auto handler = [](sd_event_source*, int, std::uint32_t, void* data) {
        auto* self = static_cast<Handle::State*>(data);
        return self->guarded([&] { self->callback(); });
    };
    check(sd_event_add_io(event_, &state->source, fd, events, handler, state.get()), "watch a descriptor");
    return Handle(std::move(state));
}

Loop::Handle Loop::onSignal(int signal, Callback callback) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    auto state = makeState<Handle::State>(std::move(callback));
    const auto handler = [](sd_event_source*, const signalfd_siginfo*, void* data) {
        auto* self = static_cast<Handle::State*>(data);
        return self->guarded([&] { self->callback(); });
    };
    check(sd_event_add_signal(event_, &state->source, signal, handler, state.get()), "watch a signal");
    return Handle(std::move(state));
}

Loop::Handle Loop::onChildExit(pid_t pid, std::function<void(int status)> callback) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &set, nullptr); // or sd_event_add_child says EBUSY
    auto state = makeState<Handle::State>({});
    state->childCallback = std::move(callback);
    const auto handler = [](sd_event_source*, const siginfo_t* info, void* data) {
        auto* self = static_cast<Handle::State*>(data);
        const int status =
            info->si_code == CLD_EXITED ? W_EXITCODE(info->si_status, 0) : W_EXITCODE(0, info->si_status);
        return self->guarded([&] { self->childCallback(status); });
    };
    check(sd_event_add_child(event_, &state->source, pid, WEXITED, handler, state.get()), "watch a child");
    return Handle(std::move(state));
}

Loop::Handle Loop::onClockStep(Callback callback) {
    auto state = makeState<Handle::State>(std::move(callback));
    state->fd = UniqueFd(::timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK));
    if (!state->fd) throw systemError("watch the clock");
    const auto arm = [](int fd) {
        itimerspec far{};
        far.it_value.tv_sec = 9'000'000'000; // the year 2255
        check(::timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far, nullptr) < 0 ? -errno : 0,
              "watch the clock");
    };
    arm(state->fd.get());
    const auto handler = [](sd_event_source*, int fd, std::uint32_t, void* data) {
        auto* self = static_cast<Handle::State*>(data);
        std::uint64_t expirations = 0;
        if (::read(fd, &expirations, sizeof expirations) >= 0 || errno != ECANCELED) return 0;
        return self->guarded([&] { self->callback(); });
    };
    check(sd_event_add_io(event_, &state->source, state->fd.get(), EPOLLIN, handler, state.get()), "watch the clock");
    return Handle(std::move(state));
}

} // namespace scepd
