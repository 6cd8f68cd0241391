#include "scep/transport.hpp"

#include "profile/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scepd::scep {
namespace {

/// The parts of an absolute URL, as far as we look at them.
struct Parts {
    std::string scheme;    ///< "http", lower case
    std::string authority; ///< Without user and password, lower case.
    std::string path, query;
};

/// Where the authority ends: at the path, the query, the fragment or the end.
std::size_t authorityEnd(std::string_view url, std::size_t begin) {
    return std::min(url.find_first_of("/?#", begin), url.size());
}

std::size_t authorityBegin(std::string_view url) {
    const auto separator = url.find("://");
    return separator == std::string_view::npos ? 0 : separator + 3;
}

Parts partsOf(std::string_view url) {
    url = url.substr(0, url.find('#'));
    const auto begin = authorityBegin(url);
    const auto end = authorityEnd(url, begin);
    auto authority = url.substr(begin, end - begin);
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
    const auto question = std::min(url.find('?', end), url.size());
    return {begin >= 3 ? profile::lowerCase(url.substr(0, begin - 3)) : "", profile::lowerCase(authority),
            std::string(url.substr(end, question - end)), std::string(url.substr(question))};
}

/// The host of an authority, without its port.
std::string_view hostOf(std::string_view authority) {
    const auto colon = authority.rfind(':');
    const auto bracket = authority.rfind(']');
    if (colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket)) return authority;
    return authority.substr(0, colon);
}

} // namespace

std::string percentEscaped(std::string_view text) {
    constexpr std::string_view unreserved = "-._~";
    std::string escaped;
    for (const char c : text) {
        const bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || unreserved.contains(c);
        escaped += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return escaped;
}

std::string operationUrl(std::string_view url, std::string_view operation,
                         const std::optional<std::string>& identifier) {
    std::string result(url.substr(0, url.find('#')));
    const auto end = authorityEnd(result, authorityBegin(result));
    const bool hasPath = end < result.size() && result[end] == '/';
    if (!hasPath) result.insert(end, "/cgi-bin/pkiclient.exe");
    const auto question = result.find('?');
    if (question == std::string::npos)
        result += '?';
    else if (question + 1 < result.size() && result.back() != '&')
        result += '&';
    result += fmt::format("operation={}", operation);
    if (identifier) result += "&message=" + percentEscaped(*identifier);
    return result;
}

std::string shownUrl(std::string_view url) {
    const auto parts = partsOf(url);
    return parts.scheme.empty() ? parts.authority + parts.path : parts.scheme + "://" + parts.authority + parts.path;
}

bool mayRedirect(std::string_view from, std::string_view to) {
    if (!std::ranges::all_of(to, [](char c) { return c > ' ' && c <= '~'; })) return false;
    const auto before = partsOf(from);
    const auto after = partsOf(to);
    if (before.scheme == after.scheme) return before.authority == after.authority;
    const bool stronger = before.scheme == "http" && after.scheme == "https";
    return stronger && hostOf(before.authority) == hostOf(after.authority);
}

} // namespace scepd::scep
