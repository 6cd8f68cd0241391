#include "crypto/text.hpp"

#include <cstdint>

namespace scepd::crypto {
namespace {

bool isContinuation(std::string_view bytes, std::size_t position) {
    return position < bytes.size() && (static_cast<unsigned char>(bytes[position]) & 0xC0U) == 0x80U;
}

/// How many bytes a lead byte of UTF-8 announces; 0 for one that leads nothing.
std::size_t announcedLength(unsigned char lead) {
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead < 0xE0) return 2;
    if (lead >= 0xE0 && lead < 0xF0) return 3;
    if (lead >= 0xF0 && lead < 0xF5) return 4;
    return 0;
}

char32_t decode(std::string_view bytes, std::size_t position, std::size_t length) {
    constexpr char32_t leadMask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    auto value = static_cast<char32_t>(static_cast<unsigned char>(bytes[position])) & leadMask[length];
    for (std::size_t i = 1; i < length; ++i)
        value = (value << 6U) | (static_cast<unsigned char>(bytes[position + i]) & 0x3FU);
    return value;
}

/// Overlong forms, surrogates and what lies beyond Unicode are no characters; nor are controls and those that turn the
/// direction of a terminal's line.
bool isShowable(char32_t character, std::size_t length) {
    constexpr char32_t shortest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (character < shortest[length] || character > 0x10FFFF) return false;
    if (character >= 0xD800 && character <= 0xDFFF) return false;
    if (character < 0x20 || (character >= 0x7F && character < 0xA0)) return false;
    return !(character >= 0x200B && character <= 0x200F) && !(character >= 0x2028 && character <= 0x202E) &&
           !(character >= 0x2060 && character <= 0x206F) && character != 0xFEFF;
}

/// Length of the showable character at a position, 0 when there is none.
std::size_t characterLength(std::string_view bytes, std::size_t position) {
    const auto length = announcedLength(static_cast<unsigned char>(bytes[position]));
    for (std::size_t i = 1; i < length; ++i)
        if (!isContinuation(bytes, position + i)) return 0;
    if (length == 0 || !isShowable(decode(bytes, position, length), length)) return 0;
    return length;
}

bool isSpace(char byte) {
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

int base64Value(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    return c == '/' ? 63 : -1;
}

/// What stands between the "-----BEGIN X-----" line and the "-----END X-----" line; the whole text without them.
std::string_view withoutArmour(std::string_view text) {
    if (!text.starts_with("-----BEGIN ")) return text;
    const auto begin = text.find('\n');
    const auto end = text.find("-----END ");
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return text;
    return text.substr(begin, end - begin);
}

} // namespace

std::optional<std::string> decodeBase64(std::string_view text) {
    std::string bytes;
    std::uint32_t bits = 0;
    unsigned digits = 0;
    unsigned padding = 0;
    for (const char c : text) {
        if (isSpace(c)) continue;
        if (c == '=' && ++padding <= 2) continue;
        const int value = base64Value(c);
        if (value < 0 || padding > 0) return std::nullopt;
        bits = (bits << 6U) | static_cast<std::uint32_t>(value);
        if (++digits % 4 != 1) bytes += static_cast<char>((bits >> (6 - 2 * ((digits - 1) % 4))) & 0xFFU);
    }
    if (digits % 4 == 1 || (digits + padding) % 4 != 0) return std::nullopt;
    return bytes;
}

std::string hexOf(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += digits[byte >> 4U];
        text += digits[byte & 0x0FU];
    }
    return text;
}

std::string unwrapped(std::string_view body) {
    constexpr char sequence = 0x30;
    if (body.empty() || body.front() == sequence) {
        // DER, or base64 that begins with a zero: only the former has bytes that are no text.
        const auto decoded = decodeBase64(body);
        return decoded && !decoded->empty() && decoded->front() == sequence ? *decoded : std::string(body);
    }
    const auto begin = body.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return {};
    const auto text = body.substr(begin);
    if (text.front() == sequence) return std::string(text);
    const auto decoded = decodeBase64(withoutArmour(text));
    return decoded && !decoded->empty() ? *decoded : std::string(text);
}

std::string printable(std::string_view bytes, std::size_t limit) {
    std::string text;
    for (std::size_t position = 0; position < bytes.size();) {
        const auto length = isSpace(bytes[position]) ? 0 : characterLength(bytes, position);
        if (text.size() + length >= limit) return text + "...";
        if (length > 0)
            text.append(bytes, position, length);
        else if (!isSpace(bytes[position]))
            text += '?';
        else if (!text.empty() && text.back() != ' ')
            text += ' ';
        position += length > 0 ? length : 1;
    }
    while (!text.empty() && text.back() == ' ')
        text.pop_back();
    return text;
}

} // namespace scepd::crypto
