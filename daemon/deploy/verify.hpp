#pragma once

#include "deploy/plan.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace scepd::deploy {

/// What differs between the files as they should lie and as they do: "key.pem is missing; cert.pem: mode 0644 instead
/// of 0600". Content, mode, owner and group are compared; empty when all is as it was deployed. Throws Error{local}
/// when a folder is none that certificates are installed in (a symlink, or open to others), or the disk fails.
std::string differences(const std::filesystem::path& root, const std::vector<PlannedFile>& files);

} // namespace scepd::deploy
