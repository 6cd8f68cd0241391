#include "store/table.hpp"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

namespace scepd::store {
namespace {

/// The parser makes a table for each dot of a key and takes them down by recursion: half of a file as large as we read
/// would exhaust the stack. Ours have no such keys; dots in texts stay far below.
void requireShallow(const std::string& text) {
    constexpr std::ptrdiff_t mostDots = 10'000;
    if (std::ranges::count(text, '.') > mostDots)
        throw Error(Code::stateDamaged, "damaged: tables are nested too deeply");
}

} // namespace

toml::table parseOwn(const std::string& text) {
    requireShallow(text);
    try {
        auto table = toml::parse(text);
        if (get<std::int64_t>(table, "version") > formatVersion)
            throw Error(Code::stateDamaged, "written by a newer version of scepd");
        return table;
    } catch (const toml::parse_error& error) {
        // What the parser quotes may be any bytes.
        const auto what = error.description().substr(0, error.description().find(", saw "));
        throw Error(Code::stateDamaged, fmt::format("line {}: damaged: {}", error.source().begin.line, what));
    }
}

std::string print(const toml::table& table) {
    // Every text on one line and in double quotes: of one with line breaks and quotes toml++ 3.3 makes another one.
    using toml::format_flags;
    constexpr auto flags = toml::toml_formatter::default_flags & ~format_flags::allow_literal_strings &
                           ~format_flags::allow_multi_line_strings;
    std::ostringstream text;
    text << toml::toml_formatter(table, flags) << '\n';
    return text.str();
}

std::string getWord(const toml::table& table, std::string_view key) {
    constexpr std::size_t longest = 64;
    auto word = get<std::string>(table, key);
    if (word.size() > longest || !std::ranges::all_of(word, [](char c) { return c >= ' ' && c <= '~'; }))
        throw Error(Code::stateDamaged, fmt::format("the value of \"{}\" is no word", key));
    return word;
}

unsigned getCount(const toml::table& table, std::string_view key) {
    const auto value = get<std::int64_t>(table, key);
    if (value < 0 || value > std::numeric_limits<unsigned>::max())
        throw Error(Code::stateDamaged, fmt::format("the value of \"{}\" is out of range", key));
    return static_cast<unsigned>(value);
}

Time getTime(const toml::table& table, std::string_view key) {
    return Time(Duration(get<std::int64_t>(table, key)));
}

std::vector<std::string> getStrings(const toml::table& table, std::string_view key) {
    std::vector<std::string> result;
    const auto* array = table[key].as_array();
    if (array == nullptr) throw Error(Code::stateDamaged, fmt::format("\"{}\" is missing or no list", key));
    for (const auto& element : *array) {
        const auto text = element.value_exact<std::string>();
        if (!text) throw Error(Code::stateDamaged, fmt::format("\"{}\" holds something that is no text", key));
        result.push_back(*text);
    }
    return result;
}

std::int64_t toNumber(Time time) {
    return time.time_since_epoch().count();
}

toml::array toArray(const std::vector<std::string>& texts) {
    toml::array result;
    for (const auto& text : texts)
        result.push_back(text);
    return result;
}

} // namespace scepd::store
