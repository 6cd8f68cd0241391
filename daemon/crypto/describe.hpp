#pragma once

#include "crypto/certificate.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Requests, certificates and messages as text for people, who look for why a CA refuses. Nothing is verified, nothing
/// is decrypted, no challenge is shown; everything that came from the wire is safe to print, and bounded.
namespace scepd::crypto {

/// One line: what it is ("subject"), and what it says ("CN=device"). A name may stand on several lines.
struct Line {
    std::string name, value;

    bool operator==(const Line&) const = default;
};

/// A PKCS#10: subject, alternative names, key, usages, template, digest, and whether it has a challenge. Throws
/// Error{protocol} when the bytes are none.
std::vector<Line> describeRequest(std::string_view der);

/// A certificate: subject, issuer, serial number, alternative names, key, validity, usages and fingerprint.
std::vector<Line> describeCertificate(const Certificate& certificate);

/// A pkiMessage (RFC 8894 section 3.2), as it is sent or in base64: who signed it by which digest, its attributes by
/// their names, the certificates that it carries, the envelope's cipher and recipients. Throws Error{protocol} when the
/// bytes are no SignedData.
std::vector<Line> describeMessage(std::string_view body);

} // namespace scepd::crypto
