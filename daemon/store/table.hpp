#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <toml++/toml.h>

/// Typed access to our own TOML files. A missing or mistyped value is damage: Error{local} that names the key.
namespace scepd::store {

inline constexpr std::int64_t formatVersion = 1;

/// Parses the text of one of our files. Throws Error{local} "line L: ..." when it is damaged or of a newer version.
toml::table parseOwn(const std::string& text);

/// The text of a table, as we write it.
std::string print(const toml::table& table);

/// The value of a key that must be there, of exactly this type: toml++ would turn a float of any size into an integer.
template <typename Value>
Value get(const toml::table& table, std::string_view key) {
    if (auto value = table[key].value_exact<Value>()) return *std::move(value);
    throw Error(Code::stateDamaged, "the value of \"" + std::string(key) + "\" is missing or of the wrong type");
}

/// A word that must be there: a few printable characters, so that it may be quoted when it is none of ours.
std::string getWord(const toml::table& table, std::string_view key);
/// A count that must be there.
unsigned getCount(const toml::table& table, std::string_view key);
/// A time, kept in microseconds since the epoch.
Time getTime(const toml::table& table, std::string_view key);
std::vector<std::string> getStrings(const toml::table& table, std::string_view key);

std::int64_t toNumber(Time time);
toml::array toArray(const std::vector<std::string>& texts);

} // namespace scepd::store
