#pragma once

#include "base/file.hpp"
#include "base/secret.hpp"
#include "deploy/check.hpp"
#include "profile/profile.hpp"

#include <filesystem>
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

/// The files of one resolved target of the certificate of this name. `chain` holds the intermediates, or the CA when
/// there are none, because consumers stumble over an empty file; `fullchain` the certificate and the intermediates;
/// `combined` these and the key; `pkcs12` all of it (container.hpp). `ca` holds the CAs, of which there are two while
/// one follows the other; in DER it can hold one, that above the certificate. Who is not root cannot give files away:
/// owner and group are then left as they are. Throws Error{configuration} for a user or group that does not exist, for
/// a place where no certificate belongs, for a path that is not absolute and plain, and for a password that cannot be
/// used; Error{local} when the disk fails.
std::vector<PlannedFile> plan(const std::filesystem::path& root, const std::string& name,
                              const profile::Target& resolved, const Material& material);

} // namespace scepd::deploy
