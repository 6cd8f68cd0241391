#include "profile/variables.hpp"

#include "base/error.hpp"
#include "profile/san.hpp"
#include "profile/subject.hpp"
#include "profile/suggest.hpp"
#include "profile/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>

namespace scepd::profile {
namespace {

/// A piece of a text: literal characters, or a variable by its canonical name with the spelling that was used.
struct Piece {
    bool isVariable = false;
    std::string text;
    std::string spelling;
};

using Spelling = std::pair<std::string_view, std::string_view>;
constexpr std::array percentSpellings{Spelling{"username", "username"}, Spelling{"email", "email"},
                                      Spelling{"useremail", "email"}, Spelling{"domainname", "domain"},
                                      Spelling{"devicename", "device-name"}};
constexpr std::array dollarSpellings{Spelling{"username", "username"}, Spelling{"emailaddress", "email"},
                                     Spelling{"hostid", "host-id"}, Spelling{"udid", "uuid"}};

bool isLetter(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

bool isWordCharacter(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool isVariableName(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
        return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '-';
    });
}

bool isQualifier(std::string_view interface) {
    return !interface.empty() && interface.size() < 16 &&
           std::ranges::all_of(interface, [](unsigned char c) { return std::isgraph(c) != 0 && c != '/' && c != '$'; });
}

/// "HostName" as "hostname", "mac:eth0" as it is: the interface's name keeps its case.
std::string canonicalName(std::string_view written) {
    const auto colon = written.find(':');
    const std::string name = lowerCase(written.substr(0, colon));
    const bool qualified = colon != std::string_view::npos;
    if (!isVariableName(name) || (qualified && !isQualifier(written.substr(colon + 1))))
        throw Error(
            Fault::configuration,
            fmt::format("\"${{{}}}\" is not a variable; names have letters, digits and -, such as ${{hostname}} "
                        "or ${{mac:eth0}}",
                        written.substr(0, 40)));
    return qualified ? name + std::string(written.substr(colon)) : name;
}

template <typename Spellings>
std::string_view canonicalSpelling(const Spellings& spellings, std::string_view written) {
    const std::string name = lowerCase(written);
    const auto* const found = std::ranges::find(spellings, name, &Spelling::first);
    return found == spellings.end() ? std::string_view() : found->second;
}

/// Walks a text and cuts it into pieces; the rules of each spelling stand in one function.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    std::vector<Piece> pieces() {
        while (!rest_.empty())
            next();
        return std::move(pieces_);
    }

private:
    void next() {
        const auto special = std::min(rest_.find_first_of("$%"), rest_.size());
        if (special > 0) return literal(rest_.substr(0, special), special);
        if (rest_.starts_with("$$") || rest_.starts_with("%%")) return literal(rest_.substr(0, 1), 2);
        if (rest_.starts_with("${")) return braces();
        return rest_.front() == '$' ? dollar() : percent();
    }

    void literal(std::string_view text, std::size_t consumed) {
        pieces_.push_back({false, std::string(text), {}});
        rest_.remove_prefix(consumed);
    }

    void variable(std::string name, std::size_t consumed) {
        pieces_.push_back({true, std::move(name), std::string(rest_.substr(0, consumed))});
        rest_.remove_prefix(consumed);
    }

    void braces() {
        const auto end = rest_.find('}');
        if (end == std::string_view::npos)
            throw Error(Fault::configuration, R"("${" has no "}"; write "$$" for a dollar sign)");
        variable(canonicalName(rest_.substr(2, end - 2)), end + 1);
    }

    void dollar() {
        const auto word = rest_.substr(1, wordLength(1));
        const auto name = canonicalSpelling(dollarSpellings, word);
        if (!name.empty()) return variable(std::string(name), word.size() + 1);
        if (word.empty()) throw Error(Fault::configuration, R"("$" stands alone; write "$$" for a dollar sign)");
        throw Error(Fault::configuration,
                    fmt::format(R"("${0}" is not a variable; write "${{{0}}}", or "$${0}" for a dollar sign)",
                                word.substr(0, 40)));
    }

    void percent() {
        const auto length = rest_.size() > 1 && isLetter(rest_[1]) ? wordLength(1) : 0;
        const bool closed = length > 0 && length + 1 < rest_.size() && rest_[length + 1] == '%';
        if (!closed) return literal("%", 1);
        const auto word = rest_.substr(1, length);
        const auto name = canonicalSpelling(percentSpellings, word);
        if (!name.empty()) return variable(std::string(name), length + 2);
        throw Error(Fault::configuration,
                    fmt::format(R"("%{0}%" is not a variable; write "${{{0}}}", or "%%" for a percent sign)",
                                word.substr(0, 40)));
    }

    [[nodiscard]] std::size_t wordLength(std::size_t from) const {
        const auto word = rest_.substr(from);
        return static_cast<std::size_t>(std::ranges::find_if_not(word, isWordCharacter) - word.begin());
    }

    std::string_view rest_;
    std::vector<Piece> pieces_;
};

void refuseWhenBad(const std::optional<std::string>& complaint) {
    if (complaint) throw Error(Fault::configuration, *complaint + " (after its variables were replaced)");
}

} // namespace

std::string expand(const std::string& text, const Lookup& lookup) {
    std::string result;
    for (auto& piece : Scanner(text).pieces()) {
        if (!piece.isVariable) {
            result += piece.text;
            continue;
        }
        const auto value = lookup(piece.text);
        if (!value || value->empty())
            throw Error(Fault::configuration,
                        fmt::format("the variable {} has no value on this machine now; give it one as \"{}\" in "
                                    "[endpoint] of /etc/scepd/scepd.toml, or wait until the machine knows it",
                                    piece.spelling, piece.text));
        result += *value;
    }
    return result;
}

std::vector<std::string> variablesIn(const std::string& text) {
    std::vector<std::string> names;
    for (auto& piece : Scanner(text).pieces())
        if (piece.isVariable && std::ranges::find(names, piece.text) == names.end())
            names.push_back(std::move(piece.text));
    return names;
}

bool usesVariables(const Certificate& certificate) {
    const auto varies = [](const auto& part) { return !variablesIn(part.value).empty(); };
    return std::ranges::any_of(certificate.san, varies) ||
           std::ranges::any_of(certificate.subject, [&](const auto& rdn) { return std::ranges::any_of(rdn, varies); });
}

Names expandNames(const Certificate& certificate, const Lookup& lookup) {
    Names names{certificate.subject, certificate.san};
    for (auto& rdn : names.subject)
        for (auto& attribute : rdn) {
            attribute.value = expand(attribute.value, lookup);
            refuseWhenBad(complaintAbout(attribute));
        }
    for (auto& san : names.san) {
        san.value = expand(san.value, lookup);
        refuseWhenBad(complaintAbout(san));
    }
    return names;
}

} // namespace scepd::profile
