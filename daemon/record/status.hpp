#pragma once

#include "base/clock.hpp"
#include "record/held.hpp"
#include "record/history.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scepd::record {

/// What people see of a certificate, ten words at most.
enum class State {
    notApplicable,
    notRequested,
    waiting,
    enrolling,
    pending,
    valid,
    renewing,
    degraded,
    failed,
    expired
};
std::string_view name(State state); ///< "not-applicable", "valid", ...

/// What comes next for a certificate.
enum class Action { nothing, enroll, renew, poll, deploy };
std::string_view name(Action action);

/// One certificate as the bus shows it.
struct Status {
    std::string name, profile, usage;
    State state = State::waiting;
    std::string reason; ///< Why, in a sentence.
    std::string remedy; ///< What a person can do; empty when nothing needs to be done.
    std::optional<Held> held;
    Action nextAction = Action::nothing;
    Time nextActionTime;
    std::string nextActionReason;
    Time lastAttempt;
    std::string lastErrorCode, lastError;
    unsigned attempts = 0;
    std::string phase;               ///< Of the attempt that runs; empty when none does.
    unsigned deployedGeneration = 0; ///< What lies on the targets; 0 for nothing.
    std::vector<TargetState> targets;

    /// True while something runs that does not give way to what is asked for, as a look at the CA does.
    [[nodiscard]] bool isBusy() const { return !phase.empty() && phase != "look"; }

    bool operator==(const Status&) const = default;
};

} // namespace scepd::record
