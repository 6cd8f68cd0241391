#include "ctl/checkup.hpp"

#include "ctl/failure.hpp"
#include "ctl/text.hpp"

#include <array>
#include <chrono>

#include <fmt/format.h>

namespace scepd::ctl {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr auto slow = 1s;

Check answered(Steady::duration took) {
    const auto text = fmt::format("after {}", humanDuration(std::chrono::duration_cast<Duration>(took)));
    if (took < slow) return fine("answers on the bus", took < 1ms ? "at once" : text);
    return warning("answers on the bus", "only " + text,
                   "\"systemctl status scepd\" and \"journalctl -u scepd\" tell what it does");
}

Check sameVersion(const std::string& ours, const std::string& theirs) {
    if (ours == theirs) return fine("version", "scepd and scepctl are " + ours);
    return warning("version", fmt::format("scepctl is {}, the scepd that runs is {}", ours, theirs),
                   "systemctl restart scepd");
}

/// A file of the package, in one of the folders where it counts.
struct Part {
    std::string subject;
    std::vector<std::string> places;
    std::string without; ///< What does not work without it.
};

Check checkPart(const Machine& machine, const Part& part) {
    for (const auto& place : part.places) {
        const Look look(machine.at(place));
        if (look.exists()) return fine(part.subject, place);
        if (look.isHidden()) return notLookedAt(part.subject, needsRoot);
    }
    return failure(part.subject, fmt::format("{} does not exist: {}", part.places.front(), part.without),
                   "install scepd again; on Debian \"apt-get install --reinstall scepd\"");
}

} // namespace

Checks checkDaemon(const std::string& ourVersion) {
    const auto start = Steady::now();
    try {
        const auto theirs = Daemon(false).version();
        return {answered(Steady::now() - start), sameVersion(ourVersion, theirs)};
    } catch (const sdbus::Error& error) {
        const auto why = explain(error);
        return {failure("answers on the bus", why.sentence, why.remedy)};
    }
}

Checks checkInstallation(const Machine& machine) {
    const std::array parts{
        Part{"D-Bus policy",
             {"/usr/share/dbus-1/system.d/org.scepd1.conf", "/etc/dbus-1/system.d/org.scepd1.conf"},
             "scepd may not have its name on the bus"},
        Part{"D-Bus activation of scepd-deploy",
             {"/usr/share/dbus-1/system-services/org.scepd1.Deployer.service"},
             "nothing can be installed on targets"},
        Part{"polkit actions",
             {"/usr/share/polkit-1/actions/org.scepd1.policy"},
             "nobody but root can be allowed to ask for certificates"},
        Part{"polkit rules",
             {"/usr/share/polkit-1/rules.d/scepd.rules", "/etc/polkit-1/rules.d/scepd.rules"},
             "members of scepd-admin are asked for a password, and scepd does not learn the serial number"}};
    Checks checks;
    for (const auto& part : parts)
        checks.push_back(checkPart(machine, part));
    return checks;
}

} // namespace scepd::ctl
