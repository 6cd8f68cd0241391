#pragma once

#include <filesystem>
#include <string>

namespace scepd::store {

/// True when anything of a certificate of this name is kept, whether a profile still names it or not. The name may be
/// anybody's: only one that a directory of ours bears is true.
bool keeps(const std::filesystem::path& root, const std::string& name);

/// Removes everything that is kept of a certificate, whoever wrote it: its whole directory, keys and all other files
/// overwritten first. From the first step on nothing is held; when it was cut short, it is done again. Nothing to
/// remove is fine. Durable when it returns. Throws Error{local} when somebody works on the certificate, or naming what
/// stays.
void purge(const std::filesystem::path& root, const std::string& name);

} // namespace scepd::store
