#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <string_view>

namespace scepd::schedule {

/// A number that is the same for the same texts on every machine and in every version (mixed so that
/// machine-ids which differ in one digit lie far apart).
std::uint64_t hash(std::string_view machineId, std::string_view name);

/// The hash, with a counter mixed in, as a share between 0 and 1 (1 excluded).
double share(std::uint64_t seed, std::uint64_t counter);

/// A part of a duration, or a multiple.
Duration scaled(Duration duration, double factor);

} // namespace scepd::schedule
