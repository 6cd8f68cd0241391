#include "schedule/state.hpp"

#include "schedule/inspection.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace scepd::schedule {
namespace {

using record::Action;
using record::History;
using record::Outcome;
using record::State;

std::string remedyFor(const History& history) {
    if (history.lastOutcome == Outcome::refused)
        return "Check the challenge and the subject with the CA's operator, correct the profile, or ask again with "
               "scepctl request.";
    if (history.lastOutcome == Outcome::waiting)
        return "It goes on by itself when this is known; it can also be set under [endpoint] in scepd.toml.";
    switch (history.lastFault.value_or(Fault::local)) {
    case Fault::configuration:
        return "Correct the profile or the file it names; the change is noticed by itself.";
    case Fault::unreachable:
        return "Check the network, the name and the port of the CA's URL; it is tried again by itself.";
    case Fault::refused:
        return "Ask the CA's operator why; then ask again with scepctl request.";
    case Fault::protocol:
        return "The CA's answer was not trusted. Compare the profile's fingerprint and security settings with the CA.";
    case Fault::local:
        return "Look at this machine's disk, memory and permissions; it is tried again by itself.";
    }
    return {};
}

bool willNotGetBetter(const Policy& policy, const History& history) {
    if (history.failures == 0) return false;
    if (history.lastOutcome == Outcome::refused || history.lastFault == Fault::refused ||
        history.lastFault == Fault::configuration)
        return true;
    return policy.retries > 0 && history.failures > policy.retries;
}

Situation withoutCertificate(const Policy& policy, const History& history, const Step& next,
                             std::optional<Action> running, Time now) {
    if (willNotGetBetter(policy, history) && !running) return {State::failed, history.lastError, remedyFor(history)};
    if (history.pending)
        return {State::pending, fmt::format("the CA keeps request {} for approval", history.pending->id),
                "Approve the request at the CA."};
    if (running) return {State::enrolling, "the first certificate is being requested", ""};
    if (next.action == Action::nothing) return {State::notRequested, next.why, "Ask for it with scepctl request."};
    if (history.failures > 0 || history.lastOutcome == Outcome::waiting)
        return {State::waiting, history.lastError, remedyFor(history)};
    if (next.at > now) return {State::waiting, fmt::format("{}; until {}", next.why, rfc3339(next.at)), ""};
    return {State::waiting, "it waits for its turn", ""};
}

/// What the deployer reports beside a deployment that stands: a hook that failed.
bool isBroken(const record::TargetState& target) {
    return target.state == "failed";
}

bool isDeployed(const record::Held& held, const record::Deployment& deployment) {
    return deployment.generation == held.generation && deployment.confirmed;
}

Situation inTrouble(const record::Deployment& deployment) {
    const bool putBack = deployment.heals > 0 && deployment.failures == 0;
    return {State::degraded, deployment.error,
            putBack ? "Find out what changes these files; they are put back by itself, later each time."
                    : "Mend what the reason names; the deployment is tried again by itself."};
}

/// For profiles that want to be told and nothing more.
Situation drifted(const record::Held& held, const std::string& drift) {
    return {State::degraded, fmt::format("generation {} is deployed, but {}", held.generation, drift),
            "Restore the files, which is noticed within a day, or replace the certificate with scepctl renew; "
            "drift = \"heal\" in the profile puts such files back by itself."};
}

/// What failed, and not only under a clock that was ahead or for somebody who does not want it any more.
bool stillToBeDone(const History& history, const Step& next, Time now) {
    return history.pending || next.due <= now;
}

Situation withCertificate(const Policy& policy, const record::Held& held, const History& history, const Step& next,
                          std::optional<Action> running, Time now) {
    const auto& deployment = history.deployment;
    if (!deployment.error.empty() && running != Action::deploy) return inTrouble(deployment);
    if (const auto drift = driftOf(deployment.targets); !drift.empty() && isDeployed(held, deployment) && !running)
        return drifted(held, drift);
    if (history.failures > 0 && !running && stillToBeDone(history, next, now))
        return {State::degraded, fmt::format("the renewal failed: {}", history.lastError), remedyFor(history)};
    if (history.pending)
        return {State::renewing, fmt::format("the CA keeps request {} for approval", history.pending->id),
                "Approve the request at the CA."};
    if (running == Action::deploy || !isDeployed(held, deployment))
        return {deployment.generation == 0 ? State::enrolling : State::renewing,
                fmt::format("generation {} is being deployed", held.generation), ""};
    if (running) return {State::renewing, "the next certificate is being requested", ""};
    if (const auto broken = std::ranges::find_if(deployment.targets, isBroken); broken != deployment.targets.end())
        return {State::degraded,
                fmt::format("generation {} is deployed, but {} {}: {}", held.generation, broken->target, broken->state,
                            broken->detail),
                "Mend what the reason names; the hook is run again by itself, or at once with scepctl redeploy."};
    if (policy.nameChange == NameChange::alert)
        return {State::degraded,
                fmt::format("generation {} is deployed, but this endpoint's names are others now", held.generation),
                "Replace the certificate with scepctl renew, or give the endpoint its names back."};
    return {State::valid, fmt::format("generation {} is deployed", held.generation), ""};
}

} // namespace

Situation situationOf(const Policy& policy, const std::optional<record::Held>& held, const History& history,
                      const Step& next, std::optional<Action> running, const std::string& blocked, Time now) {
    const bool expired = held && held->notAfter <= now;
    if (expired)
        return {State::expired,
                fmt::format("expired on {}{}", rfc3339(held->notAfter),
                            history.lastError.empty() ? "" : "; " + history.lastError),
                history.failures > 0 ? remedyFor(history) : ""};
    if (!blocked.empty() && !held)
        return {State::failed, blocked, "Change the profile, or leave this certificate out."};
    if (!blocked.empty()) return {State::degraded, blocked, "Change the profile, or leave this certificate out."};
    if (held) return withCertificate(policy, *held, history, next, running, now);
    return withoutCertificate(policy, history, next, running, now);
}

} // namespace scepd::schedule
