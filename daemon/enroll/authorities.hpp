#pragma once

#include "enroll/plan.hpp"
#include "record/authority.hpp"
#include "scep/authority.hpp"

#include <vector>

namespace scepd::enroll {

/// "ca" for whoever issues, "ra" for whoever only registers.
std::vector<record::Authority> factsOf(const scep::Authorities& authorities);

/// Writes down for people who the CA of a certificate is. What stands in the way is told in the log and does not stop
/// the attempt.
void noteAuthorities(const Wanted& wanted, const scep::Authorities& authorities);

} // namespace scepd::enroll
