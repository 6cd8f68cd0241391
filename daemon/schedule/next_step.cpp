#include "schedule/next_step.hpp"

#include "schedule/spread.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace scepd::schedule {
namespace {

using record::Action;
using record::Held;
using record::History;
using record::Outcome;
using namespace std::chrono_literals;

/// Doubling from `first` to `largest` with the count of failures.
Duration doubled(Duration first, Duration largest, unsigned failures) {
    auto delay = first;
    for (unsigned i = 1; i < failures && delay < largest; ++i)
        delay *= 2;
    return std::min(delay, largest);
}

/// ±20 %, the same for the same endpoint, certificate and count. Equal first and largest delays are a fixed interval.
Duration jittered(const Policy& policy, Duration delay, unsigned count) {
    if (policy.retryDelay == policy.retryDelayMax) return delay;
    return scaled(delay, 0.8 + 0.4 * share(policy.seed, count));
}

bool usable(const std::optional<Held>& held, Time now) {
    return held && held->notAfter > now;
}

bool isDeployed(const Held& held, const History& history) {
    return history.deployment.generation == held.generation && history.deployment.confirmed;
}

/// What claims to lie ahead was written under a clock that was wrong: it tells nothing.
Time past(Time time, Time now) {
    return time > now ? never : time;
}

/// Puts a step off: to what the server asked for, and by the delay after failed attempts.
Step putOff(Step step, const Policy& policy, const History& history, std::optional<Duration> remaining, Time now) {
    if (history.notBeforeNextAttempt <= now + longestRetryAfter)
        step.at = std::max(step.at, history.notBeforeNextAttempt);
    if (history.failures > 0) {
        const auto delay = backoff(policy, history, remaining);
        step.at = std::max(step.at, past(history.lastAttempt, now) + delay);
        step.why += fmt::format("; after {} failed attempt{} in a row the next waits {}", history.failures,
                                history.failures == 1 ? "" : "s", humanDuration(delay));
    }
    return step;
}

Step attempt(Action action, Time due, std::string why, const Policy& policy, const History& history,
             std::optional<Duration> remaining, Time now) {
    if (gaveUp(policy, history) && !asked(history, now))
        return {Action::nothing, never, never,
                fmt::format("gave up after {} failures: retries = {}", history.failures, policy.retries)};
    return putOff({action, due, due, std::move(why)}, policy, history, remaining, now);
}

/// Whoever needs the files does without them meanwhile.
constexpr Duration longestHealDelay = 1h;

/// Files that were changed behind scepd's back are put back at once; whoever keeps changing them is given way to,
/// longer each time.
Step healingStep(const Policy& policy, const record::Deployment& deployment, Time due, Time now) {
    if (deployment.heals == 1) return {Action::deploy, due, due, "its installed files were changed and are put back"};
    const auto count = deployment.heals - 1;
    const auto longest = std::min(policy.retryDelayMax, longestHealDelay);
    const auto delay = jittered(policy, doubled(policy.retryDelay, longest, count), count);
    return {Action::deploy, std::max(due, past(deployment.lastDrift, now) + delay), due,
            fmt::format("its installed files were changed {} times in a row; they are put back after {}",
                        deployment.heals, humanDuration(delay))};
}

Step deploymentStep(const Policy& policy, const Held& held, const History& history, Time now) {
    const auto& deployment = history.deployment;
    const auto due = std::min(held.issued, now);
    if (deployment.failures == 0 && deployment.heals > 0) return healingStep(policy, deployment, due, now);
    if (deployment.failures == 0)
        return {Action::deploy, due, due, fmt::format("generation {} is not on its targets yet", held.generation)};
    const auto delay =
        jittered(policy, doubled(policy.retryDelay, policy.retryDelayMax, deployment.failures), deployment.failures);
    return {Action::deploy, std::max(due, past(deployment.lastAttempt, now) + delay), due,
            fmt::format("the deployment of generation {} failed {} time{}; the next waits {}", held.generation,
                        deployment.failures, deployment.failures == 1 ? "" : "s", humanDuration(delay))};
}

Step hookStep(const Policy& policy, const record::Deployment& deployment, Time now) {
    const auto failures = deployment.hookFailures;
    const auto delay = jittered(policy, doubled(policy.retryDelay, policy.retryDelayMax, failures), failures);
    const auto at = past(deployment.lastAttempt, now) + delay;
    return {Action::deploy, at, at,
            fmt::format("its hooks failed {} time{} in a row; those that did run again after {}", failures,
                        failures == 1 ? "" : "s", humanDuration(delay))};
}

Duration pollInterval(const Policy& policy, unsigned poll) {
    return doubled(policy.pollInterval, std::max<Duration>(policy.pollInterval, 1h), poll);
}

Step pollStep(const Policy& policy, const std::optional<Held>& held, const History& history, Time now) {
    const auto& pending = *history.pending;
    const auto interval = pollInterval(policy, pending.polls + 1);
    const auto due = asked(history, now) ? std::min(history.requested, now)
                                         : std::max(past(pending.lastPoll, now), past(pending.since, now)) + interval;
    auto why =
        fmt::format("the CA keeps request {} for approval; it is asked every {}", pending.id, humanDuration(interval));
    const auto remaining = usable(held, now) ? std::optional(held->notAfter - now) : std::nullopt;
    return putOff({Action::poll, due, due, std::move(why)}, policy, history, remaining, now);
}

/// What `renew` says, in words.
std::string wordsOf(const Policy& policy, const Held& held) {
    const auto lifetime = held.notAfter - held.notBefore;
    if (const auto* before = std::get_if<Duration>(&policy.renewBefore))
        return *before < lifetime ? fmt::format("renew = {}", humanDuration(*before))
                                  : fmt::format("renew = {} is not shorter than its lifetime of {}, so a third of it",
                                                humanDuration(*before), humanDuration(lifetime));
    const auto share = std::get<double>(policy.renewBefore);
    if (policy.renewBefore == Policy().renewBefore)
        return fmt::format("a third of its lifetime of {}", humanDuration(lifetime));
    return fmt::format("{:g} % of its lifetime of {}", share * 100, humanDuration(lifetime));
}

std::string renewalRule(const Policy& policy, const Held& held, Time due) {
    const auto before = held.notAfter - due;
    const auto spread = before - renewalWindow(policy, held);
    const auto own = spread > Duration::zero()
                         ? fmt::format(", and {} earlier by this endpoint's part of the spread", humanDuration(spread))
                         : std::string();
    return fmt::format("renewal begins {} before expiry ({}{})", humanDuration(before), wordsOf(policy, held), own);
}

/// Whoever went back to an earlier generation does not want the next one to come at once.
Step heldBack(Step step, const Held& held, const History& history, Time now) {
    const auto until = history.heldBackUntil;
    if (until <= std::max(now, step.at) || until >= held.notAfter || step.action == Action::nothing) return step;
    step.at = step.due = until; // others of the queue need not wait for it
    step.why += "; an earlier generation was put back on request, which is not replaced before half of its rest";
    return step;
}

Step unaskedRenewalStep(const Policy& policy, const Held& held, const History& history, Time now) {
    const auto renewal = [&](Time due, std::string why) {
        return attempt(Action::renew, due, std::move(why), policy, history, held.notAfter - now, now);
    };
    if (policy.outdated)
        return renewal(std::min(held.issued, now), "the profile asks for something else than what is held");
    if (policy.nameChange == NameChange::reenroll)
        return renewal(std::min(held.issued, now), "this endpoint's names are others than those in what is held");
    const auto due = renewalDue(policy, held);
    if (due == never) return {Action::nothing, never, never, "renew = 0: it is not renewed by itself"};
    return renewal(due, renewalRule(policy, held, due));
}

Step renewalStep(const Policy& policy, const Held& held, const History& history, Time now) {
    if (asked(history, now) || owed(history))
        return attempt(Action::renew, std::min(history.requested, now), "somebody asked for it", policy, history,
                       held.notAfter - now, now);
    return heldBack(unaskedRenewalStep(policy, held, history, now), held, history, now);
}

Step enrollmentStep(const Policy& policy, const std::optional<Held>& held, const History& history, Time now) {
    if (policy.manual && history.requested == never && !held)
        return {Action::nothing, never, never, "request = \"manual\": it waits until somebody asks"};
    const auto due = held ? held->notAfter : never;
    return attempt(Action::enroll, due, held ? "the certificate has expired" : "no certificate is held", policy,
                   history, std::nullopt, now);
}

/// Deployment goes first; but an attempt whose time comes earlier than a deployment that keeps failing is not held up.
Step earlier(const Step& deployment, const Step& other, Time now) {
    const bool holdsUp = deployment.at > now && other.action != Action::nothing && other.at < deployment.at;
    return holdsUp ? other : deployment;
}

} // namespace

