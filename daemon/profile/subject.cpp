#include "profile/subject.hpp"

#include "base/error.hpp"
#include "profile/suggest.hpp"
#include "profile/text.hpp"
#include "profile/variables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace scepd::profile {
namespace {

/// What X.520 and PKCS #9 say of an attribute; `longest` counts characters.
struct AttributeType {
    std::string_view name;
    std::size_t longest;
    enum class Alphabet { any, printable, ascii } alphabet = Alphabet::any;
};
using Alphabet = AttributeType::Alphabet;

constexpr std::size_t longestName = 32768;
constexpr std::array attributeTypes{
    AttributeType{"CN", 64},
    AttributeType{"O", 64},
    AttributeType{"OU", 64},
    AttributeType{"C", 2, Alphabet::printable},
    AttributeType{"ST", 128},
    AttributeType{"L", 128},
    AttributeType{"DC", longestName, Alphabet::ascii},
    AttributeType{"UID", longestName},
    AttributeType{"SN", longestName},
    AttributeType{"GN", longestName},
    AttributeType{"serialNumber", 64, Alphabet::printable},
    AttributeType{"emailAddress", 128, Alphabet::ascii},
    AttributeType{"title", 64},
    AttributeType{"initials", longestName},
    AttributeType{"street", longestName},
    AttributeType{"postalCode", longestName},
    AttributeType{"description", longestName},
    AttributeType{"name", longestName},
    AttributeType{"pseudonym", longestName},
    AttributeType{"generationQualifier", longestName},
    AttributeType{"dnQualifier", longestName, Alphabet::printable},
    AttributeType{"businessCategory", longestName},
    AttributeType{"organizationIdentifier", longestName},
    AttributeType{"unstructuredName", longestName},
    AttributeType{"unstructuredAddress", longestName},
};

using Alias = std::pair<std::string_view, std::string_view>;
constexpr std::array aliases{
    Alias{"E", "emailAddress"},
    Alias{"Email", "emailAddress"},
    Alias{"mail", "emailAddress"},
    Alias{"S", "ST"},
    Alias{"G", "GN"},
    Alias{"T", "title"},
    Alias{"commonName", "CN"},
    Alias{"organizationName", "O"},
    Alias{"organizationalUnitName", "OU"},
    Alias{"countryName", "C"},
    Alias{"stateOrProvinceName", "ST"},
    Alias{"localityName", "L"},
    Alias{"domainComponent", "DC"},
    Alias{"userId", "UID"},
    Alias{"surname", "SN"},
    Alias{"givenName", "GN"},
    Alias{"streetAddress", "street"},
};

std::vector<std::string_view> attributeNames() {
    std::vector<std::string_view> names(attributeTypes.size());
    std::ranges::transform(attributeTypes, names.begin(), &AttributeType::name);
    return names;
}

/// The name as OpenSSL knows it, or the dotted OID, of what somebody typed in any case.
std::string attributeType(std::string_view typed) {
    if (typed.size() > 4 && sameIgnoringCase(typed.substr(0, 4), "OID.")) typed.remove_prefix(4);
    if (isObjectIdentifier(typed)) return std::string(typed);
    for (const auto& type : attributeTypes)
        if (sameIgnoringCase(type.name, typed)) return std::string(type.name);
    for (const auto& [alias, name] : aliases)
        if (sameIgnoringCase(alias, typed)) return std::string(name);
    throw Error(Fault::configuration,
                fmt::format("{} is not an attribute of a name known here; write a short name such as CN, O, OU, or a "
                            "dotted object identifier{}",
                            inQuotes(typed), didYouMean(typed, attributeNames())));
}

class SubjectParser {
public:
    explicit SubjectParser(std::string_view text) : text_(text) {}

    Subject parse() {
        Subject subject;
        do {
            subject.emplace_back();
            do {
                subject.back().push_back(attribute());
            } while (take('+'));
        } while (take(','));
        if (position_ < text_.size()) refuse("has something after the closing quotation mark");
        return subject;
    }

private:
    Attribute attribute() {
        skipSpaces();
        const auto equals = text_.find('=', position_);
        const auto separator = text_.find_first_of(",+", position_);
        if (equals == std::string_view::npos || separator < equals)
            refuse("expects ATTRIBUTE=VALUE, such as CN=${hostname}; write \"\\,\" for a comma and \"\\+\" for a plus "
                   "inside a value");
        auto type = attributeType(trimmed(text_.substr(position_, equals - position_)));
        position_ = equals + 1;
        skipSpaces();
        auto value = peek() == '"' ? quotedValue() : plainValue();
        if (value.empty()) refuse(fmt::format("gives {} no value", type));
        if (!isUtf8(value)) refuse(fmt::format("gives {} a value that is not UTF-8", type));
        return {std::move(type), std::move(value)};
    }

