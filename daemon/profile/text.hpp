#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// What the shapes of names, addresses and paths have in common: questions about text, without a locale.
namespace scepd::profile {

bool isAsciiDigit(char c);
bool isAsciiAlphanumeric(char c);
bool isHexDigit(char c);
bool isAscii(std::string_view text);

/// True when the text is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool isUtf8(std::string_view text);

/// True for any byte below 0x20 and for 0x7f: none of them belongs in a name, a path or a secret.
bool hasControlCharacter(std::string_view text);

/// Number of characters of a UTF-8 text.
std::size_t characters(std::string_view text);

/// Without the spaces at both ends.
std::string_view trimmed(std::string_view text);

/// With a to z in the place of A to Z; all else stays.
std::string lowerCase(std::string_view text);

bool sameIgnoringCase(std::string_view a, std::string_view b);

} // namespace scepd::profile
