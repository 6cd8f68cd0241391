#pragma once

#include "base/secret.hpp"
#include "profile/profile.hpp"

#include <filesystem>

namespace scepd::scep {

/// A new challenge from NDES's page for administrators, or what imitates it. The user is shown by NTLM, Negotiate or,
/// over https, Basic; everything else (TLS, proxy, interface, timeout) is as for the exchange.
/// Throws Error{configuration} for a password that cannot be read, Error{refused} when the server does not accept the
/// user or says that he may not have challenges, Error{protocol} for a page that is none of NDES's, and what Http::get
/// throws. A full password cache is Error{unreachable}: it empties by itself within the hour, and until then the delay
/// between attempts grows as for a server that is not there. No error holds the password or the challenge.
Secret fetchChallenge(const profile::DynamicChallenge& challenge, const profile::Scep& scep,
                      const std::filesystem::path& root);

} // namespace scepd::scep
