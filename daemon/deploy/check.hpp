#pragma once

#include "base/clock.hpp"
#include "crypto/certificate.hpp"
#include "crypto/key.hpp"
#include "profile/profile.hpp"
#include "store/generation.hpp"

#include <filesystem>
#include <vector>

namespace scepd::deploy {

/// A generation that was found good, as objects: what is written to targets is made of these anew, so that no byte
/// reaches a consumer only because it stood in a file of scepd's.
struct Material {
    crypto::Key key;
    crypto::Certificate certificate;
    std::vector<crypto::Certificate> chain;   ///< From the certificate's issuer up, without the anchor.
    std::vector<crypto::Certificate> anchors; ///< What consumers may trust.
    crypto::Certificate anchor;               ///< The one of them above the certificate, where only one can be named.
};

/// Looks at a generation as if nobody had looked before: the key belongs to the certificate, the certificate has a CN,
/// has not expired at `now` and chains to a CA that the profile pins, and nothing else is offered as a CA than what is
/// pinned, certified by what is pinned, or named by it as its successor (RFC 8894 section 4.7). A clock that stands
/// before the certificate's notBefore counts as standing there: on a machine without a battery that is a wrong clock,
/// and scepd-enroll has seen to the rest (RFC 5280, section 4.1.2.5). Throws Error{protocol} that says which of these
/// fails, Error{configuration} when the profile's ca-certificate cannot be read.
Material check(const store::Generation& generation, const profile::Scep& scep, const std::filesystem::path& root,
               Time now);

} // namespace scepd::deploy
