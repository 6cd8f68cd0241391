#include "scep/breaker.hpp"

#include "crypto/certificate.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include <fmt/format.h>

namespace scepd::scep {
namespace {

constexpr Duration shortest = std::chrono::minutes(1);
constexpr Duration longest = std::chrono::hours(1);
constexpr std::string_view heading = "scepd-outages 1\n";
constexpr std::size_t digestLength = 64;
constexpr std::size_t mostLines = 64;

Duration outageAfter(unsigned failures) {
    auto outage = shortest;
    for (unsigned i = 1; i < failures && outage < longest; ++i)
        outage *= 2;
    return std::min(outage, longest);
}

/// When the URL's outage ends; nullopt when it is not out.
std::optional<Time> outUntil(const std::string& url, const Outages& outages, Time now) {
    const auto found = outages.find(crypto::sha256(url));
    if (found == outages.end() || found->second.until <= now || found->second.until > now + longest)
        return std::nullopt;
    return found->second.until;
}

template <typename Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// "DIGEST FAILURES MICROSECONDS"
bool readLine(std::string_view line, Outages& outages) {
    const auto first = line.find(' ');
    const auto second = line.find(' ', first + 1);
    if (first != digestLength || second == std::string_view::npos) return false;
    const auto failures = number<unsigned>(line.substr(first + 1, second - first - 1));
    const auto until = number<std::int64_t>(line.substr(second + 1));
    if (!failures || !until) return false;
    outages[std::string(line.substr(0, first))] = {*failures, Time(Duration(*until))};
    return true;
}

} // namespace

Outages afterFailure(Outages outages, const std::string& url, Time now) {
    constexpr unsigned countedTo = 16;
    auto& outage = outages[crypto::sha256(url)];
    outage.failures = std::min(outage.failures + 1, countedTo);
    outage.until = now + outageAfter(outage.failures);
    return outages;
}

Outages afterAnswer(Outages outages, const std::string& url) {
    outages.erase(crypto::sha256(url));
    return outages;
}

std::vector<std::string> orderOf(const std::vector<std::string>& urls, const Outages& outages, Time now) {
    auto order = urls;
    std::ranges::stable_sort(order, {}, [&](const auto& url) { return outUntil(url, outages, now).value_or(never); });
    return order;
}

std::string toText(const Outages& outages) {
    std::string text(heading);
    for (const auto& [digest, outage] : outages)
        text += fmt::format("{} {} {}\n", digest, outage.failures, outage.until.time_since_epoch().count());
    return text;
}

Outages outagesFrom(std::string_view text) {
    Outages outages;
    if (!text.starts_with(heading)) return {};
    text.remove_prefix(heading.size());
    while (!text.empty()) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos || outages.size() >= mostLines || !readLine(text.substr(0, end), outages))
            return {};
        text.remove_prefix(end + 1);
    }
    return outages;
}

} // namespace scepd::scep
