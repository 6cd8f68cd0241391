#include "schedule/hold.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scepd::schedule {

Hold holdAfterBoot(const Start& start, Time now) {
    const auto clock = start.synchronized ? Duration::zero() : start.waitForSync;
    if (start.uptime >= std::max(clock, start.bootDelay)) return {};
    if (clock >= start.bootDelay)
        return {now + (clock - start.uptime),
                fmt::format("the clock is not synchronised yet, which is waited for {} at most (wait-for-sync)",
                            humanDuration(start.waitForSync))};
    return {now + (start.bootDelay - start.uptime),
            fmt::format("this endpoint's part of boot-spread is {}", humanDuration(start.bootDelay))};
}

} // namespace scepd::schedule
