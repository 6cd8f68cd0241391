#pragma once

#include "crypto/certificate.hpp"
#include "crypto/crl.hpp"
#include "crypto/strength.hpp"

#include <string_view>
#include <vector>

namespace scepd::crypto {

/// What a SignedData carries beside its content, unverified and in its order (RFC 8894 section 3.4: "degenerate").
struct Carried {
    std::vector<Certificate> certificates;
    std::vector<Crl> crls;
};

/// Throws Error{protocol} when the bytes are no SignedData. They may be BER.
Carried carried(std::string_view message);

/// Only the certificates of it.
std::vector<Certificate> carriedCertificates(std::string_view message);

/// Certificates that somebody signed for.
struct SignedCertificates {
    std::vector<Certificate> certificates;

    /// True when the signature covers the certificates (RFC 8894 section 4.7.1: they are its content). False for those
    /// of EJBCA, which stand beside a signature over nothing: anybody could have put others there, so they must be
    /// authenticated in another way, by a pin or by a certificate of the new key from the old one.
    bool covered = false;
};

/// Reads an answer to GetNextCACert: a SignedData by one of `signers`, over a degenerate SignedData with the
/// certificates, or with none but beside them (of those the signers' own are left out). Throws as verify(), and
/// Error{protocol} when there are no certificates or the message is a CertRep, whose empty ones are signed too.
SignedCertificates readSignedCertificates(std::string_view message, const std::vector<Certificate>& signers,
                                          Strength strength);

} // namespace scepd::crypto
