#pragma once

#include "record/history.hpp"

#include <filesystem>
#include <string>

namespace scepd::store {

/// What attempts left behind; an empty History when there is none. A damaged file is set aside as history.toml.damaged
/// (never deleted), told by a warning in the log, and an empty History is returned. Throws Error{local} when this
/// machine is out of memory or open files.
record::History readHistory(const std::filesystem::path& root, const std::string& name);

/// Durable when it returns. Throws Error{local} naming the file.
void writeHistory(const std::filesystem::path& root, const std::string& name, const record::History& history);

} // namespace scepd::store
