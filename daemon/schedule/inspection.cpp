#include "schedule/inspection.hpp"

#include "schedule/spread.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace scepd::schedule {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

constexpr Duration pauseWhileTouched = 2s;
constexpr Duration retryUnanswered = 1h;

/// Apart from the counters of failures, so that no dice are thrown twice.
constexpr std::uint64_t ownDice = 0x6c6f6f6b;

Duration interval(const Policy& policy, const record::Held& held) {
    const auto longest = std::min<Duration>(days(1), (held.notAfter - held.notBefore) / 8);
    return scaled(longest, 1 - 0.5 * share(policy.seed, ownDice));
}

} // namespace

Duration inspectionDue(const Policy& policy, const record::Held& held, const Inspection& inspection) {
    if (inspection.last == Inspection::Last::none) return Duration::zero();
    auto wait = interval(policy, held);
    if (inspection.last == Inspection::Last::unanswered) wait = std::min(wait, retryUnanswered);
    if (inspection.touched) wait = std::min(wait, pauseWhileTouched);
    return inspection.at + wait;
}

bool mayBeInspected(const record::Held& held, const record::History& history, Time now) {
    const auto& deployment = history.deployment;
    return held.notAfter > now && deployment.generation == held.generation && deployment.confirmed;
}

std::string driftOf(const std::vector<record::TargetState>& targets) {
    std::vector<std::string> sentences;
    for (const auto& row : targets) {
        if (row.state == "drifted")
            sentences.push_back(fmt::format("{} was changed behind scepd's back: {}", row.target, row.detail));
        else if (row.state == "failed" && !record::isHook(row))
            sentences.push_back(
                fmt::format("{} cannot be compared with what was deployed: {}", row.target, row.detail));
    }
    return fmt::format("{}", fmt::join(sentences, "; "));
}

} // namespace scepd::schedule
