#pragma once

#include "base/clock.hpp"
#include "ctl/daemon.hpp"
#include "ctl/ownership.hpp"
#include "profile/load.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace scepd::bus {
class Systemd;
}

/// What `scepctl doctor` looks at: a function and mostly a file per area. All of them only look, none of them sends
/// anything over the network, and no file that holds a secret is opened.
namespace scepd::ctl {

/// How one thing is that was looked at.
struct Check {
    enum class Result { ok, skipped, warning, failed };

    std::string area{};    ///< Filled in by the doctor.
    std::string subject{}; ///< What was looked at: a path, a unit, a certificate, a few words.
    Result result = Result::ok;
    std::string detail{}; ///< How it is, or the cause of trouble, or why it was not looked at.
    std::string remedy{}; ///< What to do about trouble.

    bool operator==(const Check&) const = default;
};
using Checks = std::vector<Check>;

Check fine(std::string subject, std::string detail);
Check notLookedAt(std::string subject, std::string why);
Check warning(std::string subject, std::string cause, std::string remedy);
Check failure(std::string subject, std::string cause, std::string remedy);

/// What cannot be seen without being root.
inline constexpr auto needsRoot = "needs root";

/// Where the checks look, and whose the files there are to be.
struct Machine {
    std::filesystem::path root = "/";
    uid_t owner = 0;                ///< Of configuration and hooks: root, or the caller below another root.
    std::optional<Account> service; ///< As whom scepd reads; none when nobody knows.

    /// This machine, or what lies below another root.
    static Machine below(const std::filesystem::path& root);
    /// Is it the machine that we run on, with its bus, its users and its units?
    [[nodiscard]] bool isThisOne() const { return root == "/"; }
    /// A path of the configuration as it lies below the root.
    [[nodiscard]] std::filesystem::path at(const std::string& path) const { return root / path.substr(1); }
};

/// Whether somebody says that the clock is right: `synchronized` is timedate1's word, nullopt when it has none.
Check checkSynchronized(const Machine& machine, std::optional<bool> synchronized);
/// Whether it can be right: not before the program was built, the last time noted and what is held.
Check checkPlausible(const Machine& machine, Time now, const std::vector<Certificate>& held);
/// timedate1's word.
std::optional<bool> askSynchronized();

/// Whether the daemon answers, how fast, and whether it is as old as we are.
Checks checkDaemon(const std::string& ourVersion);
/// What the package brings so that the bus and polkit know scepd.
Checks checkInstallation(const Machine& machine);

/// The user that scepd runs as, its group, and the group of those who may act on certificates.
Checks checkAccounts(const std::string& user, const std::string& administrators);

/// Owners and modes of what scepd reads: folders, profiles, scepd.toml.
Checks checkFiles(const Machine& machine);
/// Where scepd and scepd-deploy write.
Checks checkState(const Machine& machine);
/// What the profiles name as secrets; none is opened.
Checks checkSecrets(const Machine& machine, const profile::Configuration& configuration);
/// Programs that run as root after an installation.
Checks checkHooks(const Machine& machine, const profile::Configuration& configuration);

/// What is wrong with each profile, as `scepctl verify` counts it, but for what other checks tell of it.
Checks checkProfiles(const Machine& machine, const profile::Configuration& configuration);
/// The same from what the daemon tells to everyone.
Checks checkProfiles(const std::vector<record::Rule>& rules, const std::vector<profile::Diagnostic>& diagnostics);

/// Where certificates are installed. `installed` tells whether something of a certificate lies on its targets; nullopt
/// when nobody knows.
using Installed = std::function<std::optional<bool>(const std::string& certificate)>;
Checks checkTargets(const Machine& machine, const profile::Configuration& configuration, const Installed& installed);

/// "active", "failed", "not-found", ... as bus::Systemd::activeState() has it.
using StateOf = std::function<std::string(const std::string& unit)>;
/// The units that read what is installed.
Checks checkConsumers(const profile::Configuration& configuration, const StateOf& stateOf);

/// What systemd knows of scepd.
struct Units {
    std::string daemon, daemonFile;   ///< scepd.service: its active state and whether it is enabled.
    std::string recover, recoverFile; ///< scepd-recover.service likewise.
    std::vector<std::string> failed;  ///< All of scepd's units that have failed.
};
Units unitsOf(bus::Systemd& systemd);
Checks checkUnits(const Units& units);
/// Calendars for certificates that no profile names.
Checks checkTimers(const std::map<std::string, std::string>& schedules, const std::vector<std::string>& certificates);

Checks checkAuthorities(const std::vector<record::KnownAuthority>& authorities, Time now);
Checks checkCertificates(Daemon& daemon);

} // namespace scepd::ctl
