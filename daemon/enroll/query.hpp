#pragma once

#include "base/clock.hpp"
#include "enroll/plan.hpp"
#include "enroll/progress.hpp"

#include <string>

/// Questions to the CA that need what it has issued to us: they are signed with it. Both throw Error{refused} with the
/// CA's reason, Error{configuration} when nothing is held yet, and as Session does.
namespace scepd::enroll {

/// The CA's revocation list for the certificate that is held, in PEM, its signature verified (RFC 8894 section 3.3.4).
/// Where the certificate names a distribution point, that is the better place to ask (section 2.7).
std::string queryCrl(const Wanted& wanted, const Progress& progress, Time now);

/// The certificate that the CA has issued under this serial number (hex), in PEM (RFC 8894 section 3.3.4). Verified is
/// that it chains to the CA; it is for reading only and never kept.
std::string queryCertificate(const Wanted& wanted, const std::string& serial, const Progress& progress, Time now);

} // namespace scepd::enroll
