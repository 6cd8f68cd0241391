#pragma once

#include "base/clock.hpp"
#include "enroll/findings.hpp"
#include "enroll/probe.hpp"
#include "scep/capabilities.hpp"

#include <optional>
#include <vector>

/// The doctor's part that looks at who a CA is.
namespace scepd::enroll {

/// Every certificate that GetCACert brought, with its role, and what is wrong with it.
void lookAt(const std::vector<crypto::Certificate>& offered, Findings& findings, Time now);

/// Who of them would be believed and encrypted to; nullopt when nobody.
std::optional<scep::Authorities> believed(const std::vector<crypto::Certificate>& offered, const Probed& probed,
                                          Findings& findings, Time now);

/// What the algorithms of requests and answers would be.
void lookAt(const scep::Capabilities& capabilities, bool known, const profile::Scep& scep, Findings& findings);

} // namespace scepd::enroll
