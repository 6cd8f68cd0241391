#pragma once

#include "schedule/next_step.hpp"

#include <optional>
#include <string>

namespace scepd::schedule {

/// A state with the words that go with it.
struct Situation {
    record::State state = record::State::waiting;
    std::string reason, remedy; ///< NAME in a remedy stands for the certificate's name.

    bool operator==(const Situation&) const = default;
};

/// What people see, from the bottom up: expired, failed, degraded, renewing, valid, pending, enrolling, waiting,
/// not-requested. `running` is the action that runs now, if one does; `blocked` says that nothing will ever be tried
/// with this configuration and why (a key that this version does not support); empty otherwise.
Situation situationOf(const Policy& policy, const std::optional<record::Held>& held, const record::History& history,
                      const Step& next, std::optional<record::Action> running, const std::string& blocked, Time now);

} // namespace scepd::schedule
