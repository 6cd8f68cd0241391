#pragma once

#include "record/report.hpp"

#include <string>

namespace scepd::store {

/// A report as text (TOML), for the pipe between scepd-enroll and scepd. Holds no secret.
std::string toText(const record::Report& report);

/// The inverse. Throws Error{local} when the text is no report.
record::Report reportFromText(const std::string& text);

} // namespace scepd::store
