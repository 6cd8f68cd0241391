#include "record/history.hpp"

#include <array>
#include <utility>

namespace scepd::record {
namespace {

constexpr std::array<std::pair<Outcome, std::string_view>, 6> names{{
    {Outcome::none, "none"},
    {Outcome::issued, "issued"},
    {Outcome::pending, "pending"},
    {Outcome::refused, "refused"},
    {Outcome::waiting, "waiting"},
    {Outcome::failed, "failed"},
}};

} // namespace

std::string_view name(Outcome outcome) {
    for (const auto& [value, text] : names)
        if (value == outcome) return text;
    return "none";
}

Outcome outcomeFromName(std::string_view text) {
    for (const auto& [value, word] : names)
        if (word == text) return value;
    throw Error(Fault::local, "no such outcome: " + std::string(text));
}

std::optional<Fault> History::lastFault() const {
    return lastCode && lastOutcome != Outcome::waiting ? std::optional(faultOf(*lastCode)) : std::nullopt;
}

} // namespace scepd::record
