#pragma once

#include "enroll/plan.hpp"
#include "record/held.hpp"

#include <optional>

namespace scepd::enroll {

/// What is held and can be gone on from. What another machine made (a cloned image) counts as none, because its key is
/// not ours alone; so does what is damaged, so that a new certificate takes its place. Both are told in the log. Throws
/// Error{local} when the disk does not tell.
std::optional<record::Held> ownHeld(const Wanted& wanted);

} // namespace scepd::enroll
