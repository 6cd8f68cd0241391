#pragma once

#include "record/report.hpp"

#include <filesystem>

namespace scepd::enroll {

/// What the names of all certificates that apply to this endpoint come to now. Asks the machine and its resolver,
/// writes nothing. Throws Error{local}.
record::NamesNow namesNow(const std::filesystem::path& root);

} // namespace scepd::enroll
