#pragma once

#include "base/error.hpp"
#include "profile/profile.hpp"
#include "profile/suggest.hpp"
#include "profile/words.hpp"

#include <toml++/toml.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Reading TOML by type, with positions. Included by the load_*.cpp files of this folder only: nobody else sees TOML.
namespace scepd::profile {

/// Where something stands in a file, counted from 1.
struct Place {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
};

/// All that is found in one file.
class Findings {
public:
    explicit Findings(std::string file) : file_(std::move(file)) {}

    void error(Place place, const std::string& text) { add(place, Diagnostic::Severity::error, text); }
    void warning(Place place, const std::string& text) { add(place, Diagnostic::Severity::warning, text); }

    /// True after the first error: the file does not load.
    [[nodiscard]] bool failed() const;

    /// True when there is more than anybody is shown: help for further ones is not worth its time.
    [[nodiscard]] bool isFull() const;

    /// What was found, in the order of the file; of very much the beginning, and how much more there is.
    [[nodiscard]] std::vector<Diagnostic> sorted() const;

private:
    void add(Place place, Diagnostic::Severity severity, const std::string& text);

    std::string file_;
    std::vector<Diagnostic> diagnostics_;
};

/// For lists whose texts are taken as they are.
inline std::string anyText(const std::string& text) {
    return text;
}

/// One table of a file. Every key that is asked for is a known key; finish() reports all others. A value of the wrong
/// type or shape is reported once and then counts as absent.
class Table {
public:
    /// `name` is how the table is called in messages, such as "[scep]"; empty for the file itself.
    Table(const toml::table& table, std::string name, Findings& findings);

    /// Where the table begins.
    [[nodiscard]] Place place() const;
    /// Where a key's value stands; the table's own place without it.
    [[nodiscard]] Place at(std::string_view key) const;
    [[nodiscard]] bool has(std::string_view key) const { return table_->contains(key); }

    /// A text that is not empty and holds no control character.
    std::optional<std::string> text(std::string_view key);
    /// As text(), but may be empty.
    std::optional<std::string> freeText(std::string_view key);
    std::optional<bool> flag(std::string_view key);
    std::optional<unsigned> count(std::string_view key, unsigned smallest, unsigned largest);
    /// A duration as text with a unit, or the bare number 0.
    std::optional<Duration> duration(std::string_view key);
    /// As duration(), but greater than zero.
    std::optional<Duration> positiveDuration(std::string_view key);
    /// As text(), where the bare number 0 stands for "0" and other numbers are refused with `remedy`.
    std::optional<std::string> textOrZero(std::string_view key, std::string_view remedy);

    /// A text read by a function that throws Error for what it does not like.
    template <typename Parse>
    auto parsed(std::string_view key, Parse parse) -> std::optional<decltype(parse(std::string()))> {
        const auto value = text(key);
        return value ? attempt(key, at(key), *value, parse) : std::nullopt;
    }

    /// The same for a text that was taken from the key in another way.
    template <typename Parse>
    auto parsed(std::string_view key, const std::string& value, Parse parse) -> std::optional<decltype(parse(value))> {
        return attempt(key, at(key), value, parse);
    }

    /// One word of a table of words.
    template <typename Words>
    auto choice(std::string_view key, const Words& words) -> std::optional<typename Words::value_type::second_type> {
        return parsed(key, [&](const std::string& word) { return valueOf(words, word); });
    }

    /// A list of texts, each read by such a function.
    template <typename Parse>
    auto parsedList(std::string_view key, Parse parse) -> std::optional<std::vector<decltype(parse(std::string()))>> {
        const auto* const list = array(key);
        return list == nullptr ? std::nullopt : elements(key, *list, parse);
    }

    /// As parsedList(), where a single text stands for a list of one.
    template <typename Parse>
    auto parsedOneOrMore(std::string_view key, Parse parse)
        -> std::optional<std::vector<decltype(parse(std::string()))>> {
        const auto* const node = find(key);
        if (node != nullptr && node->is_array()) return parsedList(key, parse);
        if (node == nullptr) return std::nullopt;
        auto single = parsed(key, parse);
        if (!single) return std::nullopt;
        return std::vector{std::move(*single)};
    }

    /// A table inside of this one.
    std::optional<Table> table(std::string_view key);
    /// The tables of an array of tables, such as [[certificate.wifi.deploy]]; nullopt when there is no such key.
    std::optional<std::vector<Table>> tables(std::string_view key);
    /// All keys with their places, in the order of the file, for a table whose keys are names; they count as known.
    std::vector<std::pair<std::string, Place>> names();

    /// Reports that a key is missing here.
    void missing(std::string_view key, std::string_view example);
    /// Reports something about the table as a whole.
    void error(std::string_view reason);
    void errorAt(Place place, const std::string& text) { findings_->error(place, text); }
    void error(std::string_view key, std::string_view reason);
    void warning(std::string_view key, std::string_view reason);

    /// The keys of all tables directly inside of this one, with their places, in the order of the file.
    [[nodiscard]] std::vector<std::pair<std::string, Place>> innerTables() const;
    /// Keys that are read elsewhere or only sometimes.
    void know(const std::vector<std::string_view>& keys) { known_.insert(keys.begin(), keys.end()); }
    /// Reports every key that was never asked for. Call it last.
    void finish();

private:
    const toml::node* find(std::string_view key);
    const toml::array* array(std::string_view key);
    std::optional<std::string> stringOf(std::string_view key, const toml::node& node);
    void wrongType(std::string_view key, const toml::node& node, std::string_view wanted);
    [[nodiscard]] bool isKnown(std::string_view key) const;
    void report(std::string_view key, Place place, std::string_view reason);

    template <typename Parse>
    auto attempt(std::string_view key, Place place, const std::string& value, Parse parse)
        -> std::optional<decltype(parse(value))> {
        try {
            return parse(value);
        } catch (const Error& failure) {
            report(key, place, failure.what());
            return std::nullopt;
        }
    }

    template <typename Parse>
    auto elements(std::string_view key, const toml::array& list, Parse parse) {
        std::vector<decltype(parse(std::string()))> values;
        for (const auto& element : list) {
            const auto value = stringOf(key, element);
            if (!value) continue;
            if (auto result = attempt(key, placeOf(element), *value, parse)) values.push_back(std::move(*result));
        }
        return std::optional(std::move(values));
    }

    template <typename Words>
    static auto valueOf(const Words& words, const std::string& word) {
        for (const auto& [text, value] : words)
            if (text == word) return value;
        const auto known = allWords(words);
        throw Error(Fault::configuration, inQuotes(word) + " is none of " + listed(known) + didYouMean(word, known));
    }

    static Place placeOf(const toml::node& node);

    const toml::table* table_;
    std::string name_;
    Findings* findings_;
    std::set<std::string, std::less<>> known_;
};

/// Parses a file's text as TOML. Too large, too deeply nested or malformed text is an error in `findings` and gives
/// nullopt; no message quotes a value, which might be a secret.
std::optional<toml::table> parseDocument(const std::string& text, Findings& findings);

} // namespace scepd::profile
