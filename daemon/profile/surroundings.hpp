#pragma once

#include "profile/profile.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace scepd::profile {

/// What stands in a profile and does not fit this machine: secrets that others can read, files, hooks and variables
/// that do not exist, targets that cannot be written. Nothing of it is the profile's fault alone, so the profile stays
/// loaded; what will certainly fail is an error, the rest a warning. Reads the machine below `root`.
std::vector<Diagnostic> checkSurroundings(const Profile& profile, const Settings& settings,
                                          const std::filesystem::path& root);

/// The part of it that is about targets.
std::vector<Diagnostic> checkTargets(const Profile& profile, const std::filesystem::path& root);

} // namespace scepd::profile
