#pragma once

#include "ca/authority.hpp"
#include "ca/openssl.hpp"

#include <optional>
#include <string>
#include <vector>

namespace scepd::ca {

/// A signed attribute with its values, each of them DER.
struct Attribute {
    std::string oid; ///< dotted
    std::vector<Bytes> values;
};

/// One signer of a SignedData.
struct Signer {
    Identity identity;
    const EVP_MD* digest = EVP_sha256();
    bool hasAttributes = true;         ///< false: the content itself is signed
    std::vector<Attribute> attributes; ///< in any order, contentType and messageDigest among them
};

/// A SignedData (RFC 5652 section 5) before it is encoded: nothing is added to what it says and nothing is checked.
struct SignedData {
    std::optional<Bytes> content; ///< absent, or the octets of eContent
    std::string contentType = "1.2.840.113549.1.7.1";
    std::vector<Certificate> certificates;
    std::vector<Bytes> crls; ///< DER
    std::vector<Signer> signers;
    std::size_t moreDigests = 0; ///< digest algorithms of no signer's
    bool nullParameters = true;  ///< AlgorithmIdentifiers of digests and RSA have NULL as their parameters
};

/// The attributes that RFC 5652 section 11 demands where there are any: contentType and the digest of the content.
std::vector<Attribute> requiredAttributes(const SignedData& data, const EVP_MD* digest);

/// The ContentInfo as strict DER.
Bytes encodeSignedData(const SignedData& data);

/// A degenerate SignedData (RFC 8894 section 3.4).
Bytes degenerate(const std::vector<Certificate>& certificates, const std::vector<Bytes>& crls = {});

/// A second handle on the same key and certificate.
Identity share(const Identity& identity);

} // namespace scepd::ca
