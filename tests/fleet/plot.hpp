#pragma once

#include "fleet/result.hpp"

#include <string>
#include <vector>

namespace scepd::fleet {

/// The results as an SVG picture, one below the other: scepd's rules on the left, the schedule without dice on the
/// right, each with a scale of its own and a line at what is allowed.
std::string plot(const std::vector<Result>& results);

} // namespace scepd::fleet
