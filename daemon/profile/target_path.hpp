#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace scepd::profile {

/// Why nothing may ever be installed at this absolute path, as the end of a sentence that begins with it: the file
/// decides who may become whom, or what root runs. nullopt when the path is allowed.
std::optional<std::string> forbiddenBecause(const std::string& path);

/// Whether scepd-deploy makes this directory where it is missing: only a preset's folder of its own
/// ("/etc/nginx/scepd/web"). One that an administrator wrote and that does not exist is more likely a mistake.
bool isMadeWhenMissing(const std::filesystem::path& directory);

/// About a directory that is missing and not made, as the end of a sentence that begins with its path.
inline constexpr std::string_view missingDirectory =
    "does not exist; make the directory, or install the consumer it belongs to";

/// Why files are not installed below what has this mode (st_mode of lstat), as the end of a sentence that begins with
/// its path; nullopt for a directory.
std::optional<std::string> notEnteredBecause(mode_t mode);

/// Why what has this mode (st_mode of lstat) is not replaced by a certificate's file, likewise; nullopt for a file.
std::optional<std::string> notReplacedBecause(mode_t mode);

} // namespace scepd::profile
