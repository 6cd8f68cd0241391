#pragma once

#include "ca/openssl.hpp"

#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

namespace scepd::ca {

/// A certificate with its private key.
struct Identity {
    Certificate certificate;
    Key key;
};

/// What a leaf certificate shall say; the pointers stay the caller's.
struct LeafContent {
    const X509_NAME* subject = nullptr;
    EVP_PKEY* key = nullptr;
    const STACK_OF(X509_EXTENSION) * extensions = nullptr; ///< copied as they are; nullptr for none
    std::time_t notBefore = 0;                             ///< seconds since 1970
    std::time_t notAfter = 0;
    const char* serial = nullptr;   ///< hexadecimal, with '-' before a negative one; nullptr for a random one
    const EVP_MD* digest = nullptr; ///< of the signature; nullptr for the issuer's usual one
    bool isCa = false;
};

/// Who answers for a CA.
enum class Ra {
    None, ///< the CA itself
    Pair, ///< an RA with one key that signs and one that decrypts
    One,  ///< an RA with one key for both
};

/// How a CA is made; what lies in its directory already stays as it is.
struct AuthorityPlan {
    std::string commonName;
    Ra ra = Ra::None;
    bool isEc = false;         ///< a P-384 key in the place of an RSA key of 2048 bits; an RA's are always RSA
    bool agentUsage = false;   ///< RA certificates say that they are an enrollment agent's, as Microsoft's do
    bool hasIssuing = false;   ///< a CA below the root issues
    std::time_t notBefore = 0; ///< of the root, seconds since 1970; 0 for yesterday
};

/// Signs a certificate with an issuer's key, whatever the issuer's own certificate allows.
Certificate certify(const Identity& issuer, const LeafContent& content);

/// A certification authority whose keys and certificates lie in a directory: `ca.pem` and `ca.key` of the root, with a
/// CA below it `issuing.*`, and with an RA `ra-signing.*` and `ra-encryption.*` or `ra.*`. What is there is used again,
/// what is missing is made.
class Authority {
public:
    /// Throws std::runtime_error when the directory cannot be used or holds something else under these names.
    Authority(const std::filesystem::path& directory, const AuthorityPlan& plan);

    /// An RSA CA, with an RA pair or without.
    Authority(const std::filesystem::path& directory, const std::string& commonName, bool withRa)
        : Authority(directory, AuthorityPlan{.commonName = commonName, .ra = withRa ? Ra::Pair : Ra::None}) {}

    /// The self-signed root.
    const X509* certificate() const { return root_.certificate.get(); }

    /// Who issues: the CA below the root when there is one.
    const Identity& issuer() const { return issuing_.certificate != nullptr ? issuing_ : root_; }

    /// Who signs the answers: the RA when there is one.
    const Identity& signer() const;

    /// Whom requests are encrypted to: the RA when there is one.
    const Identity& recipient() const;

    /// The CA certificates, who issues first and the root last.
    std::vector<Certificate> chain() const;

    /// The certificates that GetCACert publishes: the RA's, then the chain.
    std::vector<Certificate> published() const;

    /// SHA-256 over the root's DER: what an administrator pins (RFC 8894 section 2.2).
    std::string fingerprint() const;

    /// Signs a leaf certificate.
    Certificate issue(const LeafContent& content) const;

    /// DER of a CRL that revokes nothing and ends tomorrow.
    Bytes crl() const;

    /// Whether this authority signed that certificate, whatever its validity.
    bool issued(X509* certificate) const;

private:
    Identity root_;
    Identity issuing_;      ///< empty without one
    Identity raSigning_;    ///< empty without an RA
    Identity raEncryption_; ///< empty without an RA pair
};

} // namespace scepd::ca
