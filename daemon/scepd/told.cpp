#include "scepd/told.hpp"

#include "base/hash.hpp"

#include <chrono>

namespace scepd {
namespace {

constexpr Duration interval = std::chrono::hours(1);

} // namespace

bool Told::isNews(std::string_view text, Time now) {
    // A time in the future was noted by a clock that was ahead.
    std::erase_if(lines_, [now](const auto& line) { return line.second > now || now - line.second >= interval; });
    return lines_.try_emplace(stableHash(text), now).second;
}

} // namespace scepd
