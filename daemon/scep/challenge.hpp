#pragma once

#include "base/secret.hpp"
#include "profile/profile.hpp"
#include "scep/secret_source.hpp"

#include <filesystem>

namespace scepd::scep {

/// The challengePassword that a profile provides (RFC 8894 section 2.4), of any type; empty when it provides none. A
/// dynamic one is fetched and a command is run at each call: call it only for a request that carries a challenge, and
/// only after the CA's pin held. May block for the profile's `timeout`, for a command half a minute. Files are below
/// `root`.
/// Throws Error{configuration} naming the file, credential or program that cannot be used, and what fetchChallenge and
/// commandChallenge throw; never with a secret in its text.
Secret obtainChallenge(const profile::Scep& scep, const std::filesystem::path& root);

} // namespace scepd::scep
