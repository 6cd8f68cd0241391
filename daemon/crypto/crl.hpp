#pragma once

#include "base/clock.hpp"
#include "crypto/certificate.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/types.h>

namespace scepd::crypto {

/// A certificate revocation list (RFC 5280 section 5). Copies share it.
class Crl {
public:
    /// Takes over a reference.
    explicit Crl(X509_CRL* crl);

    /// Throws Error{protocol} when the bytes are not one CRL.
    static Crl fromDer(std::string_view der);

    [[nodiscard]] std::string toDer() const;
    [[nodiscard]] std::string toPem() const;

    [[nodiscard]] std::string issuer() const; ///< As Certificate::issuer().
    [[nodiscard]] Time thisUpdate() const;
    [[nodiscard]] std::optional<Time> nextUpdate() const; ///< When it says so.

    /// Lower-case hex, in the order of the list; as Certificate::serialNumber().
    [[nodiscard]] std::vector<std::string> revokedSerialNumbers() const;

    /// True when the CRL bears this CA's name and was signed with its key, by a digest that is not MD5 or weaker.
    [[nodiscard]] bool isSignedBy(const Certificate& ca) const;

    /// For the neighbours inside crypto/. Borrowed.
    [[nodiscard]] X509_CRL* get() const { return crl_.get(); }

private:
    std::shared_ptr<X509_CRL> crl_;
};

} // namespace scepd::crypto
