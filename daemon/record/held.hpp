#pragma once

#include "base/clock.hpp"

#include <string>
#include <vector>

namespace scepd::record {

/// The facts of one generation: what people and the schedule need to know of a certificate that we hold, without the
/// certificate. scepd-enroll writes them beside the generation, because the daemon parses no byte of a server's.
struct Held {
    unsigned generation = 0;
    std::string subject, issuer;  ///< RFC 4514, most significant part first as the administrator typed it.
    std::string serialNumber;     ///< Lower-case hex without separators.
    std::string fingerprint;      ///< SHA-256 of the DER certificate, lower-case hex.
    std::vector<std::string> san; ///< "dns:host.example.com", "upn:..."
    std::string keyType;          ///< "RSA 2048", "EC P-384"
    Time notBefore, notAfter;
    Time issued;               ///< When it was committed here.
    std::string caFingerprint; ///< SHA-256 of the CA certificate that authenticated the exchange, lower-case hex.
    Time caNotAfter;
    std::string profile;       ///< The profile's file name it was issued for.
    std::string configuration; ///< profile::requestDigest of what was asked for.
    std::string names{};       ///< Digest of the subject and alternative names that were asked for; empty: not known.
    std::string machineId;     ///< A generation made on another machine is not used.

    bool operator==(const Held&) const = default;
};

/// A generation that lies in the store, and what it is there for.
struct Kept {
    Held facts;
    std::string use; ///< deployed (on the targets), held (in use, not deployed yet), upcoming, earlier

    bool operator==(const Kept&) const = default;
};

} // namespace scepd::record
