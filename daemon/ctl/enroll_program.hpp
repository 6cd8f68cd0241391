#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace scepd::ctl {

/// Runs scepd-enroll as the person who asks, for what needs no daemon, and gives every line that it prints to `take` as
/// it comes. Returns its exit code; throws Error{local} when it cannot be started or was killed.
int runEnroll(const std::filesystem::path& program, const std::vector<std::string>& arguments,
              const std::function<void(const std::string&)>& take);

} // namespace scepd::ctl
