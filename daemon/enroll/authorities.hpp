#pragma once

#include "enroll/plan.hpp"
#include "record/authority.hpp"
#include "scep/authority.hpp"
#include "scep/next_authority.hpp"

#include <optional>
#include <vector>

namespace scepd::enroll {

/// "ca" for whoever issues, "ra" for whoever only registers.
std::vector<record::Authority> factsOf(const scep::Authorities& authorities);

/// Writes down for people who the CA of a certificate is, and which one follows it (role "next"). What stands in the
/// way is told in the log and does not stop the attempt.
void noteAuthorities(const Wanted& wanted, const scep::Authorities& authorities,
                     const std::optional<scep::NextAuthority>& next = std::nullopt);

} // namespace scepd::enroll
