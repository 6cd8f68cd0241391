#pragma once

#include <optional>
#include <string>

namespace scepd::profile {

/// Why nothing may ever be installed at this absolute path, as the end of a sentence that begins with it: the file
/// decides who may become whom, or what root runs. nullopt when the path is allowed.
std::optional<std::string> forbiddenBecause(const std::string& path);

} // namespace scepd::profile
