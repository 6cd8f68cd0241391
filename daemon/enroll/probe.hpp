#pragma once

#include "enroll/findings.hpp"
#include "enroll/plan.hpp"
#include "profile/profile.hpp"
#include "scep/authority.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace scepd::enroll {

/// A SCEP server that is to be looked at, with the way to it.
struct Probed {
    profile::Scep scep;           ///< URLs, identifier, proxy, TLS, security.
    std::optional<scep::Pin> pin; ///< What a profile says of the CA; nullopt: nothing is known yet.
    std::filesystem::path root;   ///< Files that `scep` names are below it.
};

/// What a profile says of a certificate's server. Throws Error{configuration} when the file that pins the CA cannot be
/// used.
Probed probedBy(const Wanted& wanted);

/// A doctor for a SCEP server: name, connection, TLS, HTTP, clock, capabilities, certificates, what follows from them,
/// and without a pin a profile to paste. Sends no request for a certificate and no secret, keeps nothing. True when
/// enrollment could work over one of the URLs. Throws Error{configuration} for a URL that is none.
bool probe(const Probed& probed, const Findings::Tell& tell);

} // namespace scepd::enroll
