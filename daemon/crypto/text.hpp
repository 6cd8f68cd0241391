#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace scepd::crypto {

/// Bytes that somebody else chose, as text for people: valid UTF-8 without control characters stays, every other byte
/// becomes "?", runs of white space become one space, and what is longer than `limit` bytes ends in "...".
std::string printable(std::string_view bytes, std::size_t limit);

/// The bytes of standard base64 (RFC 4648 section 4); white space is skipped. nullopt when the text is none.
std::optional<std::string> decodeBase64(std::string_view text);

/// Lower-case hex without separators.
std::string hexOf(std::string_view bytes);

/// What a server sent, without what it may have wrapped around it: white space in front, PEM armour or plain base64 are
/// taken off, anything else comes back as it is.
std::string unwrapped(std::string_view body);

} // namespace scepd::crypto
