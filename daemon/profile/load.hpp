#pragma once

#include "profile/profile.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scepd::profile {

/// What a file said: a value unless something in it is an error, and everything worth telling about it.
template <typename Value>
struct Loaded {
    std::optional<Value> value;
    std::vector<Diagnostic> diagnostics;
};

/// Parses one profile. `file` is only used to name it in diagnostics; ownership and permissions are not looked at.
Loaded<Profile> parseProfile(const std::string& text, const std::string& file);

/// Parses /etc/scepd/scepd.toml's text in the same way.
Loaded<Settings> parseSettings(const std::string& text, const std::string& file);

/// All that is configured below a root, as systemd reads its folders: /etc/scepd/profiles.d, /run/scepd/profiles.d,
/// /usr/lib/scepd/profiles.d, an earlier folder's file replacing a later one's of the same name, an empty file or a
/// link to /dev/null masking it. Profiles are sorted by file name. Rules between profiles (unique names and usages,
/// colliding targets) are checked here: the file that sorts first wins, the loser's certificate is dropped with an
/// error that names both.
struct Configuration {
    Settings settings;
    std::vector<Profile> profiles; ///< Those that loaded, sorted by file name, with conflicting certificates removed.
    std::vector<Diagnostic> diagnostics;  ///< Of all files.
    std::vector<std::string> failedFiles; ///< Files that did not load: whoever holds an older version of them keeps it.

    bool operator==(const Configuration&) const = default;
};

/// The folders that are searched, first one first, with root in front.
std::vector<std::filesystem::path> profileFolders(const std::filesystem::path& root);

/// True for a file in those folders that can be a profile: NAME.toml, without a dot in front. The temporary names of
/// editors, dpkg and Ansible are no such names.
bool isProfileName(std::string_view fileName);

/// The files and folders that load() reads: settings and profiles are the same while file::stamp() of them is; findings
/// about what surrounds them (targets, secrets, hooks) need not be.
std::vector<std::filesystem::path> configurationFiles(const std::filesystem::path& root);

/// Reads everything below root. Never throws for what a file contains; throws Error{local} only when memory or the root
/// itself fails.
Configuration load(const std::filesystem::path& root);

/// The same, where a file that does not load now keeps what `previous` held of it: a bad new version of a profile (told
/// by its file name) or of the settings never replaces the version that runs. The rules between profiles are applied to
/// the mixture.
Configuration load(const std::filesystem::path& root, const Configuration& previous);

/// A certificate of a configuration, with the profile it comes from.
struct Selected {
    const Profile& profile;
    const Certificate& certificate;
};

/// The certificate of that name among those that apply to this endpoint. Throws Error{configuration} when there is
/// none, which names the files that did not load, and why, since it may stand in one of them.
Selected select(const Configuration& configuration, std::string_view name);

} // namespace scepd::profile
