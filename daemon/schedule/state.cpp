#include "schedule/state.hpp"

#include "base/code.hpp"
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

std::string remedyFor(Code code) {
    return std::string(entryOf(code).remedy);
}

/// The same will be answered until somebody changes something.
bool needsSomebody(const History& history) {
    return history.lastOutcome == Outcome::refused || history.lastFault() == Fault::refused ||
           history.lastFault() == Fault::configuration;
}

bool willNotGetBetter(const Policy& policy, const History& history) {
    return history.failures > 0 && (needsSomebody(history) || gaveUp(policy, history));
}

/// What the catalogue says, but that it is tried again by itself after that was given up.
std::string remedyFor(const Policy& policy, const History& history) {
    if (gaveUp(policy, history) && !needsSomebody(history))
        return "Mend what the reason names; then ask again with scepctl request NAME.";
    return remedyFor(history.lastCode.value_or(Code::local));
}

/// What is valid is not asked for again but renewed.
std::string remedyForRenewal(const Policy& policy, const History& history) {
    constexpr std::string_view request = "scepctl request";
    auto remedy = remedyFor(policy, history);
    if (const auto at = remedy.find(request); at != std::string::npos)
        remedy.replace(at, request.size(), "scepctl renew");
    return remedy;
}

Situation withoutCertificate(const Policy& policy, const History& history, const Step& next,
                             std::optional<Action> running, Time now) {
    if (willNotGetBetter(policy, history) && !running)
        return {State::failed, history.lastError, remedyFor(policy, history)};
    if (history.pending)
        return {State::pending, fmt::format("the CA keeps request {} for approval", history.pending->id),
                "Approve the request at the CA."};
    if (running) return {State::enrolling, "the first certificate is being requested", ""};
    if (next.action == Action::nothing) return {State::notRequested, next.why, "Ask for it with scepctl request NAME."};
    if (history.failures > 0 || history.lastOutcome == Outcome::waiting)
        return {State::waiting, history.lastError, remedyFor(policy, history)};
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
    const auto code = deployment.code.value_or(Code::local);
    if (putBack)
        return {State::degraded, deployment.error,
                "Find out what changes these files; they are put back by itself, later each time."};
    return {State::degraded, deployment.error,
            isGeneral(code) ? "Mend what the reason names; the deployment is tried again by itself." : remedyFor(code)};
}

/// For profiles that want to be told and nothing more.
Situation drifted(const record::Held& held, const std::string& drift) {
    return {State::degraded, fmt::format("generation {} is deployed, but {}", held.generation, drift),
            "Restore the files, which is noticed within a day, or replace the certificate with scepctl renew NAME; "
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
        return {State::degraded, fmt::format("the renewal failed: {}", history.lastError),
                remedyForRenewal(policy, history)};
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
                remedyFor(Code::hookFailed)};
    if (policy.nameChange == NameChange::alert)
        return {State::degraded,
                fmt::format("generation {} is deployed, but this endpoint's names are others now", held.generation),
                "Replace the certificate with scepctl renew NAME, or give the endpoint its names back."};
    return {State::valid, fmt::format("generation {} is deployed", held.generation), ""};
}

/// Nothing has gone wrong since, as on an endpoint that was off for long.
std::string remedyForExpired(const Policy& policy, const History& history, const std::string& blocked) {
    if (!blocked.empty()) return remedyFor(Code::unsupported);
    if (history.pending) return "Approve the request at the CA.";
    if (history.lastOutcome == Outcome::waiting) return remedyFor(policy, history);
    return "A new one is requested by itself; \"scepctl explain NAME\" tells when and what it waits for. "
           "\"scepctl request NAME --wait\" asks for it and shows how it goes.";
}

Situation whenExpired(const Policy& policy, const record::Held& held, const History& history,
                      const std::string& blocked) {
    const bool failing = history.failures > 0;
    const auto& why = failing || blocked.empty() ? history.lastError : blocked;
    return {State::expired, fmt::format("expired on {}{}", rfc3339(held.notAfter), why.empty() ? "" : "; " + why),
            failing ? remedyFor(policy, history) : remedyForExpired(policy, history, blocked)};
}

} // namespace

Situation situationOf(const Policy& policy, const std::optional<record::Held>& held, const History& history,
                      const Step& next, std::optional<Action> running, const std::string& blocked, Time now) {
    if (held && held->notAfter <= now) return whenExpired(policy, *held, history, blocked);
    if (!blocked.empty()) return {held ? State::degraded : State::failed, blocked, remedyFor(Code::unsupported)};
    if (held) return withCertificate(policy, *held, history, next, running, now);
    return withoutCertificate(policy, history, next, running, now);
}

} // namespace scepd::schedule
