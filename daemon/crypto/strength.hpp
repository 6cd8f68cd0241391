#pragma once

#include "crypto/certificate.hpp"

#include <string>

namespace scepd::crypto {

/// What is accepted from others. `legacy` admits SHA-1, 3DES and DES; MD5 never.
enum class Strength { standard, legacy };

/// Throws Error{protocol} when the certificate is signed with MD5 or weaker, or with SHA-1 although only `standard` is
/// accepted.
void requireSignatureStrength(const Certificate& certificate, Strength strength);

/// The same for a digest by OpenSSL's number; `what` begins the sentence ("it is signed").
void requireDigest(int digest, Strength strength, const std::string& what);

} // namespace scepd::crypto
