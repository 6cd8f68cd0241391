#include "schedule/explain.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scepd::schedule {
namespace {

using record::Action;
using record::Explanation;
using record::History;

Time startOf(const Candidate& candidate, Time now) {
    return std::max(candidate.step.at, now);
}

Turn renewalTurn(std::size_t index, const std::vector<Candidate>& candidates, const Limits& limits, Time now) {
    Turn turn{never, {}};
    auto free = limits.lastRenewal == never ? now : std::max(now, limits.lastRenewal + limits.spacing);
    for (const auto other : inOrder(candidates)) {
        const auto& candidate = candidates[other];
        if (candidate.step.action != Action::renew) continue;
        const auto own = startOf(candidate, now);
        const auto inTurn = candidate.asked ? own : std::max(own, free);
        turn.expected = std::min(inTurn, std::max(own, dangerBegins(candidate)));
        if (other == index) break;
        free = std::max(free, turn.expected + limits.spacing);
        turn.before.push_back(candidate.name);
    }
    return turn;
}

/// First enrollments share few places, 802.1X first.
Turn enrollmentTurn(std::size_t index, const std::vector<Candidate>& candidates, Time now) {
    Turn turn{startOf(candidates[index], now), {}};
    for (const auto other : inOrder(candidates)) {
        if (other == index) break;
        if (candidates[other].step.action == Action::enroll && candidates[other].step.at <= now)
            turn.before.push_back(candidates[other].name);
    }
    return turn;
}

void addFailures(std::vector<std::string>& changes, const Policy& policy, const History& history,
                 const std::string& profile) {
    if (history.failures == 0) return;
    const bool ended = gaveUp(policy, history);
    if (!ended && history.lastOutcome == record::Outcome::waiting)
        changes.emplace_back("it goes on when the missing variable is known or set under [endpoint] in scepd.toml");
    else if (!ended && history.lastFault() == Fault::unreachable)
        changes.emplace_back("a change of the network: it is tried again within seconds");
    else
        changes.push_back(fmt::format(
            "a change of {}, of a secret that it names or of the CA's certificate: it begins afresh", profile));
    if (policy.retries > 0 && !ended)
        changes.push_back(
            fmt::format("after {} failures in a row it gives up (retries = {})", policy.retries + 1, policy.retries));
}

std::vector<std::string> changesOf(const Candidate& candidate, const Policy& policy, const History& history,
                                   const Circumstances& circumstances, const std::string& profile) {
    const auto& name = candidate.name;
    std::vector<std::string> changes;
    const bool goesToCa = candidate.step.action != Action::nothing && candidate.step.action != Action::deploy;
    if (goesToCa && circumstances.held > circumstances.now)
        changes.emplace_back("it goes on as soon as the clock is synchronised or the wait is over");
    addFailures(changes, policy, history, profile);
    switch (candidate.step.action) {
    case Action::renew:
        changes.push_back(fmt::format("scepctl renew {}: at once, without waiting for others", name));
        changes.push_back(fmt::format("another renew, or anything else, in {}: noticed by itself", profile));
        break;
    case Action::poll:
        changes.push_back(fmt::format("the request is approved at the CA: seen with the next poll, or with scepctl "
                                      "request {} at once",
                                      name));
        break;
    case Action::deploy:
        changes.push_back(fmt::format("scepctl redeploy {}: at once", name));
        break;
    case Action::enroll:
        changes.push_back(fmt::format("scepctl request {}: at once", name));
        break;
    case Action::nothing:
        changes.push_back(
            fmt::format("scepctl {} {}: at once", candidate.notAfter == never ? "request" : "renew", name));
        if (history.failures == 0) changes.push_back(fmt::format("a change of {}: noticed by itself", profile));
        break;
    }
    return changes;
}

} // namespace

Turn turnOf(std::size_t index, const std::vector<Candidate>& candidates, const Limits& limits, Time now) {
    const auto& candidate = candidates[index];
    switch (candidate.step.action) {
    case Action::nothing:
        return {never, {}};
    case Action::renew:
        return renewalTurn(index, candidates, limits, now);
    case Action::enroll:
        return enrollmentTurn(index, candidates, now);
    default:
        return {startOf(candidate, now), {}};
    }
}

Explanation explain(std::size_t index, const std::vector<Candidate>& candidates, const Limits& limits,
                    const Policy& policy, const History& history, const Circumstances& circumstances,
                    const std::string& profile) {
    const auto& candidate = candidates[index];
    auto [expected, before] = turnOf(index, candidates, limits, circumstances.now);
    Explanation explanation{
        .rule = candidate.step.why,
        .due = candidate.step.due,
        .expected = expected,
        .before = std::move(before),
        .changes = changesOf(candidate, policy, history, circumstances, profile),
    };
    if (candidate.step.action == Action::renew) {
        explanation.overtakes = dangerBegins(candidate);
        explanation.emergency = emergencyBegins(candidate);
    }
    return explanation;
}

} // namespace scepd::schedule
