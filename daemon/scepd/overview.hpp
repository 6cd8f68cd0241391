#pragma once

#include "base/clock.hpp"
#include "profile/load.hpp"
#include "record/overview.hpp"
#include "record/status.hpp"

#include <vector>

namespace scepd {

/// Rules, findings and queue as people see them. The queue is what runs, then what is due, first one first.
record::Overview overviewOf(const profile::Configuration& configuration, const std::vector<record::Status>& statuses,
                            Time now);

/// The certificates of profiles for other groups of endpoints, except those whose name is shown already.
std::vector<record::Status> otherEndpoints(const profile::Configuration& configuration,
                                           const std::vector<record::Status>& shown);

} // namespace scepd
