#pragma once

#include "base/file.hpp"

#include <filesystem>

namespace scepd::enroll {

/// Held by the one that works on a certificate, until the descriptor is closed. Makes the certificate's directory where
/// it is missing. Throws Error{local} when somebody else holds it.
UniqueFd lock(const std::filesystem::path& directory);

} // namespace scepd::enroll
