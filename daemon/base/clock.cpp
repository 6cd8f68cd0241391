#include "base/clock.hpp"

#include "base/error.hpp"

#include <array>
#include <ctime>
#include <string_view>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace scepd {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::pair<Duration, std::string_view>, 5> units{{
    {std::chrono::days(1), "d"},
    {1h, "h"},
    {1min, "min"},
    {1s, "s"},
    {1ms, "ms"},
}};

} // namespace

Time now() {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

Duration uptime() {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return std::chrono::duration_cast<Duration>(std::chrono::seconds(time.tv_sec) +
                                                std::chrono::nanoseconds(time.tv_nsec));
}

std::uint64_t microseconds(Time time) {
    const auto count = time.time_since_epoch().count();
    return count < 0 ? 0 : static_cast<std::uint64_t>(count);
}

std::string rfc3339(Time time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

Time parseRfc3339(const std::string& text) {
    std::tm parts{};
    const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    const auto time = end == nullptr ? never : Time(std::chrono::seconds(timegm(&parts)));
    if (end == nullptr || rfc3339(time) != text) // strptime and timegm also take 2026-2-31
        throw Error(Fault::local, fmt::format("not a time like 2026-11-20T19:04:05Z: {}", text));
    return time;
}

std::string humanDuration(Duration duration) {
    if (duration < Duration::zero()) return "-" + humanDuration(-duration);
    for (std::size_t i = 0; i < units.size(); ++i) {
        const auto [unit, symbol] = units[i];
        if (duration < unit) continue;
        auto text = fmt::format("{}{}", duration / unit, symbol);
        if (i + 1 < units.size() && units[i + 1].second != "ms")
            if (const auto rest = duration % unit / units[i + 1].first; rest > 0)
                text += fmt::format(" {}{}", rest, units[i + 1].second);
        return text;
    }
    return "0s";
}

} // namespace scepd
