#pragma once

#include "base/clock.hpp"
#include "enroll/plan.hpp"
#include "enroll/progress.hpp"
#include "record/report.hpp"

#include <optional>

namespace scepd::enroll {

/// Looks at a certificate's CA and asks for nothing: its certificates against the pin, its capabilities, and its word
/// for the CA that follows it (RFC 8894 sections 2.2, 3.5 and 4.7). What it says is written down beside the
/// certificate's generations, for people and for the next attempt. `earliest` as in Order. Trouble is reported as
/// Failed.
record::Report look(const Wanted& wanted, std::optional<Time> earliest, const Progress& progress);

} // namespace scepd::enroll
