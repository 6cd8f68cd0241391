#include "ctl/axis.hpp"

#include "ctl/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace scepd::ctl {

/// From one tick to the next: so many of a part of the local time.
struct Axis::Step {
    int std::tm::*part;
    int count;
};

namespace {

constexpr int weekdays = 7;

std::string label(const std::tm& local, int std::tm::*part) {
    if (part == &std::tm::tm_year) return fmt::format("{:%Y}", local);
    if (part == &std::tm::tm_mon) return local.tm_mon == 0 ? fmt::format("{:%Y}", local) : fmt::format("{:%b}", local);
    const bool midnight = local.tm_hour == 0 && local.tm_min == 0;
    return part == &std::tm::tm_mday || midnight ? fmt::format("{} {:%b}", local.tm_mday, local)
                                                 : fmt::format("{:%H:%M}", local);
}

/// The last tick that is not later than the time; weeks begin on Monday.
std::tm tickBefore(std::tm local, int std::tm::*part, int count) {
    local.tm_sec = 0;
    if (part != &std::tm::tm_min) local.tm_min = 0;
    const bool wholeDays = part != &std::tm::tm_min && part != &std::tm::tm_hour;
    if (wholeDays) local.tm_hour = 0;
    if (part == &std::tm::tm_mon || part == &std::tm::tm_year) local.tm_mday = 1;
    if (part == &std::tm::tm_year) local.tm_mon = 0;
    if (part != &std::tm::tm_mday)
        local.*part -= part == &std::tm::tm_year ? (local.tm_year + 1900) % count : local.*part % count;
    else if (count % weekdays == 0)
        local.tm_mday -= (local.tm_wday + weekdays - 1) % weekdays;
    return local;
}

} // namespace

double Axis::share(Time time) const {
    // In floating point, for microseconds of some thousand years times columns are more than 64 bits hold.
    const auto part = static_cast<double>((time - begin_).count()) / static_cast<double>((end_ - begin_).count());
    return std::clamp(part, 0.0, 1.0);
}

std::size_t Axis::column(Time time) const {
    return static_cast<std::size_t>(std::lround(share(time) * static_cast<double>(width_ - 1)));
}

std::vector<Axis::Tick> Axis::every(const Step& step) const {
    std::vector<Tick> ticks;
    auto next = tickBefore(localTime(begin_), step.part, step.count);
    // One tick may be before the axis, and more than there are columns do not fit anyway.
    for (std::size_t i = 0; i < width_ + 2; ++i) {
        auto parts = next;
        parts.tm_isdst = -1;
        const Time time = Time(std::chrono::seconds(std::mktime(&parts)));
        if (time > end_) break;
        if (time >= begin_) ticks.push_back({column(time), label(parts, step.part), time});
        next.*step.part += step.count;
    }
    if (!ticks.empty() && ticks.back().column + columns(ticks.back().label) > width_) ticks.back().label.clear();
    return ticks;
}

std::vector<Axis::Tick> Axis::ticks() const {
    constexpr auto minutes = &std::tm::tm_min;
    constexpr auto hours = &std::tm::tm_hour;
    constexpr auto days = &std::tm::tm_mday;
    constexpr auto months = &std::tm::tm_mon;
    constexpr auto years = &std::tm::tm_year;
    constexpr std::array steps{
        Step{minutes, 1}, Step{minutes, 5}, Step{minutes, 15}, Step{minutes, 30}, Step{hours, 1}, Step{hours, 3},
        Step{hours, 6},   Step{hours, 12},  Step{days, 1},     Step{days, 2},     Step{days, 7},  Step{days, 14},
        Step{months, 1},  Step{months, 3},  Step{months, 6},   Step{years, 1},    Step{years, 2}, Step{years, 5},
        Step{years, 10},  Step{years, 50},  Step{years, 100},  Step{years, 1000}};
    constexpr std::size_t gap = 2;
    const auto crowded = [](const Tick& tick, const Tick& next) {
        return tick.column + columns(tick.label) + gap > next.column;
    };
    for (const auto& step : steps)
        if (auto found = every(step); std::ranges::adjacent_find(found, crowded) == found.end()) return found;
    return {};
}

} // namespace scepd::ctl
