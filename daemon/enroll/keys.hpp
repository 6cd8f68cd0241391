#pragma once

#include "crypto/key.hpp"
#include "crypto/request.hpp"
#include "profile/profile.hpp"
#include "scep/message.hpp"

#include <optional>
#include <string>

namespace scepd::enroll {

/// The keys of one attempt.
struct Keys {
    crypto::Key certified; ///< What the request asks to certify.
    /// An RSA key that signs the exchange and decrypts its answer in the place of one that cannot decrypt; that the
    /// signer's key be the requested one is only recommended (RFC 8894 section 2.3).
    std::optional<crypto::Key> transport;
};

/// "RSA 2048", "EC P-384"
std::string describe(const profile::KeySpec& spec);

/// Makes the key that a profile asks for. Throws Error{local}.
crypto::Key makeKey(const profile::KeySpec& spec);

/// Makes the keys for what a profile asks for; `kept` is certified again instead of a new one. Throws Error{local}.
Keys makeKeys(const profile::KeySpec& spec, const std::optional<crypto::Key>& kept);

/// Who signs a fresh enrollment: a self-signed certificate with the request's subject.
scep::Sender selfSigned(const Keys& keys, const crypto::Request& request, Digest digest, Time now);

} // namespace scepd::enroll
