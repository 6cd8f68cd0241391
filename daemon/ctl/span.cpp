#include "ctl/span.hpp"

#include <algorithm>
#include <chrono>

namespace scepd::ctl {
namespace {

/// Of a newer daemon's action, which has no mark, the word itself.
std::string nounOf(const std::string& action) {
    const auto* const step = std::ranges::find(steps, action, &Step::action);
    return step == steps.end() ? action : std::string(step->noun);
}

} // namespace

char markOf(std::string_view action) {
    const auto* const step = std::ranges::find(steps, action, &Step::action);
    return step == steps.end() ? '?' : step->mark;
}

std::vector<Coming> coming(const std::vector<Span>& spans, Time now) {
    std::vector<Coming> events;
    for (const auto& span : spans) {
        const auto next = std::max(span.actionTime, now);
        if (span.isPlanned()) events.push_back({next, span.label, nounOf(span.action)});
        if (span.notAfter > now && (!span.isPlanned() || next >= span.notAfter))
            events.push_back({span.notAfter, span.label, "expiry"});
    }
    std::ranges::stable_sort(events, {}, &Coming::time);
    return events;
}

Axis axisOf(const std::vector<Span>& spans, Time now, std::size_t width) {
    const bool onlyAuthorities =
        std::ranges::none_of(spans, [](const Span& span) { return span.isHeld() && !span.authority; });
    auto begin = now;
    auto end = now;
    Duration longest{};
    for (const auto& span : spans) {
        if (span.isPlanned()) end = std::max(end, span.actionTime);
        if (!span.isHeld() || (span.authority && !onlyAuthorities)) continue;
        begin = std::min(begin, span.notBefore);
        end = std::max(end, span.notAfter);
        longest = std::max(longest, span.notAfter - span.notBefore);
    }
    begin = std::max(begin, now - longest);
    return {begin, std::max(end, begin + std::chrono::minutes(1)), width};
}

bool showsFailure(const Span& span, const Axis& axis, Time now) {
    return span.failedAttempt != never && span.failedAttempt >= axis.begin() && span.failedAttempt <= now;
}

} // namespace scepd::ctl
