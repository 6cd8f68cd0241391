#pragma once

#include "profile/profile.hpp"

#include <optional>
#include <string>

namespace scepd::profile {

/// Parses an entry such as "dns:${fqdn}". The value is checked only as far as it holds no variable.
/// Throws Error{configuration}.
SanName parseSanName(const std::string& text);

/// What is wrong with a subject alternative name whose variables are replaced; nullopt when nothing is.
std::optional<std::string> complaintAbout(const SanName& san);

} // namespace scepd::profile
