#pragma once

#include "ctl/console.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace scepd::ctl {

/// A JSON value. Keys are camelCase: the bus's property names with a small first letter. A key is always there: nothing
/// is an empty string or 0, times are RFC 3339 strings in UTC.
struct Json {
    using Array = std::vector<Json>;
    using Object = std::vector<std::pair<std::string, Json>>;

    std::variant<bool, std::int64_t, std::string, Array, Object> value;

    // Implicit on purpose: {{"name", "wifi"}, {"generation", 3}} is to read like the JSON it becomes.
    Json(bool flag) : value(flag) {}
    Json(std::int64_t number) : value(number) {}
    Json(int number) : value(std::int64_t{number}) {}
    Json(std::uint32_t number) : value(std::int64_t{number}) {}
    Json(std::string text) : value(std::move(text)) {}
    Json(const char* text) : value(std::string(text)) {}
    Json(Array array) : value(std::move(array)) {}
    Json(Object object) : value(std::move(object)) {}
};

/// The strings as an array.
Json strings(const std::vector<std::string>& texts);

/// Several lines, indented, ending with a line feed.
std::string document(const Json::Object& object);

/// The same on one line, for streams of JSON (one document a line).
std::string line(const Json::Object& object);

} // namespace scepd::ctl
