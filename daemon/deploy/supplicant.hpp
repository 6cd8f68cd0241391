#pragma once

#include <filesystem>
#include <string>

namespace scepd::deploy {

/// What became of asking a wpa_supplicant.
enum class Reauthentication { begun, declined, nobodyThere };

/// Makes the wpa_supplicant of a network interface read its certificate again and authenticate with it now. A port that
/// is open stays open meanwhile; one that is closed, because the certificate is the first, is asked for anew. Throws
/// Error{local} when wpa_supplicant does not answer.
Reauthentication reauthenticate(const std::filesystem::path& root, const std::string& interface);

} // namespace scepd::deploy
