#pragma once

#include "record/explanation.hpp"
#include "schedule/next_step.hpp"
#include "schedule/queue.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace scepd::schedule {

/// When the candidate at `index` has its turn and who is before it.
struct Turn {
    Time expected; ///< If all before it succeed at once; `never` when nothing comes next for it.
    std::vector<std::string> before;

    bool operator==(const Turn&) const = default;
};

/// Looks ahead in the queue of decide(): renewals one after another, spacing apart, unless one overtakes. What is done
/// in no queue (deployments, polls, enrollments at a free place) has its turn when it is due.
Turn turnOf(std::size_t index, const std::vector<Candidate>& candidates, const Limits& limits, Time now);

/// Why the step of the candidate at `index` comes when it does. `profile` is the file that people may change.
record::Explanation explain(std::size_t index, const std::vector<Candidate>& candidates, const Limits& limits,
                            const Policy& policy, const record::History& history, const Circumstances& circumstances,
                            const std::string& profile);

} // namespace scepd::schedule
