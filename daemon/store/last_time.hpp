#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <filesystem>

/// The last time that a right clock has shown, kept over restarts in ROOT/var/lib/scepd/clock: a machine whose clock
/// forgets knows by it that it cannot be earlier.
namespace scepd::store {

/// What is kept may be so much older than what was.
inline constexpr Duration lastTimeGrain = std::chrono::hours(1);

/// What was noted last, in whole seconds; `never` when nothing was. A damaged file, told by a warning in the log, is as
/// good as none.
Time readLastTime(const std::filesystem::path& root);

/// Notes the time, unless what is noted is less than an hour away from it; also when that lies ahead, for then a clock
/// was wrong. Call it when something is written anyway, and with a clock that is synchronised only: to note one that is
/// merely plausible would make a wrong one the measure of the right one. Throws Error{local} naming the file.
void noteTime(const std::filesystem::path& root, Time now);

} // namespace scepd::store
