#pragma once

#include "ca/openssl.hpp"

#include <openssl/objects.h>

namespace scepd::ca {

/// The attributes of RFC 5652 section 11 and of RFC 8894 section 3.2.1, and failInfoText.
namespace oid {
inline constexpr const char* contentType = "1.2.840.113549.1.9.3";
inline constexpr const char* messageDigest = "1.2.840.113549.1.9.4";
inline constexpr const char* messageType = "2.16.840.1.113733.1.9.2";
inline constexpr const char* pkiStatus = "2.16.840.1.113733.1.9.3";
inline constexpr const char* failInfo = "2.16.840.1.113733.1.9.4";
inline constexpr const char* senderNonce = "2.16.840.1.113733.1.9.5";
inline constexpr const char* recipientNonce = "2.16.840.1.113733.1.9.6";
inline constexpr const char* transactionId = "2.16.840.1.113733.1.9.7";
inline constexpr const char* failInfoText = "1.3.6.1.5.5.7.24.1";

/// Microsoft's: who may enroll for others, and what its CA adds to a CertRep.
inline constexpr const char* enrollmentAgent = "1.3.6.1.4.1.311.20.2.1";
inline constexpr const char* requestStatus = "1.3.6.1.4.1.311.21.33";
inline constexpr const char* dispositionText = "1.3.6.1.4.1.311.21.38";
} // namespace oid

using Object = std::unique_ptr<ASN1_OBJECT, Release<ASN1_OBJECT_free>>;

/// The object of a dotted identifier.
inline Object objectOf(const char* dotted) {
    return Object(must(OBJ_txt2obj(dotted, 1), "make an object identifier"));
}

} // namespace scepd::ca
