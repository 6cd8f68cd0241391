#pragma once

#include "base/secret.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace scepd::scep {

/// The first line of a file below `root`, or of a credential of systemd's in $CREDENTIALS_DIRECTORY, whichever is
/// named. `what` is what people call it ("challenge"). Throws Error{configuration} naming the file or the credential
/// that is missing, unreadable or empty, but never its content.
Secret secretFrom(std::string_view what, const std::optional<std::string>& file,
                  const std::optional<std::string>& credential, const std::filesystem::path& root);

} // namespace scepd::scep
