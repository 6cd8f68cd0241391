#include "fleet/result.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>

#include <fmt/format.h>

namespace scepd::fleet {
namespace {

/// What came in a row of the table, which is one interval or several.
std::uint64_t sumOfRow(const Load& load, std::size_t first, std::size_t width) {
    const auto& counts = load.counts();
    const auto end = std::min(first + width, counts.size());
    return std::accumulate(counts.begin() + static_cast<std::ptrdiff_t>(first),
                           counts.begin() + static_cast<std::ptrdiff_t>(end), std::uint64_t{0});
}

std::string judged(const Scenario& scenario, const Load& load) {
    return fmt::format("at most {} {}, {:.2f} times the mean of {:.1f} over {}", load.busiest(), scenario.unit,
                       ratio(scenario, load), mean(scenario, load), humanDuration(scenario.meanOver));
}

} // namespace

Result run(const Fleet& fleet, const Scenario& scenario) {
    return {scenario, simulate(fleet, scenario, scenario.ours), simulate(fleet, scenario, scenario.others)};
}

std::string complaint(const Result& result) {
    const auto& [scenario, ours, others] = result;
    if (ours.total() < scenario.expected)
        return fmt::format("{} requests are missing of {}", scenario.expected - ours.total(), scenario.expected);
    if (const auto times = ratio(scenario, ours); times > atMost)
        return fmt::format("the busiest has {:.2f} times the mean, and {:g} is the most there may be", times, atMost);
    return {};
}

std::string table(const Result& result) {
    const auto& [scenario, ours, others] = result;
    const auto why = complaint(result);
    const auto width = static_cast<std::size_t>(scenario.row / scenario.interval);
    auto text =
        fmt::format("{}\n\n{:>12}  {:>48}  {:>24}\n", scenario.title, "after", scenario.ourWay, scenario.otherWay);
    for (std::size_t first = 0; first < ours.counts().size(); first += width) {
        const auto time = scenario.begin + scenario.interval * first - scenario.origin;
        text += fmt::format("{:>12}  {:>48}  {:>24}\n", humanDuration(time), sumOfRow(ours, first, width),
                            sumOfRow(others, first, width));
    }
    text += fmt::format("\n{}: {}\n", scenario.ourWay, judged(scenario, ours));
    text += fmt::format("{}: {}\n", scenario.otherWay, judged(scenario, others));
    return text + (why.empty() ? "good\n\n" : fmt::format("NOT GOOD: {}\n\n", why));
}

} // namespace scepd::fleet
