#pragma once

#include "ctl/console.hpp"

#include <string>

#include <sys/types.h>

namespace scepd::ctl {

/// Writes a document to where the caller wants it: a file, replaced in one step, or the console's output for "-".
/// Throws Error{local}, also for what is there and is no file: a device is never replaced.
void writeOutput(const Console& console, const std::string& file, const std::string& content, mode_t mode);

} // namespace scepd::ctl
