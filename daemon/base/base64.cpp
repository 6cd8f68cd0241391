#include "base/base64.hpp"

#include <fmt/format.h>

namespace scepd {

std::string base64(std::string_view bytes) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const auto byte = [&](std::size_t i) { return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U; };
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const auto bits = byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2);
        text += digits[bits >> 18U];
        text += digits[bits >> 12U & 63U];
        text += i + 1 < bytes.size() ? digits[bits >> 6U & 63U] : '=';
        text += i + 2 < bytes.size() ? digits[bits & 63U] : '=';
    }
    return text;
}

std::string pem(std::string_view label, std::string_view bytes) {
    constexpr std::size_t width = 64;
    const auto text = base64(bytes);
    auto lines = fmt::format("-----BEGIN {}-----\n", label);
    for (std::size_t i = 0; i < text.size(); i += width)
        lines += text.substr(i, width) + '\n';
    return lines + fmt::format("-----END {}-----\n", label);
}

} // namespace scepd
