#pragma once

#include "crypto/certificate.hpp"

#include <string>
#include <string_view>

/// What GetCert and GetCRL ask with (RFC 8894 section 3.3.4).
namespace scepd::crypto {

/// DER of the IssuerAndSerialNumber of a certificate.
std::string issuerAndSerialNumber(const Certificate& certificate);

/// The same for a certificate that is not at hand: its serial number in hex as Certificate::serialNumber() gives it (in
/// any case, colons allowed), and the CA, which is `authority` when that is one and otherwise who issued it. Throws
/// Error{configuration} for text that is no number of at most 20 bytes.
std::string issuerAndSerialNumber(const Certificate& authority, std::string_view serialNumber);

} // namespace scepd::crypto
