#include "scepd/metrics_labels.hpp"

#include "profile/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <filesystem>

namespace scepd {
namespace {

bool isControl(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

std::string labelValue(std::string_view value) {
    const bool utf8 = profile::isUtf8(value);
    std::string text;
    for (const char c : value) {
        if (c == '\n')
            text += "\\n";
        else if (isControl(c) || (!utf8 && static_cast<unsigned char>(c) >= 0x80))
            text += '?';
        else if (c == '\\' || c == '"')
            (text += '\\') += c;
        else
            text += c;
    }
    return text;
}

/// What stands behind a backslash: two hex digits for a byte, or a character that would mean something else.
std::string unescaped(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned char byte = 0;
        const auto* end = text.data() + std::min(i + 3, text.size());
        if (text[i] != '\\' || i + 1 == text.size())
            plain += text[i];
        else if (std::from_chars(text.data() + i + 1, end, byte, 16).ptr == text.data() + i + 3) {
            plain += static_cast<char>(byte);
            i += 2;
        } else
            plain += text[++i];
    }
    return plain;
}

/// The length of an attribute at the beginning of a name: up to the separator that is not escaped.
std::size_t attributeLength(std::string_view name) {
    std::size_t i = 0;
    while (i < name.size() && name[i] != ',' && name[i] != '+')
        i += name[i] == '\\' ? 2 : 1;
    return std::min(i, name.size());
}

/// Where it is installed first; a target that is no file has no path.
std::string installedAt(const record::Status& status) {
    const auto found =
        std::ranges::find_if(status.targets, [](const auto& row) { return row.target.starts_with('/'); });
    return found != status.targets.end() ? found->target : std::string();
}

} // namespace

std::string labelsText(const Labels& labels) {
    std::string text;
    for (const auto& [name, value] : labels) {
        if (value.empty()) continue;
        text += text.empty() ? '{' : ',';
        (text += name) += "=\"";
        (text += labelValue(value)) += '"';
    }
    if (!text.empty()) text += '}';
    return text;
}

std::string attributeOf(std::string_view name, std::string_view type) {
    while (!name.empty()) {
        const auto length = attributeLength(name);
        const auto attribute = name.substr(0, length);
        if (attribute.substr(0, attribute.find('=')) == type && attribute.size() > type.size())
            return unescaped(attribute.substr(type.size() + 1));
        name.remove_prefix(std::min(length + 1, name.size()));
    }
    return {};
}

std::string decimal(std::string_view hex) {
    if (hex.empty() || !std::ranges::all_of(hex, profile::isHexDigit)) return std::string(hex);
    std::string reversed = "0";
    for (const char c : hex) {
        int carry = 0;
        std::from_chars(&c, &c + 1, carry, 16);
        for (auto& digit : reversed) {
            carry += (digit - '0') * 16;
            digit = static_cast<char>('0' + carry % 10);
            carry /= 10;
        }
        for (; carry > 0; carry /= 10)
            reversed += static_cast<char>('0' + carry % 10);
    }
    return {reversed.rbegin(), reversed.rend()};
}

Labels x509Labels(const record::Status& status) {
    struct Names {
        std::string_view type, ofIssuer, ofSubject;
    };
    static constexpr std::array<Names, 6> usual{{{"C", "issuer_C", "subject_C"},
                                                 {"ST", "issuer_ST", "subject_ST"},
                                                 {"L", "issuer_L", "subject_L"},
                                                 {"O", "issuer_O", "subject_O"},
                                                 {"OU", "issuer_OU", "subject_OU"},
                                                 {"CN", "issuer_CN", "subject_CN"}}};
    const auto& held = *status.held;
    const auto file = installedAt(status);
    Labels labels{{"certificate", status.name},
                  {"serial_number", decimal(held.serialNumber)},
                  {"filename", std::filesystem::path(file).filename().string()},
                  {"filepath", file}};
    for (const auto& [type, ofIssuer, ofSubject] : usual) {
        labels.emplace_back(ofIssuer, attributeOf(held.issuer, type));
        labels.emplace_back(ofSubject, attributeOf(held.subject, type));
    }
    return labels;
}

} // namespace scepd
