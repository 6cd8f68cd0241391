#pragma once

#include "base/clock.hpp"
#include "enroll/plan.hpp"
#include "record/report.hpp"

namespace scepd::enroll {

/// Looks whether every listener that the certificate's targets name (`served`) presents this generation's certificate,
/// and goes on looking until `patience` is over: a reload takes a moment. Never throws: Served, or Failed with the
/// listener and what it presents instead.
record::Report lookAtServed(const Wanted& wanted, unsigned generation, Duration patience);

} // namespace scepd::enroll
