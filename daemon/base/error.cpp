#include "base/error.hpp"

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace scepd {
namespace {

constexpr std::array<std::pair<Fault, std::string_view>, 5> names{{
    {Fault::configuration, "configuration"},
    {Fault::unreachable, "unreachable"},
    {Fault::refused, "refused"},
    {Fault::protocol, "protocol"},
    {Fault::local, "local"},
}};

} // namespace

std::string_view name(Fault fault) {
    for (const auto& [value, text] : names)
        if (value == fault) return text;
    return "local";
}

Fault faultFromName(std::string_view text) {
    for (const auto& [value, word] : names)
        if (word == text) return value;
    throw Error(Fault::local, "no such fault: " + std::string(text));
}

Error systemError(std::string_view action) {
    const auto code = errno;
    return {Fault::local, std::string(action) + ": " + std::generic_category().message(code)};
}

} // namespace scepd
