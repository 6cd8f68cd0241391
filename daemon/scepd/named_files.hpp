#pragma once

#include "profile/profile.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace scepd {

/// The files besides the profile that an exchange with its CA depends on: the challenge or the password for one, the
/// certificate that pins the CA, keys and certificates for TLS. With root in front.
std::vector<std::filesystem::path> namedFiles(const profile::Scep& scep, const std::filesystem::path& root);

} // namespace scepd
