#pragma once

#include "crypto/certificate.hpp"
#include "crypto/key.hpp"
#include "crypto/strength.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scepd::crypto {

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

/// What the content of a SignedData is said to be: id-data in SCEP's messages (RFC 8894 section 3.2), or whatever.
enum class ContentType { data, any };

/// Verifies the signature with the one of `allowed` that the message names as its signer, by issuer and serial number
/// or by key identifier. A certificate inside the message is never used: whoever sends it could have chosen it. The
/// bytes may be BER. Throws Error{protocol} when they are no SignedData with one signer, the content is of another
/// type, the signer is none of `allowed`, the algorithms are too weak or too many, an attribute stands twice or has
/// several values, or the signature does not fit.
SignedMessage verify(std::string_view message, const std::vector<Certificate>& allowed, Strength strength,
                     ContentType contentType = ContentType::data);

} // namespace scepd::crypto
