#pragma once

#include "base/file.hpp"
#include "base/secret.hpp"
#include "deploy/check.hpp"
#include "profile/profile.hpp"

#include <string>
#include <vector>

namespace scepd::deploy {

/// A file as it is to lie on a target.
struct PlannedFile {
    std::string path; ///< Absolute as the profile says it, below the root.
    Secret content;
    file::Attributes attributes;

    bool operator==(const PlannedFile& other) const { return path == other.path && content == other.content; }
};

/// What people recognise a target by: its certificate's path, or the first path that it has.
std::string nameOf(const profile::Target& resolved);

/// The files of one resolved target. `chain` holds the intermediates, or the CA when there are none, because consumers
/// stumble over an empty file; `fullchain` the certificate and the intermediates; `combined` these and the key.
/// Who is not root cannot give files away: owner and group are then left as they are.
/// Throws Error{configuration} for a user or group that does not exist, for a place where no certificate belongs, for a
/// path that is not absolute and plain, and for what this version does not write (pkcs12).
std::vector<PlannedFile> plan(const profile::Target& resolved, const Material& material);

} // namespace scepd::deploy
