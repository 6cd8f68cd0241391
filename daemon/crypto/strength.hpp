#pragma once

#include "crypto/certificate.hpp"

#include <string>

namespace scepd::crypto {

/// What is accepted from others. `legacyReplies` admits SHA-1, 3DES and DES, `legacy` RSA keys of 1024 bits as well;
/// MD5 and smaller keys never.
enum class Strength { standard, legacyReplies, legacy };

/// Throws Error{protocol} when the certificate is signed with MD5 or weaker, or with SHA-1 although only `standard` is
/// accepted.
void requireSignatureStrength(const Certificate& certificate, Strength strength);

/// Throws Error{protocol} that names the certificate, its key and what to do, unless the key is RSA of at least 2048
/// bits, EC of at least 224 or another one that is as strong.
void requireKeyStrength(const Certificate& certificate, Strength strength);

/// Both, for who stands between the CA that is trusted and us: an intermediate CA, an RA.
void requireStrength(const Certificate& certificate, Strength strength);

/// The same for a digest by OpenSSL's number; `what` begins the sentence ("it is signed").
void requireDigest(int digest, Strength strength, const std::string& what);

} // namespace scepd::crypto
