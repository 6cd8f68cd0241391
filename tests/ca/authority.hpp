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
};

/// An RSA certification authority whose keys and certificates lie in a directory: `ca.pem` and `ca.key`, and with an
/// RA also `ra-signing.*` and `ra-encryption.*`. What is there is used again, what is missing is made.
class Authority {
public:
    /// Throws std::runtime_error when the directory cannot be used or holds something else under these names.
    Authority(const std::filesystem::path& directory, const std::string& commonName, bool withRa);

    /// The self-signed root.
    const X509* certificate() const { return root_.certificate.get(); }

    /// Who signs the answers: the RA when there is one.
    const Identity& signer() const { return hasRa_ ? raSigning_ : root_; }

    /// Whom requests are encrypted to: the RA when there is one.
    const Identity& recipient() const { return hasRa_ ? raEncryption_ : root_; }

    /// The certificates that GetCACert publishes, the root last.
    std::vector<Certificate> published() const;

    /// SHA-256 over the root's DER: what an administrator pins (RFC 8894 section 2.2).
    std::string fingerprint() const;

    /// Signs a leaf certificate with a random serial number.
    Certificate issue(const LeafContent& content) const;

    /// Whether this authority signed that certificate, whatever its validity.
    bool issued(X509* certificate) const;

private:
    Identity root_;
    Identity raSigning_;
    Identity raEncryption_;
    bool hasRa_;
};

} // namespace scepd::ca
