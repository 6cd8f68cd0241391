#pragma once

#include "base/secret.hpp"
#include "crypto/certificate.hpp"
#include "crypto/key.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace scepd::crypto {

/// A certificate with all that belongs to it, as one PKCS#12 container holds it (RFC 7292).
struct Bundle {
    std::string name; ///< The friendlyName, by which importers call it.
    Key key;
    Certificate certificate;
    std::vector<Certificate> others; ///< The CAs' certificates, in this order.
};

/// The container, protected by a password that is not empty: key and certificates by AES-256-CBC (PBES2, PBKDF2 with
/// HMAC-SHA-256), the whole by an HMAC-SHA-256, each with a salt of its own and 2048 iterations, as OpenSSL 3 does it.
/// Salts are random: the same bundle gives other bytes each time. Throws Error{local}.
Secret toPkcs12(const Bundle& bundle, const Secret& password);

/// True when the bytes are a container as toPkcs12() makes them that this password opens, and holds this bundle.
bool isPkcs12Of(const Bundle& bundle, const Secret& password, std::string_view der);

} // namespace scepd::crypto
