#include "ctl/text.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace scepd::ctl {
namespace {

using namespace std::chrono_literals;

constexpr Duration near = std::chrono::days(2);

bool continues(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// C1 controls are two bytes in UTF-8: C2 80 to C2 9F.
bool isC1(std::string_view text, std::size_t at) {
    return text[at] == '\xC2' && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0U;
}

std::string amount(Duration duration) {
    if (duration < 1min) return fmt::format("{} s", duration / 1s);
    if (duration < 1h) return fmt::format("{} min", duration / 1min);
    if (duration < near) return fmt::format("{} h", duration / 1h);
    return fmt::format("{} days", duration / std::chrono::days(1));
}

} // namespace

std::string printable(std::string_view text) {
    std::string safe;
    safe.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool c1 = isC1(text, i);
        safe += byte < 0x20 || byte == 0x7F || c1 ? '?' : text[i];
        if (c1) ++i;
    }
    return safe;
}

std::string printableLines(std::string_view text) {
    std::string safe(text);
    std::ranges::replace_if(
        safe, [](char c) { return c != '\n' && c != '\r' && c != '\t' && (c < ' ' || c > '~'); }, '?');
    return safe;
}

std::size_t columns(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !continues(c); }));
}

std::string cut(const std::string& text, std::size_t width, std::string_view mark) {
    if (columns(text) <= width) return text;
    if (width == 0) return {};
    std::size_t end = 0;
    for (std::size_t kept = 0; end < text.size(); ++end)
        if (!continues(text[end]) && ++kept == width) break;
    return text.substr(0, end).append(mark);
}

std::string shortened(const std::string& label, std::size_t width, std::string_view mark) {
    const auto length = columns(label);
    if (length <= width) return label;
    const auto tail = width / 2;
    auto begin = label.size();
    for (std::size_t kept = 0; kept < tail; ++kept)
        do
            --begin;
        while (columns(label.substr(begin, 1)) == 0);
    return cut(label, width - tail, mark) + label.substr(begin);
}

std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
    if (width == 0) return {text};
    std::vector<std::string> lines(1);
    std::size_t begin = 0;
    while (begin < text.size()) {
        const auto end = std::min(text.find(' ', begin), text.size());
        const auto word = text.substr(begin, end - begin);
        auto& line = lines.back();
        if (line.empty())
            line = word;
        else if (columns(line) + 1 + columns(word) <= width)
            line += ' ' + word;
        else
            lines.push_back(word);
        begin = end + 1;
    }
    return lines;
}

std::string relative(Time time, Time now) {
    const Duration distance = time - now;
    if (distance >= 1s) return "in " + amount(distance);
    if (distance > -1s) return "now";
    return amount(-distance) + " ago";
}

std::tm localTime(Time time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    return fmt::localtime(static_cast<std::time_t>(seconds));
}

std::string absolute(Time time, Time now) {
    if (time == never) return {};
    const auto local = localTime(time);
    if (std::chrono::abs(time - now) < near) return fmt::format("{:%Y-%m-%d %H:%M:%S}", local);
    return fmt::format("{:%Y-%m-%d}", local);
}

std::string spoken(Time time, Time now) {
    if (time == never) return {};
    const auto local = localTime(time);
    const bool thisYear = local.tm_year == localTime(now).tm_year;
    return thisYear ? fmt::format("{} {:%B %H:%M}", local.tm_mday, local)
                    : fmt::format("{} {:%B %Y %H:%M}", local.tm_mday, local);
}

std::string moment(Time time, Time now) {
    if (time == never) return {};
    return fmt::format("{} ({})", absolute(time, now), relative(time, now));
}

std::string counted(std::size_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

} // namespace scepd::ctl
