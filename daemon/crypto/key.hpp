#pragma once

#include "base/secret.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/types.h>

namespace scepd::crypto {

/// A private key. Copies share it; it never prints itself.
class Key {
public:
    /// Takes over a reference.
    explicit Key(EVP_PKEY* key);

    /// A new RSA key of so many bits (1024 to 4096). Generation is raced over the cores: the first one wins and stops
    /// the others. Throws Error{local}.
    static Key generateRsa(unsigned bits);

    /// A new key on one of NIST's curves: "P-256", "P-384" or "P-521", which its encodings name. Throws
    /// Error{configuration} for another curve.
    static Key generateEc(std::string_view curve);

    /// Reads PKCS#8 or traditional PEM without a passphrase. Throws Error{local} when it is neither.
    static Key fromPem(const Secret& pem);

    /// PKCS#8 PEM ("BEGIN PRIVATE KEY").
    [[nodiscard]] Secret toPem() const;
    /// Traditional PEM ("BEGIN RSA PRIVATE KEY", "BEGIN EC PRIVATE KEY").
    [[nodiscard]] Secret toTraditionalPem() const;
    [[nodiscard]] Secret toDer() const;            ///< PKCS#8 DER.
    [[nodiscard]] Secret toTraditionalDer() const; ///< RSAPrivateKey or ECPrivateKey.

    /// The DER SubjectPublicKeyInfo.
    [[nodiscard]] std::vector<std::uint8_t> publicKey() const;

    /// "RSA 2048", "EC P-384"
    [[nodiscard]] std::string description() const;

    /// True for a key that can decrypt what is encrypted to it. EC keys sign only.
    [[nodiscard]] bool isRsa() const;

    /// For the neighbours inside crypto/ and scep/message. Borrowed.
    [[nodiscard]] EVP_PKEY* get() const { return key_.get(); }

private:
    std::shared_ptr<EVP_PKEY> key_;
};

/// "RSA 2048" or "EC P-384", also for a key that is only public.
std::string describe(const EVP_PKEY* key);

} // namespace scepd::crypto
