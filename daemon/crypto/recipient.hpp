#pragma once

#include "crypto/outline.hpp"
#include "crypto/strength.hpp"

/// Which algorithms of an envelope are decrypted, looked at before OpenSSL does. For the rooms of crypto/ only.
namespace scepd::crypto {

/// Throws Error{protocol} unless the recipient's algorithms are ones that we use and complete: RSA of PKCS#1 version
/// 1.5; RSAES-OAEP (RFC 4055) with SHA-1 or SHA-2 and MGF1; ephemeral ECDH with an AES key wrap (RFC 5753); a password
/// by PBKDF2 with at most two million rounds and an AES key (RFC 3211), or a 3DES key where the strength admits it.
void requireKnownAlgorithms(const RecipientOutline& recipient, Strength strength);

/// Throws Error{protocol} unless the content is encrypted with AES in CBC mode, or with 3DES or DES where the strength
/// admits it, and an initialisation vector of the right length is there.
void requireKnownCipher(const AlgorithmIdentifier& cipher, Strength strength);

} // namespace scepd::crypto
