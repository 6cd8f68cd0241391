#pragma once

#include "base/clock.hpp"

#include <string>

namespace scepd::schedule {

/// How an endpoint came up. Durations count from its boot by a clock that nobody sets (CLOCK_BOOTTIME).
struct Start {
    Duration uptime{};  ///< Now.
    Duration started{}; ///< When the daemon was started.
    bool synchronized = false;
    Duration waitForSync{}; ///< clock.wait-for-sync, from the start of the daemon.
    Duration bootDelay{};   ///< This endpoint's part of enrollment.boot-spread, from the boot.

    bool operator==(const Start&) const = default;
};

/// Until when nothing goes to a CA, and why. `until` is `never` when nothing is waited for.
struct Hold {
    Time until;
    std::string why;

    bool operator==(const Hold&) const = default;
};

/// What a fresh start waits for: a synchronised clock, but not longer than wait-for-sync, because 802.1X may be what
/// the time server needs; and this endpoint's delay after a boot, so that a fleet does not ask as one.
Hold holdAfter(const Start& start, Time now);

} // namespace scepd::schedule
