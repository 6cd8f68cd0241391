#pragma once

#include "base/clock.hpp"
#include "crypto/certificate.hpp"
#include "scep/authority.hpp"

#include <vector>

/// Who the CA will be (RFC 8894 section 4.7).
namespace scepd::scep {

/// The CA's certificate that follows the current one.
struct NextAuthority {
    crypto::Certificate certificate;
    std::vector<crypto::Certificate> others; ///< What came with it and chains to it: intermediate CAs, RAs.
    Time notBefore, notAfter;                ///< Of the certificate; it may be valid already, beside the current one.
};

/// Finds the next CA in what GetNextCACert brought. `verified` must come from a message whose signature by the current
/// CA was verified. The next CA's certificate is a CA's, none of those that authenticate today's exchange, valid at
/// some time from `now` on; of several it is the highest, and of several highest the
/// one that is valid longest. Throws Error{protocol} that says what is wrong with each.
NextAuthority nextAuthority(const std::vector<crypto::Certificate>& verified, const Authorities& current, Time now);

} // namespace scepd::scep
