#include "schedule/plausible.hpp"

#include <algorithm>

namespace scepd::schedule {

Time buildTime() {
    return Time(std::chrono::seconds(SCEPD_BUILD_TIME));
}

Time clockFloor(Time built, Time lastNoted, std::span<const record::Held> held) {
    auto floor = built;
    for (const auto& one : held)
        floor = std::max(floor, one.notBefore);
    return lastNoted <= floor + longestRest ? std::max(floor, lastNoted) : floor;
}

Time clockCeiling(Time floor, std::span<const record::Held> held) {
    auto end = never;
    for (const auto& one : held)
        end = std::max(end, one.caNotAfter);
    return end == never ? floor + longestRest : std::clamp(end, floor + usualRest, floor + longestRest);
}

bool plausible(Time now, Time floor, Time ceiling) {
    return floor - clockTolerance <= now && now <= ceiling;
}

Time judgedTime(Time shown, const Belief& belief) {
    const auto earliest = belief.floor + belief.elapsed;
    return belief.synchronized || plausible(shown, belief.floor, belief.ceiling + belief.elapsed) ? shown : earliest;
}

} // namespace scepd::schedule
