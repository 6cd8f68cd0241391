#pragma once

#include "base/clock.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Who the CAs are that this endpoint has met, as far as people want to know.
namespace scepd::record {

/// One certificate of a CA, authenticated by the profile's pin.
struct Authority {
    std::string role;        ///< "ca", "ra" or "next", the CA that takes over during a rollover
    std::string subject;     ///< As Held::subject.
    std::string fingerprint; ///< SHA-256 of the DER certificate, lower-case hex.
    Time notBefore, notAfter;

    bool operator==(const Authority&) const = default;
};

/// An authority and who depends on it.
struct KnownAuthority {
    std::string profile; ///< The profile's file.
    Authority authority;
    std::vector<std::string> certificates; ///< Those of the profile that met it, sorted.

    bool operator==(const KnownAuthority&) const = default;
};

/// A SHA-256 fingerprint in hex as people compare it, with what openssl and browsers show: pairs in upper case with
/// colons, sixteen on a line.
std::vector<std::string> fingerprintLines(std::string_view hex);

} // namespace scepd::record
