#pragma once

#include "base/secret.hpp"
#include "crypto/certificate.hpp"
#include "crypto/key.hpp"
#include "crypto/strength.hpp"

#include <string>
#include <string_view>

namespace scepd::crypto {

enum class Cipher { aes128, des3 };

/// DER of an EnvelopedData with the content encrypted in CBC mode to one RSA certificate (KeyTransRecipientInfo). Key
/// usages are not looked at: who is fit to receive is the caller's choice. Throws Error{protocol} for a certificate
/// whose key is not RSA.
std::string encrypt(std::string_view content, const Certificate& recipient, Cipher cipher);

/// DER of an EnvelopedData with the content encrypted in CBC mode under a password (PasswordRecipientInfo, PBKDF2), for
/// a CA to whose key nothing can be encrypted (RFC 8894 section 3.1). Throws Error{configuration} for an empty
/// password.
std::string encryptWithPassword(std::string_view content, const Secret& password, Cipher cipher);

/// With what an envelope may be opened.
struct Opener {
    Certificate certificate; ///< The one that must be named as a recipient.
    Key key;                 ///< Its private key, RSA or EC.
    Secret password = {};    ///< The challenge, for envelopes that are encrypted under it; empty: none.
};

/// Decrypts an EnvelopedData that names this certificate as a recipient (an RSA key by PKCS#1 version 1.5 or OAEP, an
/// EC key by a key agreement), or one that is encrypted under the password when no certificate of ours is named. Single
/// DES is read by OpenSSL's legacy provider in a library context of its own, and only when the strength admits it. The
/// bytes may be BER. Throws Error{protocol} with what stands in the way.
std::string decrypt(std::string_view message, const Opener& opener, Strength strength);

} // namespace scepd::crypto
