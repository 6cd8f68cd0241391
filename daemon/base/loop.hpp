#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <functional>
#include <memory>

#include <sys/types.h>

struct sd_event;
struct sd_event_source;

namespace scepd {

/// The one event loop of a program (sd-event). Callbacks run on the thread that runs the loop, one at a time; an
/// exception that leaves a callback ends run() with it.
class Loop {
public:
    /// Something the loop watches; it is watched no more when the handle dies.
    class Handle {
    public:
        Handle() = default;

    private:
        friend class Loop;
        struct State;
        explicit Handle(std::shared_ptr<State> state) : state_(std::move(state)) {}
        std::shared_ptr<State> state_;
    };
    using Callback = std::function<void()>;

    Loop();
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// Runs until exit(); returns its code. Throws what a callback threw.
    int run();
    void exit(int code);

    /// One turn: waits until something happens and handles it. For callers with a condition of their own; throws what a
    /// callback threw.
    void turn();

    /// Pings systemd's watchdog from now on, if the unit has one.
    void enableWatchdog();

    /// Once, at a point of the wall clock (not before it, also when the clock is set meanwhile).
    [[nodiscard]] Handle at(Time time, Callback callback);
    /// Once, after so long by a clock that also counts suspend and that nobody sets (CLOCK_BOOTTIME).
    [[nodiscard]] Handle after(Duration duration, Callback callback);
    /// Whenever the descriptor is readable or hung up.
    [[nodiscard]] Handle onReadable(int fd, Callback callback);
    /// Whenever the descriptor has something exceptional to say (POLLPRI): a file of /proc/sys that has changed.
    [[nodiscard]] Handle onPriority(int fd, Callback callback);
    /// When the process signals; the signal is blocked for the process from now on.
    [[nodiscard]] Handle onSignal(int signal, Callback callback);
    /// Once, when this child has ended; it is reaped. `status` is as waitpid gives it.
    [[nodiscard]] Handle onChildExit(pid_t pid, std::function<void(int status)> callback);
    /// Whenever the wall clock was set.
    [[nodiscard]] Handle onClockStep(Callback callback);

    /// For bus/source. Borrowed.
    [[nodiscard]] sd_event* get() const { return event_; }

private:
    [[nodiscard]] Handle onEvents(int fd, std::uint32_t events, Callback callback);

    sd_event* event_ = nullptr;
};

} // namespace scepd