    std::string plainValue() {
        std::string value;
        std::size_t lengthWithoutSpaces = 0;
        if (peek() == '#') refuse(R"(begins a value with "#"; write "\#")");
        while (position_ < text_.size() && text_[position_] != ',' && text_[position_] != '+') {
            const char c = text_[position_];
            if (c == ';' || c == '"')
                refuse(fmt::format(R"(has {0} inside a value; separate attributes with "," or write "\{0}")", c));
            value += c == '\\' ? escaped() : c == '$' ? variable() : plain();
            if (c != ' ') lengthWithoutSpaces = value.size();
        }
        value.resize(lengthWithoutSpaces);
        return value;
    }

    std::string quotedValue() {
        std::string value;
        ++position_;
        while (peek() != '"') {
            if (position_ >= text_.size()) refuse("has a quotation mark that is never closed");
            value += peek() == '\\' ? escaped() : plain();
        }
        ++position_;
        skipSpaces();
        return value;
    }

    std::string plain() { return {text_[position_++]}; }

    /// `${...}` as it stands, so that nothing inside it separates; any other dollar sign alone.
    std::string variable() {
        const auto end = text_.find('}', position_);
        if (!text_.substr(position_).starts_with("${") || end == std::string_view::npos) return plain();
        const auto whole = text_.substr(position_, end + 1 - position_);
        position_ = end + 1;
        return std::string(whole);
    }

    std::string escaped() {
        const auto digits = text_.substr(position_ + 1, 2);
        if (digits.size() == 2 && isHexDigit(digits[0]) && isHexDigit(digits[1])) {
            position_ += 3;
            return literal(static_cast<char>(std::stoi(std::string(digits), nullptr, 16)));
        }
        if (digits.empty() || std::string_view(R"(,+"\;<>#= $%)").find(digits[0]) == std::string_view::npos)
            refuse(R"(has a "\" that escapes nothing; write "\\" for a backslash (in TOML's "..." that is "\\\\"))");
        position_ += 2;
        return literal(digits[0]);
    }

    /// An escaped character means itself, so it must not begin a variable later.
    [[nodiscard]] std::string literal(char c) const {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) refuse("escapes a control character");
        return c == '$' || c == '%' ? std::string(2, c) : std::string(1, c);
    }

    [[nodiscard]] char peek() const { return position_ < text_.size() ? text_[position_] : '\0'; }

    bool take(char c) {
        if (peek() != c) return false;
        ++position_;
        return true;
    }

    void skipSpaces() {
        while (peek() == ' ')
            ++position_;
    }

    [[noreturn]] void refuse(const std::string& reason) const {
        throw Error(Fault::configuration,
                    fmt::format("{} {} (at character {})", inQuotes(text_), reason, position_ + 1));
    }

    std::string_view text_;
    std::size_t position_ = 0;
};

/// A value without variables is known now, so what X.509 says of it is checked now.
void checkWhenConstant(const Attribute& attribute) {
    if (!variablesIn(attribute.value).empty()) return;
    const auto constant = expand(attribute.value, [](const std::string&) { return std::nullopt; });
    if (const auto complaint = complaintAbout(Attribute{attribute.type, constant}))
        throw Error(Fault::configuration, *complaint);
}

bool isPrintableString(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return isAsciiAlphanumeric(c) || std::string_view(" '()+,-./:=?").find(c) != std::string_view::npos;
    });
}

bool fits(Alphabet alphabet, std::string_view text) {
    if (alphabet == Alphabet::printable) return isPrintableString(text);
    return alphabet == Alphabet::any || isAscii(text);
}

} // namespace

Subject parseSubject(const std::string& text) {
    auto subject = SubjectParser(text).parse();
    for (const auto& rdn : subject)
        std::ranges::for_each(rdn, checkWhenConstant);
    return subject;
}

std::optional<std::string> complaintAbout(const Attribute& attribute) {
    const auto& value = attribute.value;
    if (!isUtf8(value) || hasControlCharacter(value))
        return fmt::format("{} holds bytes that are no text", attribute.type);
    const auto* const type = std::ranges::find(attributeTypes, attribute.type, &AttributeType::name);
    if (type == attributeTypes.end()) return std::nullopt;
    if (type->name == "C" && (value.size() != 2 || !isPrintableString(value)))
        return fmt::format("C={} is not a country's two letters, such as C=DE", value);
    if (characters(value) > type->longest)
        return fmt::format("{} has {} characters; X.509 allows it {}", attribute.type, characters(value),
                           type->longest);
    if (!fits(type->alphabet, value))
        return fmt::format("{}={} has characters that X.509 does not allow in it", attribute.type, value);
    return std::nullopt;
}

bool isObjectIdentifier(std::string_view text) {
    std::vector<std::string_view> arcs;
    for (std::size_t from = 0, dot = 0; dot != std::string_view::npos; from = dot + 1) {
        dot = text.find('.', from);
        arcs.push_back(text.substr(from, dot == std::string_view::npos ? dot : dot - from));
    }
    const bool wellFormed =
        arcs.size() >= 2 && text.size() <= 128 && std::ranges::all_of(arcs, [](std::string_view arc) {
            return !arc.empty() && arc.size() <= 10 && std::ranges::all_of(arc, isAsciiDigit) &&
                   (arc.size() == 1 || arc[0] != '0');
        });
    if (!wellFormed || arcs[0].size() != 1 || arcs[0][0] > '2') return false;
    return arcs[0] == "2" || arcs[1].size() == 1 || (arcs[1].size() == 2 && arcs[1][0] < '4');
}

} // namespace scepd::profile
