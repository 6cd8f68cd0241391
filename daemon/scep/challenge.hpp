#pragma once

#include "base/secret.hpp"
#include "profile/profile.hpp"

#include <filesystem>

namespace scepd::scep {

/// The challengePassword that a profile provides (RFC 8894 section 2.4); empty when it provides none. Files are below
/// `root`, their line end is not part of it; credentials are systemd's, in $CREDENTIALS_DIRECTORY.
/// Throws Error{configuration} naming the file or the credential that is missing, unreadable or empty, but never its
/// content.
Secret readChallenge(const profile::Challenge& challenge, const std::filesystem::path& root);

/// The text up to its first line end.
Secret firstLine(const Secret& text);

} // namespace scepd::scep
