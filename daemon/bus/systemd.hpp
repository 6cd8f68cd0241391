#pragma once

#include "base/clock.hpp"

#include <memory>
#include <string>

namespace scepd::bus {

/// systemd's manager, over a connection of its own: inside a method handler the program's first connection hears
/// nothing, so the end of a job would never be noticed there. All calls block; errors are Error{local} naming unit and
/// cause.
class Systemd {
public:
    /// nullptr when there is no bus, or no systemd on it: in a container, a demo or a test.
    static std::unique_ptr<Systemd> find();

    ~Systemd();
    Systemd(const Systemd&) = delete;
    Systemd& operator=(const Systemd&) = delete;

    /// "active", "inactive", "failed", "activating", ... as `systemctl is-active` prints it; "not-found" for a unit
    /// that nobody has installed.
    std::string activeState(const std::string& unit);

    /// Each waits until systemd's job has ended, at most `limit`, and throws when the job failed. A unit that does not
    /// run is left alone. There is no plain reload: it never returns for a unit that is itself waiting for its
    /// certificate.
    void tryRestart(const std::string& unit, Duration limit);
    void reloadOrTryRestart(const std::string& unit, Duration limit);

    /// Sends a signal to the unit's main process.
    void kill(const std::string& unit, int signal);

    /// How a unit of type oneshot ended.
    struct End {
        bool succeeded = false;
        std::string result;     ///< systemd's word: success, exit-code, timeout, signal, ...
        int status = 0;         ///< The exit code, or the signal's number.
        std::string invocation; ///< The id under which the journal keeps its output; empty when unknown.
    };

    /// Starts it and waits for its end, at most `limit`; then it is killed with all its processes.
    End runToEnd(const std::string& unit, Duration limit);

private:
    struct Impl;
    explicit Systemd(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace scepd::bus
