#include "profile/quantity.hpp"

#include "base/error.hpp"
#include "profile/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace scepd::profile {
namespace {

[[noreturn]] void refuse(const std::string& reason) {
    throw Error(Fault::configuration, reason);
}

struct Unit {
    std::string_view name;
    double seconds;
};

constexpr double day = 86400;
constexpr std::array units{
    Unit{"us", 1e-6},
    Unit{"usec", 1e-6},
    Unit{"µs", 1e-6},
    Unit{"ms", 1e-3},
    Unit{"msec", 1e-3},
    Unit{"s", 1},
    Unit{"sec", 1},
    Unit{"second", 1},
    Unit{"seconds", 1},
    Unit{"m", 60},
    Unit{"min", 60},
    Unit{"minute", 60},
    Unit{"minutes", 60},
    Unit{"h", 3600},
    Unit{"hr", 3600},
    Unit{"hour", 3600},
    Unit{"hours", 3600},
    Unit{"d", day},
    Unit{"day", day},
    Unit{"days", day},
    Unit{"w", 7 * day},
    Unit{"week", 7 * day},
    Unit{"weeks", 7 * day},
    Unit{"M", 30.44 * day},
    Unit{"month", 30.44 * day},
    Unit{"months", 30.44 * day},
    Unit{"y", 365.25 * day},
    Unit{"year", 365.25 * day},
    Unit{"years", 365.25 * day},
};
constexpr double longestDuration = 1000 * 365.25 * day;

bool isSpace(char c) {
    return c == ' ' || c == '\t';
}

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

std::string_view takeWhile(std::string_view& rest, auto&& wanted) {
    const auto end = std::ranges::find_if_not(rest, wanted);
    const auto taken = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
    rest.remove_prefix(taken.size());
    return taken;
}

std::optional<double> decimal(std::string_view digits) {
    double number = 0;
    const auto* const last = digits.data() + digits.size();
    const auto [end, failure] = std::from_chars(digits.data(), last, number, std::chars_format::fixed);
    if (failure != std::errc{} || end != last || digits.empty() || !isDigit(digits.front())) return std::nullopt;
    return number;
}

double secondsPer(std::string_view unit, const std::string& whole) {
    const auto* const found = std::ranges::find(units, unit, &Unit::name);
    if (found != units.end()) return found->seconds;
    refuse(fmt::format("{} has the unknown unit {}; units are us, ms, s, min, h, d, w, M (month), y", inQuotes(whole),
                       inQuotes(unit)));
}

} // namespace

Duration parseDuration(const std::string& text) {
    std::string_view rest = text;
    double seconds = 0;
    takeWhile(rest, isSpace);
    if (rest.empty()) refuse(R"(a duration is empty; write it with a unit, such as "30s", "10min" or "30d")");
    while (!rest.empty()) {
        const auto number = decimal(takeWhile(rest, [](char c) { return isDigit(c) || c == '.'; }));
        if (!number)
            refuse(fmt::format(R"({} is not a duration; write "30s", "10min", "1h 30min" or "30d")", inQuotes(text)));
        takeWhile(rest, isSpace);
        const auto unit = takeWhile(rest, [](char c) { return !isSpace(c) && !isDigit(c); });
        if (unit.empty() && *number == 0 && rest.empty() && seconds == 0) return {};
        if (unit.empty())
            refuse(fmt::format(R"({} has a number without a unit; write for instance "{}s" or "{}d")", inQuotes(text),
                               *number, *number));
        seconds += *number * secondsPer(unit, text);
        takeWhile(rest, isSpace);
    }
    if (seconds > longestDuration) refuse(fmt::format("{} is longer than 1000 years", inQuotes(text)));
    return std::chrono::round<Duration>(std::chrono::duration<double>(seconds));
}

