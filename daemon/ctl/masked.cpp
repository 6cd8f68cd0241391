#include "ctl/report_text.hpp"

#include "ctl/text.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace scepd::ctl {
namespace {

constexpr std::string_view mask = "***";
constexpr std::size_t leastSecret = 3; ///< Shorter ones would blacken every line.

void replaceAll(std::string& line, std::string_view what) {
    for (auto at = line.find(what); at != std::string::npos; at = line.find(what, at + mask.size()))
        line.replace(at, what.size(), mask);
}

/// Names that have an "@" and no password.
bool isName(std::string_view word) {
    constexpr std::array prefixes{"email:", "upn:", "mailto:"};
    return std::ranges::any_of(prefixes, [&](std::string_view prefix) { return word.starts_with(prefix); });
}

/// A URL that was cut may have lost its "@": what stands behind a colon and is no port may be a password.
bool mayHaveLostItsEnd(std::string_view authority) {
    authority = authority.substr(0, authority.find_first_of("/?#"));
    while (authority.ends_with(':') || authority.ends_with('.'))
        authority.remove_suffix(1);
    const auto colon = authority.find(':');
    return colon != std::string_view::npos && !authority.starts_with('[') &&
           authority.find_first_not_of("0123456789", colon + 1) != std::string_view::npos;
}

/// A word as "http://user:password@host/path?token" without what may be secret of it.
std::string maskedWord(std::string word) {
    const auto scheme = word.find("://");
    const auto begin = scheme == std::string::npos ? 0 : scheme + 3;
    const auto at = word.rfind('@');
    const bool hasPassword = at != std::string::npos && at > begin && word.find(':', begin) < at && !isName(word);
    const bool hasUser = at != std::string::npos && scheme != std::string::npos && at > begin;
    if (hasPassword || hasUser)
        word.replace(begin, at - begin, mask);
    else if (scheme != std::string::npos && mayHaveLostItsEnd(std::string_view(word).substr(begin)))
        word = word.substr(0, begin) + std::string(mask);
    if (const auto query = word.find('?'); scheme != std::string::npos && query != std::string::npos)
        word = word.substr(0, query + 1) + std::string(mask);
    return word;
}

std::string maskedLine(const std::string& line) {
    constexpr std::string_view ends = " \t\"'<>(),;";
    std::string result;
    for (std::size_t at = 0; at < line.size();) {
        const auto end = std::min(line.find_first_of(ends, at), line.size());
        result += maskedWord(line.substr(at, end - at));
        const auto next = std::min(line.find_first_not_of(ends, end), line.size());
        result += line.substr(end, next - end);
        at = next;
    }
    return result;
}

} // namespace

std::string masked(std::string_view text, std::vector<std::string_view> secrets) {
    // The longest first: one may be the beginning of another.
    std::ranges::sort(secrets, std::ranges::greater{}, &std::string_view::size);
    std::string result;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = printable(text.substr(0, end));
        for (const auto& secret : secrets)
            if (secret.size() >= leastSecret) replaceAll(line, secret);
        result += maskedLine(line) + '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return result;
}

} // namespace scepd::ctl
