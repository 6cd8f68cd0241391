#pragma once

#include "ca/authority.hpp"
#include "ca/openssl.hpp"

#include <optional>
#include <string>
#include <vector>

namespace scepd::ca {

/// What the content of an envelope is encrypted with.
enum class Cipher { Aes128, Aes256, Des3, Des, Rc2, Aes128Gcm };

/// How an envelope is made.
struct Sealing {
    Cipher cipher = Cipher::Aes128;
    bool oaep = false;                     ///< RSAES-OAEP in the place of PKCS #1 v1.5
    std::vector<Certificate> recipients;   ///< one KeyTransRecipientInfo each
    std::optional<std::string> password{}; ///< a PasswordRecipientInfo (RFC 8894 section 3.1)
};

/// The bytes as an EnvelopedData (RFC 8894 section 3.2.2); with AES-GCM as an AuthEnvelopedData.
Bytes seal(View content, const Sealing& sealing);

/// The bytes enveloped with AES-128-CBC for one recipient.
Bytes envelope(View content, const Certificate& recipient);

/// What an envelope held and the cipher that it was encrypted with, by OpenSSL's short name.
struct Opened {
    Bytes content;
    std::string cipher;
};

/// Whether an envelope names that certificate as one of its recipients; false when it is no envelope.
bool isAddressedTo(View envelope, const Certificate& certificate);

/// Whether an envelope can be opened with a password.
bool isForPassword(View envelope);

/// Decrypts a pkcsPKIEnvelope with the ciphers of `library` (nullptr for the default one, which refuses single DES).
/// Throws std::runtime_error when it is not addressed to that identity or cannot be decrypted.
Opened openEnvelope(View envelope, const Identity& recipient, OSSL_LIB_CTX* library);

/// The same with a password.
Opened openEnvelope(View envelope, const std::string& password, OSSL_LIB_CTX* library);

} // namespace scepd::ca
