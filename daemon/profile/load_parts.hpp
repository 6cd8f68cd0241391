#pragma once

#include "profile/load_table.hpp"
#include "profile/profile.hpp"

#include <optional>
#include <string>

/// The parts of a profile, one function per kind of table; what is wrong is reported through the table.
namespace scepd::profile {

/// [scep] with its [scep.challenge] and tls keys.
Scep readScep(Table table);

/// [scep.challenge].
Challenge readChallenge(Table table);

/// [certificate.NAME]; `scep` because its security level decides what a certificate may ask for. nullopt when the table
/// is no certificate at all.
std::optional<Certificate> readCertificate(const std::string& name, Place place, Table table, const Scep& scep);

/// One [[certificate.NAME.deploy]].
Target readTarget(Table table);

} // namespace scepd::profile
