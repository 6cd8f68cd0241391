#pragma once

#include "profile/profile.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace scepd::profile {

/// A configuration file as it was found.
struct Source {
    std::string text;
    bool readableByOthers = false;
    std::optional<Diagnostic> refusal; ///< Why it is not read: whose it is, who may change it, what it is.

    /// True for a file that says nothing: missing, empty, or a link to /dev/null.
    [[nodiscard]] bool isMasked() const { return text.empty() && !refusal; }
};

/// Reads a configuration file that belongs to root (below another root than "/": or to the caller) and that nobody else
/// may change, nor replace in its folder; any other is refused.
Source readSource(const std::filesystem::path& path, const std::filesystem::path& root);

/// All profiles by file name, each from the first folder that has it. Throws Error{local} when a folder that exists
/// cannot be listed: to go on would look as if all its profiles had been removed.
std::map<std::string, std::filesystem::path> profileFiles(const std::filesystem::path& root);

} // namespace scepd::profile
