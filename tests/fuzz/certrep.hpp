#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// CertReps with any signed attributes, correctly signed by the authority of fuzz/world: written byte by byte, because
/// OpenSSL makes good ones only.
namespace scepd::fuzz {

/// A signed attribute; each value is one element of DER, or nearly.
struct WrittenAttribute {
    std::string name; ///< "messageType", "pkiStatus", ... of RFC 8894, or "contentType", "messageDigest", "other".
    std::vector<std::string> values;
};

/// What a CertRep is made of.
struct WrittenCertRep {
    std::vector<WrittenAttribute> attributes;
    bool withContentType = true, withMessageDigest = true, withContent = true;
};

/// An input of the target as a CertRep: a byte of flags (1: without contentType, 2: without messageDigest, 4: without
/// content), then one line for each value: a letter for the attribute, a byte for the ASN.1 type, the value. A capital
/// letter gives one more value to the attribute before it. Small letters: m messageType, s pkiStatus, f failInfo,
/// t transactionID, n senderNonce, r recipientNonce, x failInfoText; any other letter is an attribute that nobody
/// knows.
WrittenCertRep certRepOf(std::string_view input);

/// The message, around a content that is encrypted to the device and holds what was issued to it.
std::string signedDer(const WrittenCertRep& reply);

} // namespace scepd::fuzz
