#include "profile/shape.hpp"

#include "base/error.hpp"
#include "profile/suggest.hpp"
#include "profile/text.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>

namespace scepd::profile {
namespace {

[[noreturn]] void refuse(const std::string& text, std::string_view reason) {
    throw Error(Fault::configuration, fmt::format("{} {}", inQuotes(text), reason));
}

bool isLabel(std::string_view label) {
    const bool clean =
        std::ranges::all_of(label, [](char c) { return isAsciiAlphanumeric(c) || c == '-' || c == '_'; });
    return clean && !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-';
}

bool isPort(std::string_view text) {
    unsigned port = 0;
    const auto* const last = text.data() + text.size();
    const auto [end, failure] = std::from_chars(text.data(), last, port);
    return failure == std::errc{} && end == last && port >= 1 && port <= 65535;
}

/// host, host:port, [v6], [v6]:port; `portNeeded` refuses what has none.
bool isAuthority(std::string_view text, bool portNeeded) {
    const bool bracketed = text.starts_with('[');
    const auto hostEnd = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
    if (hostEnd == std::string_view::npos) return false;
    const auto host = bracketed ? text.substr(1, hostEnd - 1) : text.substr(0, hostEnd);
    const auto rest = text.substr(bracketed ? hostEnd + 1 : hostEnd);
    if (bracketed ? !isIpAddress(host) : !isHostName(host)) return false;
    return rest.empty() ? !portNeeded : rest.starts_with(':') && isPort(rest.substr(1));
}

struct UrlParts {
    std::string_view authority;
    std::string_view rest; ///< Path, query and fragment.
};

UrlParts splitUrl(const std::string& text) {
    const auto schemeEnd = text.find("://");
    const auto scheme = std::string_view(text).substr(0, std::min(schemeEnd, text.size()));
    if (schemeEnd == std::string::npos || (!sameIgnoringCase(scheme, "http") && !sameIgnoringCase(scheme, "https")))
        refuse(text, "is not a URL; it begins with http:// or https://");
    const auto afterScheme = std::string_view(text).substr(schemeEnd + 3);
    const auto authorityEnd = std::min(afterScheme.find_first_of("/?#"), afterScheme.size());
    return {afterScheme.substr(0, authorityEnd), afterScheme.substr(authorityEnd)};
}

UrlParts checkedUrl(const std::string& text) {
    const auto parts = splitUrl(text);
    if (parts.authority.find('@') != std::string_view::npos)
        throw Error(Fault::configuration, "a URL must not carry a user name or password, because URLs are logged");
    if (!isAuthority(parts.authority, false)) refuse(text, "has no valid host and port, such as ca.example.com:8080");
    if (parts.rest.find('#') != std::string_view::npos) refuse(text, "has a \"#\", which a server never sees");
    const bool clean = isAscii(text) && text.find_first_of(" \"<>\\^`{|}") == std::string::npos;
    if (!clean) refuse(text, "has characters that a URL writes as %XX");
    return parts;
}

} // namespace

bool isHostName(std::string_view text) {
    if (text.empty() || text.size() > 253) return false;
    for (std::size_t dot = 0; dot != std::string_view::npos;) {
        dot = text.find('.');
        if (!isLabel(text.substr(0, dot))) return false;
        text.remove_prefix(std::min(text.size(), dot == std::string_view::npos ? text.size() : dot + 1));
    }
    return true;
}

bool isIpAddress(std::string_view text) {
    std::array<unsigned char, sizeof(in6_addr)> address{};
    const std::string terminated(text);
    return inet_pton(AF_INET, terminated.c_str(), address.data()) == 1 ||
           inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1;
}

std::string parseScepUrl(const std::string& text) {
    const auto parts = checkedUrl(text);
    if (parts.rest.starts_with('/')) return text;
    const auto pathAt = text.size() - parts.rest.size();
    return text.substr(0, pathAt) + "/cgi-bin/pkiclient.exe" + text.substr(pathAt);
}

std::string parseUrl(const std::string& text) {
    checkedUrl(text);
    return text;
}

std::string parseProxy(const std::string& text) {
    if (text.find("://") != std::string::npos) return parseUrl(text);
    if (text.find('@') != std::string::npos)
        throw Error(Fault::configuration, "a proxy must not carry a user name or password, because URLs are logged");
    if (!isAuthority(text, false)) refuse(text, "is not a proxy; write http://proxy.example.com:3128");
    return text;
}

std::string parseHostPort(const std::string& text) {
    if (!isAuthority(text, true)) refuse(text, "is not host:port, such as localhost:443 or [::1]:443");
    return text;
}

std::string parseInterface(const std::string& text) {
    const bool clean = isAscii(text) && text.find_first_of(" /:") == std::string::npos;
    if (!clean || text.size() > 15 || text == "." || text == "..")
        refuse(text, "is not the name of a network interface, such as eth0");
    return text;
}

std::string parsePath(const std::string& text) {
    if (!text.starts_with('/')) refuse(text, "is not an absolute path; it begins with \"/\"");
    if (text.size() >= 4096) refuse(text, "is longer than a path can be");
    const auto shortest = std::filesystem::path(text).lexically_normal().string();
    if (text.ends_with('/')) refuse(text, "ends with \"/\"; write the path of a file");
    if (("/" + text + "/").find("/../") != std::string::npos)
        refuse(text, "has \"..\" in it; write where it really leads");
    if (shortest != text) refuse(text, fmt::format("is not written shortest; write {}", inQuotes(shortest)));
    return text;
}

std::string parseUnit(const std::string& text) {
    const auto isUnitCharacter = [](char c) {
        return isAsciiAlphanumeric(c) || std::string_view(":_.\\@-").find(c) != std::string_view::npos;
    };
    const bool clean = std::ranges::all_of(text, isUnitCharacter) && text.size() < 256;
    const bool whole = text.size() > 8 && text.ends_with(".service");
    if (clean && (whole || (text.size() > 7 && text.ends_with(".target")))) return text;
    if (clean && text.find('.') == std::string::npos)
        refuse(text, fmt::format("is not a unit's whole name; write \"{}.service\"", text));
    refuse(text, "is not the name of a systemd service or target, such as nginx.service");
}

std::string parseFileName(const std::string& text) {
    const bool clean = text.find('/') == std::string::npos && !text.starts_with('.') && text.size() <= 255;
    if (!clean) refuse(text, "is not a file's name; write it without a folder and without a dot in front");
    return text;
}

bool isHookName(const std::string& text) {
    const auto allowed = [](char c) { return isAsciiAlphanumeric(c) || c == '-' || c == '_' || c == '.'; };
    return !text.empty() && text.front() != '.' && text.size() < 100 && std::ranges::all_of(text, allowed);
}

std::string parseHookName(const std::string& text) {
    if (!isHookName(text))
        refuse(text, "is not the name of a hook: letters, digits, \"-\", \"_\" and \".\", no folder, no dot in front");
    return text;
}

std::string parseAccount(const std::string& text) {
    const bool clean = std::ranges::all_of(
        text, [](char c) { return isAsciiAlphanumeric(c) || c == '_' || c == '-' || c == '.' || c == '$'; });
    if (!clean || text.starts_with('-') || text.size() > 256) refuse(text, "is not the name of a user or group");
    return text;
}

} // namespace scepd::profile
