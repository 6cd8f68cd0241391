#include "scep/body.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace scepd::scep {
namespace {

using namespace std::string_view_literals;

/// How compressed data begins: RFC 1952, RFC 8878, and RFC 1950 by its usual levels.
constexpr std::array beginnings{
    std::pair{"\x1f\x8b"sv, "gzip"},    std::pair{"\x28\xb5\x2f\xfd"sv, "zstd"}, std::pair{"\x78\x01"sv, "deflate"},
    std::pair{"\x78\x5e"sv, "deflate"}, std::pair{"\x78\x9c"sv, "deflate"},      std::pair{"\x78\xda"sv, "deflate"},
};

} // namespace

std::string foreignBody(std::string_view body) {
    for (const auto& [beginning, name] : beginnings)
        if (body.starts_with(beginning)) return fmt::format("compressed ({}) though nobody asked for it", name);
    const auto begin = body.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return "empty";
    return body[begin] == '<' ? "a web page" : "";
}

} // namespace scepd::scep
