#pragma once

#include "deploy/subject.hpp"

#include <filesystem>

namespace scepd::deploy {

/// Has the consumers' own checks (`nginx -t`) look at the new files before the old ones go: each check runs as a
/// transient unit of systemd that finds the staged files where the final ones are. Call it when all files are staged.
///
/// Throws Error{local} when a check fails with the new files and passes with the old ones. A check that fails with both
/// says nothing about the certificate: then, and when it cannot run, a line in the log and no more. Consumers that do
/// not run, or have nothing of this certificate yet, are not asked, and nobody is without systemd on the bus.
void rehearse(const std::filesystem::path& root, const Subject& subject);

} // namespace scepd::deploy
