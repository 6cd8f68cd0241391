#include "ctl/checkup.hpp"

#include "base/error.hpp"
#include "bus/source.hpp"
#include "ctl/text.hpp"
#include "schedule/plausible.hpp"
#include "store/last_time.hpp"

#include <fmt/format.h>
#include <sdbus-c++/sdbus-c++.h>

namespace scepd::ctl {

std::optional<bool> askSynchronized() {
    try {
        const auto connection = bus::connect();
        const auto proxy = sdbus::createProxy(*connection, "org.freedesktop.timedate1", "/org/freedesktop/timedate1");
        return proxy->getProperty("NTPSynchronized").onInterface("org.freedesktop.timedate1").get<bool>();
    } catch (const sdbus::Error&) {
        return std::nullopt;
    } catch (const Error&) {
        return std::nullopt;
    }
}

Check checkSynchronized(const Machine& machine, std::optional<bool> synchronized) {
    const std::string subject = "synchronised";
    if (Look(machine.root / "run/systemd/timesync/synchronized").exists())
        return fine(subject, "systemd-timesyncd says so");
    if (!synchronized) return notLookedAt(subject, "nobody answers who knows (org.freedesktop.timedate1)");
    if (*synchronized) return fine(subject, "the kernel says so (org.freedesktop.timedate1)");
    return warning(subject, "no program keeps the clock right, or none has reached its server yet",
                   "\"timedatectl timesync-status\" or \"chronyc tracking\" tells more; scepd waits for it for a while "
                   "(wait-for-sync in scepd.toml)");
}

Check checkPlausible(const Machine& machine, Time now, const std::vector<Certificate>& held) {
    const std::string subject = "plausible";
    std::vector<record::Held> facts;
    for (const auto& certificate : held) {
        if (certificate.notAfter == never) continue;
        record::Held fact;
        fact.notBefore = certificate.notBefore;
        fact.notAfter = certificate.notAfter;
        facts.push_back(fact);
    }
    const bool seesNoted = !Look(machine.root / "var/lib/scepd/clock").isHidden();
    const auto noted = seesNoted ? store::readLastTime(machine.root) : never;
    const auto floor = schedule::clockFloor(schedule::buildTime(), noted, facts);
    const auto ceiling = schedule::clockCeiling(floor, facts);
    const auto shown = rfc3339(now);
    if (schedule::plausible(now, floor, ceiling)) return fine(subject, "it shows " + shown);
    const bool behind = now < floor;
    return failure(subject,
                   behind ? fmt::format("it shows {}, and it must be later than {}: scepd or a certificate is of then",
                                        shown, rfc3339(floor))
                          : fmt::format("it shows {}, long after {}, the last time that is known to have been", shown,
                                        rfc3339(floor)),
                   "set it (\"timedatectl set-time\"), or let a program keep it right; until then nothing is renewed");
}

} // namespace scepd::ctl
