#pragma once

#include "crypto/certificate.hpp"
#include "scep/capabilities.hpp"
#include "scep/message.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What travels between us and a CA, in words for people: safe to print, without secrets.
namespace scepd::enroll {

/// Name and value. A name that is empty continues the line above.
using Lines = std::vector<std::pair<std::string, std::string>>;

/// Subject, key, validity, usages, fingerprint, ...
Lines decodedCertificate(const crypto::Certificate& certificate);

/// A PKCS#10: what it asks for. That it carries a challenge is told, the challenge is not. Throws Error{protocol} when
/// the bytes are none.
Lines decodedRequest(std::string_view der);

/// The signed attributes of a pkiMessage or a CertRep whose signer is one of these. Throws Error{protocol} when the
/// bytes are none or nobody of them signed it.
Lines decodedMessage(std::string_view der, const std::vector<crypto::Certificate>& signers);

/// What follows from the capabilities, as they were understood.
Lines decodedCapabilities(const scep::Capabilities& capabilities);

/// The URL of an operation without user, password and what else its query may carry: the operation stays, and the CA's
/// identifier.
std::string shownOperation(std::string_view url);

/// "AES-128 and SHA-256"
std::string text(const scep::Algorithms& algorithms);

} // namespace scepd::enroll
