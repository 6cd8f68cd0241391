#pragma once

#include "base/clock.hpp"
#include "crypto/certificate.hpp"
#include "crypto/strength.hpp"
#include "profile/profile.hpp"

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

/// Who the CA is (RFC 8894 section 2.2): what GetCACert offers, authenticated by the pin.
namespace scepd::scep {

/// The first meeting with a CA that is trusted on first use.
struct FirstSight {};

/// How the CA's certificate is recognised: by its digest, by the certificate itself, or not at all.
using Pin = std::variant<profile::FingerprintPin, crypto::Certificate, FirstSight>;

/// The certificates that authenticate an exchange.
struct Authorities {
    crypto::Certificate anchor;           ///< The CA certificate that the pin names.
    std::vector<crypto::Certificate> all; ///< The anchor, and what was offered and chains to it: who may sign answers.
    crypto::Certificate recipient; ///< To whom requests are encrypted; by password when its key cannot (not RSA).
};

/// The certificates in GetCACert's answer, each once: one in DER, a PKCS#7 list, or either of them in PEM or base64;
/// the content type is not believed. Throws Error{protocol} that tells what came instead, for instance a web page, and
/// for more than 100 certificates.
std::vector<crypto::Certificate> parseAuthorities(std::string_view body);

/// True when something offered has expired: RA certificates are replaced more often than CAs, so that it is worth to
/// ask again (RFC 8894 section 2.2) before one of them is used or missed.
bool holdsExpired(const std::vector<crypto::Certificate>& offered, Time now);

/// Authenticates what was offered. The certificate that the pin names must be a CA's and valid at `now`; the others are
/// kept when they chain to it, are valid and have, with all in between, keys and signatures that `strength` accepts; RA
/// certificates only when they are made to be one: without extended key usage, or with one for registration (another
/// device of the same CA could put its own certificate into the unprotected answer). The recipient is the one of
/// `recipientPin`, which may be any that chains, otherwise an RA for key encipherment, for data encipherment, the
/// issuing CA, or the only certificate there is, with RSA keys. Without any of these it is the issuing CA with a key
/// that cannot encrypt (EC): requests to it are encrypted by password (RFC 8894 section 3.1). A CA behind an RA that
/// has expired or is weak is no recipient, it could not read the request. Nothing secret may be sent before this
/// returned. Throws Error{protocol} when the pin fits none, when nobody is left to encrypt to, and when an RA has
/// expired or is weak: it says which and why.
Authorities authenticate(const std::vector<crypto::Certificate>& offered, const Pin& pin,
                         const std::optional<profile::FingerprintPin>& recipientPin, crypto::Strength strength,
                         Time now);

} // namespace scepd::scep