Duration renewalWindow(const Policy& policy, const Held& held) {
    const auto lifetime = held.notAfter - held.notBefore;
    const auto wanted = std::holds_alternative<Duration>(policy.renewBefore)
                            ? std::get<Duration>(policy.renewBefore)
                            : scaled(lifetime, std::get<double>(policy.renewBefore));
    return wanted < lifetime ? wanted : lifetime / 3;
}

Time renewalDue(const Policy& policy, const Held& held) {
    const auto window = renewalWindow(policy, held);
    if (window == Duration::zero()) return never;
    const auto earlierBy = scaled(window, policy.spread * share(policy.seed, 0));
    return std::max(held.notAfter - window - earlierBy, held.notBefore);
}

Duration backoff(const Policy& policy, const History& history, std::optional<Duration> remaining) {
    const bool slowEnd = history.lastOutcome == Outcome::refused || history.lastFault() == Fault::refused ||
                         history.lastFault() == Fault::configuration;
    const auto delay =
        slowEnd ? policy.retryDelayMax : doubled(policy.retryDelay, policy.retryDelayMax, history.failures);
    const auto ours = jittered(policy, delay, history.failures);
    return remaining ? std::min(ours, std::max<Duration>(*remaining / 20, 1h)) : ours;
}

bool gaveUp(const Policy& policy, const History& history) {
    return policy.retries > 0 && history.failures > policy.retries;
}

