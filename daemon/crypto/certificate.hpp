#pragma once

#include "base/clock.hpp"
#include "base/digest.hpp"
#include "crypto/key.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/types.h>

namespace scepd::crypto {

/// An X.509 certificate. Copies share it.
class Certificate {
public:
    /// Takes over a reference.
    explicit Certificate(X509* certificate);

    /// Throws Error{protocol} when the bytes are not one certificate. White space and zeros may stand behind it.
    static Certificate fromDer(std::string_view der);
    /// Throws Error{protocol} unless the text holds exactly one certificate.
    static Certificate fromPem(std::string_view pem);
    /// All certificates of a PEM text in their order; an empty text gives none. Throws Error{protocol} for anything
    /// else.
    static std::vector<Certificate> allFromPem(std::string_view pem);

    [[nodiscard]] std::string toPem() const;
    [[nodiscard]] std::string toDer() const;

    [[nodiscard]] std::string subject() const; ///< RFC 4514 escaping, RDNs in the order of the certificate: "CN=a,O=b".
    [[nodiscard]] std::string issuer() const;
    [[nodiscard]] std::string serialNumber() const;                           ///< Lower-case hex.
    [[nodiscard]] std::vector<std::uint8_t> fingerprint(Digest digest) const; ///< Of the whole DER certificate.
    [[nodiscard]] std::vector<std::string> subjectAlternativeNames() const;   ///< "dns:...", "ip:...", "upn:..."
    [[nodiscard]] Time notBefore() const;
    [[nodiscard]] Time notAfter() const;
    [[nodiscard]] bool isCa() const;
    [[nodiscard]] bool claimsToBeCa() const; ///< CA:TRUE or keyCertSign: some verifier may take it for a CA's.
    [[nodiscard]] bool isMalformed() const;  ///< An extension that OpenSSL knows cannot be read or stands twice.
    [[nodiscard]] bool selfIssued() const;
    [[nodiscard]] std::vector<std::uint8_t> publicKey() const; ///< DER SubjectPublicKeyInfo.
    [[nodiscard]] std::string keyDescription() const;          ///< "RSA 2048"
    [[nodiscard]] bool hasRsaKey() const;
    [[nodiscard]] bool allowsKeyEncipherment() const;                ///< Also true without a key usage extension.
    [[nodiscard]] bool allowsDataEncipherment() const;               ///< Also true without a key usage extension.
    [[nodiscard]] std::vector<std::string> extendedKeyUsage() const; ///< Dotted OIDs; none: usable for everything.
    [[nodiscard]] bool matches(const Key& key) const;                ///< True when it certifies this key's public half.

    /// For the neighbours inside crypto/ and scep/message. Borrowed.
    [[nodiscard]] X509* get() const { return certificate_.get(); }

    bool operator==(const Certificate& other) const; ///< The same bytes.

private:
    std::shared_ptr<X509> certificate_;
};

/// Checks that `leaf` chains over `intermediates` to one of `anchors` (trusted as they are, self-signed or not) at
/// `when`, every certificate of the path being valid then. Returns the chain between leaf and anchor, leaf's issuer
/// first, the anchor last; never empty, since an anchor itself is no leaf. Throws Error{protocol} with the reason and
/// the certificate that it concerns.
std::vector<Certificate> verifyChain(const Certificate& leaf, const std::vector<Certificate>& intermediates,
                                     const std::vector<Certificate>& anchors, Time when);

/// Lower-case hex of the SHA-256 of a text.
std::string sha256(std::string_view text);

/// Lower-case hex without separators.
std::string hex(const std::vector<std::uint8_t>& bytes);

} // namespace scepd::crypto
