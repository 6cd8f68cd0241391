#pragma once

#include "base/clock.hpp"
#include "record/held.hpp"
#include "record/history.hpp"
#include "schedule/next_step.hpp"

#include <string>
#include <vector>

namespace scepd::schedule {

/// What is known about looking at the installed files of a certificate, since the daemon was started. Times are the
/// machine's uptime, which nobody sets.
struct Inspection {
    enum class Last { none, answered, unanswered };
    Last last = Last::none;
    Duration at{};        ///< When the last one ended.
    bool touched = false; ///< Something has happened to the files since the last one began.

    bool operator==(const Inspection&) const = default;
};

/// When the installed files are looked at next, by the machine's uptime: at once after the start, then daily or after
/// an eighth of the lifetime if that is shorter (so that they are looked at in the last day before they expire, too),
/// earlier by up to a half by this endpoint's own dice so that many certificates do not come at once. Files that were
/// touched are looked at at once, but not every moment when somebody touches them all the time. What could not be
/// looked at is looked at again within an hour.
Duration inspectionDue(const Policy& policy, const record::Held& held, const Inspection& inspection);

/// True while installed files can be judged: what is held is valid, lies on its targets, and is in use there.
bool mayBeInspected(const record::Held& held, const record::History& history, Time now);

/// What the rows of targets say against the installed files, as a sentence: "/etc/ssl/a.pem was changed behind scepd's
/// back: a.key is missing". Empty when they are as they were deployed. A hook that failed does not count here.
std::string driftOf(const std::vector<record::TargetState>& targets);

} // namespace scepd::schedule