double parseShare(const std::string& text) {
    const auto percent =
        text.ends_with('%') ? decimal(std::string_view(text).substr(0, text.size() - 1)) : std::nullopt;
    if (!percent) refuse(fmt::format("{} is not a percentage; write for instance \"20%\"", inQuotes(text)));
    const double share = percent.value_or(0) / 100; // "*percent" is called uninitialized by g++ -Os
    if (share > 1) refuse(fmt::format("{} is more than 100%", inQuotes(text)));
    return share;
}

RenewRule parseRenew(const std::string& text) {
    if (!text.ends_with('%')) return {parseDuration(text)};
    const double share = parseShare(text);
    if (share > 0 && share < 1) return {share};
    refuse(fmt::format("{} of the lifetime makes no sense; write more than 0% and less than 100%, or 0 to renew never",
                       inQuotes(text)));
}

unsigned parseMode(const std::string& text) {
    unsigned mode = 0;
    const auto* const last = text.data() + text.size();
    const auto [end, failure] = std::from_chars(text.data(), last, mode, 8);
    if (failure != std::errc{} || end != last || text.size() < 3)
        refuse(fmt::format("{} is not a file mode; write it in octal, such as \"0640\"", inQuotes(text)));
    if (mode > 0777) refuse(fmt::format(R"({} has more than permission bits; write "0000" to "0777")", inQuotes(text)));
    return mode;
}

namespace {

struct DigestForm {
    std::string_view name;
    std::size_t hexDigits;
    Digest digest;
};
constexpr std::array digestForms{DigestForm{"sha256", 64, Digest::sha256}, DigestForm{"sha512", 128, Digest::sha512},
                                 DigestForm{"sha1", 40, Digest::sha1}};

/// Splits "SHA-256: 6f 2a" into "sha256" and "6f2a"; the first part is empty when no algorithm is named.
std::pair<std::string, std::string> splitFingerprint(const std::string& text) {
    std::string compact;
    for (const char c : text)
        if (c != ' ' && c != '\t') compact += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const auto colon = compact.find(':');
    std::string algorithm = colon == std::string::npos ? std::string() : compact.substr(0, colon);
    std::erase(algorithm, '-');
    const bool named = algorithm.starts_with("sha") || algorithm.starts_with("md");
    std::string digits = named ? compact.substr(colon + 1) : compact;
    std::erase(digits, ':');
    return {named ? algorithm : std::string(), digits};
}

std::uint8_t nibble(char c) {
    return static_cast<std::uint8_t>(isDigit(c) ? c - '0' : c - 'a' + 10);
}

std::vector<std::uint8_t> bytesOf(const std::string& digits) {
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        bytes.push_back(static_cast<std::uint8_t>(nibble(digits[i]) << 4U | nibble(digits[i + 1])));
    return bytes;
}

} // namespace

FingerprintPin parseFingerprint(const std::string& text) {
    const auto [algorithm, digits] = splitFingerprint(text);
    const bool isHex = std::ranges::all_of(digits, [](unsigned char c) { return std::isxdigit(c) != 0; });
    if (algorithm == "md5" || (algorithm.empty() && isHex && digits.size() == 32))
        refuse("an MD5 fingerprint pins nothing, because anybody can make a certificate that has it; ask for the "
               "SHA-256 fingerprint of the CA certificate");
    if (!isHex || digits.empty())
        refuse(fmt::format("{} is not hexadecimal; write \"sha256:\" and 64 hexadecimal digits", inQuotes(text)));
    for (const auto& form : digestForms) {
        if (algorithm.empty() ? digits.size() != form.hexDigits : algorithm != form.name) continue;
        if (digits.size() == form.hexDigits) return {form.digest, bytesOf(digits)};
        refuse(fmt::format("a {} fingerprint has {} hexadecimal digits, this one has {}", form.name, form.hexDigits,
                           digits.size()));
    }
    if (!algorithm.empty())
        refuse(fmt::format("{} is no fingerprint algorithm known here; write sha256 or sha512", inQuotes(algorithm)));
    refuse(fmt::format(
        "a fingerprint of {} hexadecimal digits is none of SHA-256 (64), SHA-512 (128) and SHA-1 (40); is it complete?",
        digits.size()));
}

} // namespace scepd::profile
