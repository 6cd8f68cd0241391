#include "ctl/render.hpp"

#include <sstream>
#include <type_traits>

#define TOML_HEADER_ONLY 0
#include <toml++/toml.h>

namespace scepd::ctl {
namespace {

toml::table table(const Json::Object& object);
toml::array array(const Json::Array& values);

/// Calls `put` with the value as toml++ holds it.
template <typename Put>
void with(const Json& json, Put put) {
    std::visit(
        [&](const auto& value) {
            using Value = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<Value, Json::Object>)
                put(table(value));
            else if constexpr (std::is_same_v<Value, Json::Array>)
                put(array(value));
            else
                put(value);
        },
        json.value);
}

toml::array array(const Json::Array& values) {
    toml::array result;
    for (const auto& value : values)
        with(value, [&](auto&& element) { result.push_back(std::forward<decltype(element)>(element)); });
    return result;
}

toml::table table(const Json::Object& object) {
    toml::table result;
    for (const auto& entry : object)
        with(entry.second,
             [&](auto&& element) { result.insert_or_assign(entry.first, std::forward<decltype(element)>(element)); });
    return result;
}

std::string format(const Json::Object& object, toml::format_flags flags) {
    std::ostringstream text;
    const auto root = table(object);
    text << toml::json_formatter(root, flags);
    return text.str();
}

} // namespace

Json strings(const std::vector<std::string>& texts) {
    return Json::Array(texts.begin(), texts.end());
}

std::string document(const Json::Object& object) {
    return format(object, toml::json_formatter::default_flags) + "\n";
}

std::string line(const Json::Object& object) {
    // A line feed inside of a string is escaped: those that are left are the formatter's own.
    auto text = format(object, toml::json_formatter::default_flags & ~toml::format_flags::indentation);
    std::erase(text, '\n');
    return text + "\n";
}

} // namespace scepd::ctl