bool asked(const History& history, Time now) {
    if (history.requested == never) return false;
    const bool ahead = history.requested > now; // one wrong clock noted both, and they tell which was first
    return history.requested >= (ahead ? history.lastAttempt : past(history.lastAttempt, now));
}

bool owed(const History& history) {
    return history.requested != never && history.requested > history.lastSuccess;
}

bool pollLimitReached(const Policy& policy, const record::PendingTransaction& pending) {
    auto remaining = policy.pollLimit;
    for (unsigned polls = 0; polls <= pending.polls && remaining >= Duration::zero(); ++polls)
        remaining -= pollInterval(policy, polls + 1);
    return remaining < Duration::zero();
}

bool renewalUnfinished(const std::optional<Held>& held, const History& history, Time now) {
    if (!usable(held, now)) return false;
    const auto onTargets = history.deployment.generation;
    return history.pending || (onTargets != 0 && onTargets != held->generation);
}

bool hooksOwed(const std::optional<Held>& held, const History& history) {
    return held && isDeployed(*held, history) && history.deployment.hookFailures > 0;
}

Step nextStep(const Policy& policy, const std::optional<Held>& held, const History& history, Time now) {
    auto step = history.pending     ? pollStep(policy, held, history, now)
                : usable(held, now) ? renewalStep(policy, *held, history, now)
                                    : enrollmentStep(policy, held, history, now);
    if (!usable(held, now)) return step;
    if (hooksOwed(held, history)) return earlier(hookStep(policy, history.deployment, now), step, now);
    return isDeployed(*held, history) ? step : earlier(deploymentStep(policy, *held, history, now), step, now);
}

Step withUpcoming(Step step, const Held& upcoming, Time now) {
    if (step.action == Action::deploy && upcoming.notBefore > now) return step;
    return {Action::deploy, upcoming.notBefore, upcoming.notBefore,
            fmt::format("generation {} is of the coming CA and becomes valid then", upcoming.generation)};
}

Step underCircumstances(Step step, const History& history, const Circumstances& circumstances) {
    const auto now = circumstances.now;
    if (step.action == Action::nothing || step.action == Action::deploy) return step;
    const auto lastAttempt = past(history.lastAttempt, now);
    const bool askedToWait = history.notBeforeNextAttempt > now;
    const bool changed = circumstances.networkChanged > lastAttempt && circumstances.networkChanged <= now;
    if (history.lastFault() == Fault::unreachable && changed && !askedToWait && step.at > now) {
        step.at = std::min(step.at, std::max(circumstances.networkChanged, lastAttempt + networkRetry));
        step.why += "; the network has changed since the last attempt";
    }
    if (circumstances.held > std::max(now, step.at)) {
        step.at = circumstances.held;
        step.why += "; " + circumstances.heldWhy;
    }
    return step;
}

} // namespace scepd::schedule
