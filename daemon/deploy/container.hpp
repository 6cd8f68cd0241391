#pragma once

#include "base/secret.hpp"
#include "deploy/check.hpp"
#include "profile/profile.hpp"

#include <filesystem>
#include <string>

namespace scepd::deploy {

/// The PKCS#12 container for a target's `pkcs12`, protected by the password in its `pkcs12-password-file`: the key, the
/// certificate under its name, the chain and the CAs. A container has other bytes each time that it is made: the one
/// that lies there is returned as it is when the password opens it and it holds the same. So equal bytes mean what
/// they mean for other files, and a new password makes a new container. A new one was opened before it is returned.
///
/// The password is the file's first line. Throws Error{configuration} naming the file when it is missing, empty, no
/// regular file, larger than 1 KiB, or when others than its group can read it, Error{local} when others can change it.
Secret container(const std::filesystem::path& root, const std::string& name, const profile::Target& target,
                 const Material& material);

} // namespace scepd::deploy
