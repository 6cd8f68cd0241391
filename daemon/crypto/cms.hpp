#pragma once

#include "crypto/certificate.hpp"
#include "crypto/key.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// CMS (RFC 5652) as SCEP uses it: exactly one recipient, exactly one signer. What we send is strict DER; what we read
/// may be BER.
namespace scepd::crypto {

/// What is accepted from others. `legacy` admits SHA-1, 3DES and DES; MD5 never.
enum class Strength { standard, legacy };

enum class Cipher { aes128, des3 };

/// DER of an EnvelopedData with the content encrypted in CBC mode to one RSA certificate. Key usages are not looked at:
/// who is fit to receive is the caller's choice. Throws Error{protocol} for a certificate whose key is not RSA.
std::string encrypt(std::string_view content, const Certificate& recipient, Cipher cipher);

/// An attribute to be signed, with one value.
struct SignedAttribute {
    enum class Type { printableString, octetString };

    std::string oid;
    Type type = Type::printableString;
    std::string value;
};

/// DER of a SignedData over the content with contentType, messageDigest, signingTime and these attributes signed, and
/// the signer's certificate enclosed. Throws Error{local}.
std::string sign(std::string_view content, const Certificate& signer, const Key& key, Digest digest,
                 const std::vector<SignedAttribute>& attributes);

/// A SignedData whose signature was verified.
struct SignedMessage {
    std::string content; ///< Empty when it has none.
    Certificate signer;
    std::map<std::string, std::string> texts;  ///< By OID: strings of any type, as they came, integers in decimal.
    std::map<std::string, std::string> octets; ///< Signed attributes that are octet strings, by OID.

    [[nodiscard]] std::optional<std::string> text(const std::string& oid) const;
    [[nodiscard]] std::optional<std::string> octetString(const std::string& oid) const;
};

/// Verifies the signature with the one of `allowed` that the message names as its signer. A certificate inside the
/// message is never used: whoever sends it could have chosen it. An attribute that stands twice or has several values
/// counts as absent. Throws Error{protocol} when the bytes are no SignedData with one signer, the signer is none of
/// `allowed`, the algorithms are too weak, or the signature does not fit.
SignedMessage verify(std::string_view message, const std::vector<Certificate>& allowed, Strength strength);

/// Decrypts an EnvelopedData that names this certificate as a recipient; single DES is read by OpenSSL's legacy
/// provider in a library context of its own, and only when the strength admits it. Throws Error{protocol} with what
/// stands in the way.
std::string decrypt(std::string_view message, const Certificate& recipient, const Key& key, Strength strength);

/// The certificates that a SignedData carries, unverified and in their order (RFC 8894 section 3.4: "degenerate").
/// Throws Error{protocol} when the bytes are no SignedData.
std::vector<Certificate> carriedCertificates(std::string_view message);

/// Throws Error{protocol} when the certificate is signed with MD5 or weaker, or with SHA-1 although only `standard` is
/// accepted.
void requireSignatureStrength(const Certificate& certificate, Strength strength);

} // namespace scepd::crypto
