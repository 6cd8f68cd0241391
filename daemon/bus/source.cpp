#include "bus/source.hpp"

#include "base/error.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include <fmt/format.h>
#include <poll.h>
#include <sdbus-c++/sdbus-c++.h>
#include <systemd/sd-event.h>

namespace scepd::bus {

/// Two event sources: the descriptor with whatever events the connection wants, and a timer for its timeouts. Both are
/// set anew before every poll, in the prepare callback of the descriptor's source.
struct Source::State {
    Loop& loop;
    sdbus::IConnection& connection;
    sd_event_source* io = nullptr;
    sd_event_source* timer = nullptr;

    State(Loop& l, sdbus::IConnection& c) : loop(l), connection(c) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        sd_event_source_disable_unref(timer);
        sd_event_source_disable_unref(io);
    }

    int prepare() noexcept {
        try {
            const auto poll = connection.getEventLoopPollData();
            const bool hasTimeout = poll.timeout_usec != static_cast<std::uint64_t>(-1);
            if (sd_event_source_set_io_events(io, static_cast<std::uint32_t>(poll.events)) < 0 ||
                (hasTimeout && sd_event_source_set_time(timer, poll.timeout_usec) < 0) ||
                sd_event_source_set_enabled(timer, hasTimeout ? SD_EVENT_ONESHOT : SD_EVENT_OFF) < 0)
                return lost("it cannot be watched any more: out of resources");
            return 0;
        } catch (const std::exception& error) {
            return lost(error.what());
        }
    }

    /// One message a turn, so that a talkative peer does not keep the loop from its other work.
    int process() noexcept {
        try {
            connection.processPendingRequest();
            return 0;
        } catch (const std::exception& error) {
            return lost(error.what());
        }
    }

    int lost(const char* why) noexcept {
        log::error("the connection to the bus is lost: {}", why);
        sd_event_exit(loop.get(), EXIT_FAILURE);
        return 0;
    }
};

Source::Source(Loop& loop, sdbus::IConnection& connection) : state_(std::make_unique<State>(loop, connection)) {
    auto* state = state_.get();
    const auto poll = connection.getEventLoopPollData();
    const auto onIo = [](sd_event_source*, int, std::uint32_t, void* data) {
        return static_cast<State*>(data)->process();
    };
    const auto onTime = [](sd_event_source*, std::uint64_t, void* data) {
        return static_cast<State*>(data)->process();
    };
    const auto onPrepare = [](sd_event_source*, void* data) { return static_cast<State*>(data)->prepare(); };
    if (sd_event_add_io(loop.get(), &state->io, poll.fd, static_cast<std::uint32_t>(poll.events), onIo, state) < 0 ||
        sd_event_add_time(loop.get(), &state->timer, CLOCK_MONOTONIC, 0, 0, onTime, state) < 0 ||
        sd_event_source_set_enabled(state->timer, SD_EVENT_OFF) < 0 ||
        sd_event_source_set_prepare(state->io, onPrepare) < 0)
        throw Error(Fault::local, "watch the bus connection: out of resources");
}

Source::~Source() = default;

std::unique_ptr<sdbus::IConnection> connect() {
    try {
        return sdbus::createSystemBusConnection();
    } catch (const sdbus::Error& error) {
        const char* address = std::getenv("DBUS_SYSTEM_BUS_ADDRESS");
        throw Error(Fault::local, fmt::format("connect to the bus{}{}: {}", address != nullptr ? " at " : "",
                                              address != nullptr ? address : "", error.getMessage()));
    }
}

bool handleUntil(sdbus::IConnection& connection, std::chrono::steady_clock::time_point deadline,
                 const std::function<bool()>& done) {
    using std::chrono::steady_clock, std::chrono::milliseconds;
    while (!done()) {
        if (connection.processPendingRequest()) continue;
        const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now()).count();
        if (left <= 0) return false;
        const auto wanted = connection.getEventLoopPollData();
        pollfd waiting{wanted.fd, wanted.events, 0};
        if (::poll(&waiting, 1, static_cast<int>(std::min<std::int64_t>(left, 1000))) < 0 && errno != EINTR)
            throw systemError("wait for an answer on the bus");
    }
    return true;
}

} // namespace scepd::bus
