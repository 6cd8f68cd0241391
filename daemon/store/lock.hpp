#pragma once

#include "base/file.hpp"

#include <filesystem>
#include <string>

namespace scepd::store {

/// Held by the one that works on a certificate, until the descriptor is closed. Makes the certificate's directory where
/// it is missing. Throws Error{local} when somebody else holds it.
UniqueFd lock(const std::filesystem::path& root, const std::string& name);

} // namespace scepd::store
