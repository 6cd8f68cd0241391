#pragma once

#include "base/clock.hpp"

#include <memory>
#include <string>
#include <vector>

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

    /// How often systemd has started a service again by itself (NRestarts); 0 for other units.
    unsigned restarts(const std::string& unit);

    /// "enabled", "disabled", "static", "masked", ... as `systemctl is-enabled` prints it; empty for a unit that nobody
    /// has installed.
    std::string unitFileState(const std::string& unit);

    /// The loaded units of that name (a shell pattern) that have failed.
    std::vector<std::string> failedUnits(const std::string& pattern);

    /// systemd's own, "252.39-1~deb12u1".
    std::string version();

    /// Makes it read its unit files again.
    void reload();

    /// Makes units start at boot as their [Install] section says, or not any more; nothing is started or stopped, and a
    /// reload() follows.
    void enable(const std::vector<std::string>& units);
    void disable(const std::vector<std::string>& units);

    /// Each waits until systemd's job has ended, at most `limit`, and throws when the job failed.
    void start(const std::string& unit, Duration limit);
    void stop(const std::string& unit, Duration limit);

    /// As these; a unit that does not run is left alone. There is no plain reload: it never returns for a unit that is
    /// itself waiting for its certificate.
    void tryRestart(const std::string& unit, Duration limit);
    void reloadOrTryRestart(const std::string& unit, Duration limit);

    /// Sends a signal to the unit's main process.
    void kill(const std::string& unit, int signal);

    /// When a timer elapses and when it last did, `never` if not at all.
    struct Elapses {
        Time next = never, last = never;

        bool operator==(const Elapses&) const = default;
    };
    Elapses elapses(const std::string& timer);

    /// Makes a persistent timer that is stopped forget when it last elapsed, so that a start does not make up for what
    /// was missed before.
    void forgetElapses(const std::string& timer);

    /// How a unit of type oneshot ended.
    struct End {
        bool succeeded = false;
        std::string result;     ///< systemd's word: success, exit-code, timeout, signal, ...
        int status = 0;         ///< The exit code, or the signal's number.
        std::string invocation; ///< The id under which the journal keeps its output; empty when unknown.
    };

    /// Starts it and waits for its end, at most `limit`; then it is killed with all its processes.
    End runToEnd(const std::string& unit, Duration limit);

    /// A file that a command finds in the place of another one.
    struct Bind {
        std::string source, destination;

        bool operator==(const Bind&) const = default;
    };

    /// Runs a command as a transient unit of type oneshot, as root; what it says is in the journal. The rest as
    /// runToEnd().
    End runCommand(const std::string& unit, const std::vector<std::string>& command, const std::vector<Bind>& binds,
                   Duration limit);

private:
    struct Impl;
    explicit Systemd(std::unique_ptr<Impl> impl);
    End endOf(const std::string& unit, const std::string& job, Duration limit);
    void runJob(const char* method, const std::string& action, const std::string& unit, Duration limit);
    std::unique_ptr<Impl> impl_;
};

} // namespace scepd::bus
