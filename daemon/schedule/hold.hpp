#pragma once

#include "base/clock.hpp"

#include <string>

namespace scepd::schedule {

/// How an endpoint came up. Durations count from its boot by a clock that nobody sets (CLOCK_BOOTTIME): a daemon that
/// is started again later waits for nothing.
struct Start {
    Duration uptime{}; ///< Now.
    bool synchronized = false;
    Duration waitForSync{}; ///< clock.wait-for-sync
    Duration bootDelay{};   ///< This endpoint's part of enrollment.boot-spread.

    bool operator==(const Start&) const = default;
};

/// Until when nothing goes to a CA, and why. `until` is `never` when nothing is waited for.
struct Hold {
    Time until;
    std::string why;

    bool operator==(const Hold&) const = default;
};

/// What a boot waits for: a synchronised clock, but not longer than wait-for-sync, because 802.1X may be what
/// the time server needs; and this endpoint's own delay, so that a fleet does not ask as one.
Hold holdAfterBoot(const Start& start, Time now);

} // namespace scepd::schedule
