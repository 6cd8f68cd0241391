#include "ctl/checkup.hpp"

#include "bus/systemd.hpp"
#include "ctl/text.hpp"
#include "ctl/words.hpp"

#include <algorithm>
#include <chrono>
#include <set>

#include <fmt/format.h>

namespace scepd::ctl {
namespace {

using std::chrono::days;

constexpr auto service = "scepd.service";
constexpr auto recovery = "scepd-recover.service";
constexpr auto soon = days(30);

Check checkRuns(const std::string& state) {
    if (state == "active" || state == "activating" || state == "reloading") return fine(service, state);
    if (state == "not-found") return failure(service, "is not installed", "install scepd again");
    return failure(service, fmt::format("does not run ({})", state),
                   "systemctl start scepd; \"journalctl -u scepd\" tells why it ended");
}

Check checkEnabled(const std::string& unit, const std::string& state) {
    const auto subject = unit + " at boot";
    if (state.starts_with("enabled") || state == "static" || state == "generated" || state == "linked")
        return fine(subject, state);
    return warning(subject, fmt::format("is not started ({})", state.empty() ? "not installed" : state),
                   fmt::format("systemctl enable {}", unit));
}

} // namespace

Units unitsOf(bus::Systemd& systemd) {
    return {.daemon = systemd.activeState(service),
            .daemonFile = systemd.unitFileState(service),
            .recover = systemd.activeState(recovery),
            .recoverFile = systemd.unitFileState(recovery),
            .failed = systemd.failedUnits("scepd*")};
}

Checks checkUnits(const Units& units) {
    Checks checks{checkRuns(units.daemon), checkEnabled(service, units.daemonFile),
                  checkEnabled(recovery, units.recoverFile)};
    for (const auto& unit : units.failed)
        if (unit != service || units.daemon != "failed")
            checks.push_back(failure(
                unit, "has failed",
                fmt::format("\"journalctl -u {0}\" tells why; then \"systemctl reset-failed {0}\" and start it again",
                            unit)));
    if (units.failed.empty()) checks.push_back(fine("failed units", "none of scepd's"));
    return checks;
}

Checks checkTimers(const std::map<std::string, std::string>& schedules, const std::vector<std::string>& certificates) {
    Checks checks;
    for (const auto& [name, calendar] : schedules) {
        const auto subject = fmt::format("scepd-request@{}.timer", name);
        if (std::ranges::find(certificates, name) != certificates.end())
            checks.push_back(fine(subject, calendar));
        else
            checks.push_back(warning(subject, "asks for a certificate that no profile names",
                                     fmt::format("scepctl schedule {} --off", name)));
    }
    return checks;
}

Checks checkAuthorities(const std::vector<record::KnownAuthority>& authorities, Time now) {
    Checks checks;
    std::set<std::string> seen; // of the same name there may be an old one and a new one
    for (const auto& [profile, authority, certificates] : authorities) {
        const auto subject = fmt::format("{} {}", authority.role, authority.subject);
        if (!seen.insert(subject + authority.fingerprint).second) continue;
        const auto until = "expires " + moment(authority.notAfter, now);
        if (authority.notAfter <= now)
            checks.push_back(failure(
                subject, "has expired " + moment(authority.notAfter, now),
                "ask those who run the CA for its successor and its fingerprint, and write that into the profile"));
        else if (authority.notAfter - now < soon)
            checks.push_back(
                warning(subject, until,
                        "ask those who run the CA for its successor; scepd takes one that the CA announces by itself"));
        else
            checks.push_back(fine(subject, until));
    }
    return checks;
}

Checks checkCertificates(Daemon& daemon) {
    Checks checks;
    for (const auto& listed : daemon.list()) {
        if (listed.state == "not-applicable") continue;
        const auto severity = severityOf(listed.state);
        if (severity == Exit::ok) {
            const auto until = listed.notAfter == never ? "" : ", expires " + moment(listed.notAfter, now());
            checks.push_back(fine(listed.name, listed.state + until));
            continue;
        }
        const auto cause = fmt::format("is {}: {}", listed.state, listed.reason);
        auto remedy = daemon.certificate(listed.name).remedy;
        if (remedy.empty()) remedy = fmt::format("\"scepctl explain {}\" tells what comes next", listed.name);
        checks.push_back(severity == Exit::critical ? failure(listed.name, cause, remedy)
                                                    : warning(listed.name, cause, remedy));
    }
    return checks;
}

} // namespace scepd::ctl
