#pragma once

#include "ctl/console.hpp"
#include "ctl/exit.hpp"

#include <CLI/CLI.hpp>

namespace scepd::ctl {

/// Tells what is wrong with a command line, of which verb, and where it is told how it is written. Returns Exit::usage.
Exit reportUsage(const Console& console, const CLI::App& app, const CLI::ParseError& error);

} // namespace scepd::ctl
