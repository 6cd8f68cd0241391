#pragma once

#include "fleet/load.hpp"
#include "fleet/scenario.hpp"

#include <string>

namespace scepd::fleet {

/// What a scenario did to the CA: by scepd's rules and, beside it, by a schedule without dice.
struct Result {
    Scenario scenario;
    Load ours, others;
};

Result run(const Fleet& fleet, const Scenario& scenario);

/// No interval may have more than so many times the mean.
inline constexpr double atMost = 2;

/// Why the result by scepd's rules is no good: one interval is too busy, or somebody did not come. Empty when it is.
std::string complaint(const Result& result);

/// The result as a table for people, with a line below that says how it is to be judged.
std::string table(const Result& result);

} // namespace scepd::fleet
