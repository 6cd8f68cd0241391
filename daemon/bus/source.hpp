#pragma once

#include "base/loop.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace sdbus {
class IConnection;
}

namespace scepd::bus {

/// Runs a bus connection from the program's event loop, without a thread. When the connection is lost the loop exits
/// with code 1: systemd starts the program again on a bus that works.
class Source {
public:
    /// Both must outlive it.
    Source(Loop& loop, sdbus::IConnection& connection);
    ~Source();
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The system bus, or DBUS_SYSTEM_BUS_ADDRESS's. Throws Error{local} that says what is missing.
std::unique_ptr<sdbus::IConnection> connect();

/// For a connection that no loop runs: handles what arrives until `done`, at most until the deadline. Returns whether
/// it is done.
bool handleUntil(sdbus::IConnection& connection, std::chrono::steady_clock::time_point deadline,
                 const std::function<bool()>& done);

} // namespace scepd::bus
