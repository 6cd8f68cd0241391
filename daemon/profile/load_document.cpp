#include "profile/load_table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace scepd::profile {
namespace {

constexpr std::size_t largestFile = 1 << 20;

/// Looks at brackets and dots before the parser does: it builds a table per dotted name and takes them down by
/// recursion, so that a megabyte of "a.a.a" would exhaust the stack.
class NestingScan {
public:
    explicit NestingScan(std::string_view text) : text_(text) {}

    /// Line in which tables or lists are nested too deeply, 0 when nowhere.
    std::uint32_t deepLine() {
        while (position_ < text_.size()) {
            step();
            if (depth_ > deepest || dots_ > deepest) return line_;
        }
        return 0;
    }

private:
    static constexpr unsigned deepest = 24;

    void step() {
        const char c = text_[position_];
        if (c == '#') return skipComment();
        if (c == '"' || c == '\'') return skipString(c);
        if (c == '\n') ++line_;
        if (c == '[' || c == '{') ++depth_;
        if ((c == ']' || c == '}') && depth_ > 0) --depth_;
        if (c == '.') ++dots_;
        if (c == '\n' || c == '=' || c == ',') dots_ = 0;
        ++position_;
    }

    void skipComment() { position_ = std::min(text_.find('\n', position_), text_.size()); }

    void skipString(char quote) {
        if (text_.substr(position_, 3) == std::string(3, quote)) return skipLongString(quote);
        ++position_;
        while (position_ < text_.size() && text_[position_] != quote && text_[position_] != '\n')
            skipCharacter(quote);
        if (position_ < text_.size() && text_[position_] == quote) ++position_;
    }

    /// Ends with three quotation marks; up to two more before them belong to the text.
    void skipLongString(char quote) {
        position_ += 3;
        while (position_ < text_.size()) {
            const auto run = quotesHere(quote);
            position_ += std::min<std::size_t>(run, 5);
            if (run >= 3) return;
            if (run == 0) skipCharacter(quote);
        }
    }

    [[nodiscard]] std::size_t quotesHere(char quote) const {
        const auto end = std::min(text_.find_first_not_of(quote, position_), text_.size());
        return end - position_;
    }

    void skipCharacter(char quote) {
        if (text_[position_] == '\n') ++line_;
        const bool escapes =
            quote == '"' && text_[position_] == '\\' && position_ + 1 < text_.size() && text_[position_ + 1] != '\n';
        position_ += escapes ? 2 : 1;
    }

    std::string_view text_;
    std::size_t position_ = 0;
    std::uint32_t line_ = 1;
    unsigned depth_ = 0;
    unsigned dots_ = 0;
};

/// The parser's message without what it quotes of the file: that could be the first letters of a secret.
std::string withoutQuotedValues(std::string_view message) {
    if (message.find("representable") != std::string_view::npos ||
        message.find("interpret '") != std::string_view::npos)
        return "a number is too large or malformed; texts stand in quotation marks";
    if (const auto saw = message.find(", saw "); saw != std::string_view::npos) message = message.substr(0, saw);
    if (message.ends_with("could not determine value type"))
        return "a value is neither a text in quotation marks, nor a number, true, false, a list or a table";
    return std::string(message);
}

} // namespace

std::optional<toml::table> parseDocument(const std::string& text, Findings& findings) {
    if (text.size() > largestFile) {
        findings.error({}, fmt::format("the file is larger than {} bytes, and no profile is", largestFile));
        return std::nullopt;
    }
    if (const auto line = NestingScan(text).deepLine(); line > 0) {
        findings.error({line, 1}, "tables or lists are nested deeper than any key needs");
        return std::nullopt;
    }
    try {
        return toml::parse(std::string_view(text));
    } catch (const toml::parse_error& failure) {
        const auto& begin = failure.source().begin;
        findings.error({begin.line, begin.column}, withoutQuotedValues(failure.description()));
        return std::nullopt;
    }
}

} // namespace scepd::profile
