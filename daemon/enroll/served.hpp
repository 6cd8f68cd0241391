#pragma once

#include "base/clock.hpp"
#include "enroll/plan.hpp"
#include "record/report.hpp"

#include <string>
#include <vector>

namespace scepd::enroll {

/// Looks whether every listener ("host:port") presents this generation's certificate, and goes on looking until
/// `patience` is over: a reload takes a moment. Never throws: Served, or Failed with the listener and what it presents
/// instead.
record::Report lookAtServed(const Wanted& wanted, unsigned generation, const std::vector<std::string>& listeners,
                            Duration patience);

/// All listeners that the certificate's targets name (`served`).
std::vector<std::string> listenersOf(const profile::Certificate& certificate);

} // namespace scepd::enroll
