#pragma once

#include "base/clock.hpp"
#include "profile/load.hpp"
#include "record/authority.hpp"
#include "record/overview.hpp"
#include "record/status.hpp"
#include "scepd/entry.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace scepd {

/// Rules and findings as people see them, beside the rest.
record::Overview overviewOf(const profile::Configuration& configuration, const record::Surroundings& surroundings,
                            std::vector<std::string> queue);

/// The certificates of profiles for other groups of endpoints, except those whose name is shown already.
std::vector<record::Status> otherEndpoints(const profile::Configuration& configuration, std::set<std::string> shown);

/// The certificates of which something is kept although no profile asks for them, except those whose name is shown
/// already.
std::vector<record::Status> removedCertificates(const profile::Configuration& configuration,
                                                const std::vector<std::string>& kept,
                                                const std::set<std::string>& shown);

/// The authorities that all certificates met, each once for a profile: by profile, CAs before RAs, then by subject.
std::vector<record::KnownAuthority> knownAuthorities(const std::map<std::string, Entry>& entries);

} // namespace scepd
