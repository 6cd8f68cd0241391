#include "profile/san.hpp"

#include "base/error.hpp"
#include "profile/shape.hpp"
#include "profile/subject.hpp"
#include "profile/suggest.hpp"
#include "profile/text.hpp"
#include "profile/variables.hpp"
#include "profile/words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace scepd::profile {
namespace {

/// One "@" with something on both sides.
bool isMailbox(std::string_view text) {
    const auto at = text.find('@');
    return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
           text.find('@', at + 1) == std::string_view::npos && text.find(' ') == std::string_view::npos;
}

bool isUri(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return false;
    const auto scheme = text.substr(0, colon);
    const bool schemeIsGood =
        std::ranges::all_of(scheme, [](char c) { return isAsciiAlphanumeric(c) || c == '+' || c == '-' || c == '.'; });
    return schemeIsGood && !isAsciiDigit(scheme[0]) && isAscii(text) && text.find(' ') == std::string_view::npos;
}

bool isDnsPattern(std::string_view text) {
    return isHostName(text.starts_with("*.") ? text.substr(2) : text);
}

std::optional<std::string> unless(bool good, const SanName& san, std::string_view wanted) {
    if (good) return std::nullopt;
    return fmt::format("{} is not {}", inQuotes(san.value), wanted);
}

/// A name without variables, whose doubled signs then stand for themselves.
void checkWhenConstant(const SanName& san) {
    if (!variablesIn(san.value).empty()) return;
    const auto constant = expand(san.value, [](const std::string&) { return std::nullopt; });
    if (const auto complaint = complaintAbout(SanName{san.type, constant}))
        throw Error(Fault::configuration, *complaint);
}

} // namespace

SanName parseSanName(const std::string& text) {
    const auto colon = text.find(':');
    const auto type = std::string_view(text).substr(0, colon);
    const auto words = allWords(sanTypeWords);
    const auto* const word = std::ranges::find(sanTypeWords, type, &Word<SanType>::first);
    if (colon == std::string::npos || word == sanTypeWords.end())
        throw Error(Fault::configuration,
                    fmt::format("{} does not begin with one of dns:, ip:, email:, uri:, upn:, rid:{}", inQuotes(text),
                                didYouMean(type, words)));
    SanName san{word->second, text.substr(colon + 1)};
    if (san.value.empty()) throw Error(Fault::configuration, fmt::format("{} has no value", inQuotes(text)));
    checkWhenConstant(san);
    return san;
}

std::optional<std::string> complaintAbout(const SanName& san) {
    if (!isUtf8(san.value) || hasControlCharacter(san.value))
        return "a subject alternative name holds bytes that are no text";
    switch (san.type) {
    case SanType::dns:
        return unless(isDnsPattern(san.value), san, "a DNS name such as host.example.com");
    case SanType::ip:
        return unless(isIpAddress(san.value), san, "an IPv4 or IPv6 address");
    case SanType::email:
        return unless(isMailbox(san.value) && isAscii(san.value), san, "a mail address such as jdoe@example.com");
    case SanType::uri:
        return unless(isUri(san.value), san, "a URI such as https://example.com/device");
    case SanType::upn:
        return unless(isMailbox(san.value), san, "a user principal name such as jdoe@example.com");
    case SanType::rid:
        return unless(isObjectIdentifier(san.value), san, "a dotted object identifier such as 1.3.6.1.4.1.311");
    }
    return std::nullopt;
}

} // namespace scepd::profile
