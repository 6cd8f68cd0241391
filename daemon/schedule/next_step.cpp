#include "schedule/next_step.hpp"

#include "schedule/spread.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace scepd::schedule {
namespace {

using record::Action;
using record::Held;
using record::History;
using record::Outcome;
using namespace std::chrono_literals;

Duration scaled(Duration duration, double factor) {
    return Duration(static_cast<Duration::rep>(std::llround(static_cast<double>(duration.count()) * factor)));
}

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

bool gaveUp(const Policy& policy, const History& history) {
    return policy.retries > 0 && history.failures > policy.retries;
}

bool asked(const History& history) {
    return history.requested != never && history.requested >= history.lastAttempt;
}

Step attempt(Action action, Time due, std::string why, const Policy& policy, const History& history,
             std::optional<Duration> remaining) {
    if (gaveUp(policy, history) && !asked(history))
        return {Action::nothing, never, never,
                fmt::format("gave up after {} failures: retries = {}", history.failures, policy.retries)};
    auto at = std::max(due, history.notBeforeNextAttempt);
    if (history.failures > 0) {
        const auto delay = backoff(policy, history, remaining);
        at = std::max(at, history.lastAttempt + delay);
        why = fmt::format("{}; after {} failed attempt{} in a row the next waits {}", why, history.failures,
                          history.failures == 1 ? "" : "s", humanDuration(delay));
    }
    return {action, at, due, std::move(why)};
}

Step deploymentStep(const Policy& policy, const Held& held, const History& history) {
    const auto& deployment = history.deployment;
    auto at = held.issued;
    auto why = fmt::format("generation {} is not on its targets yet", held.generation);
    if (deployment.failures > 0) {
        const auto delay = jittered(policy, doubled(policy.retryDelay, policy.retryDelayMax, deployment.failures),
                                    deployment.failures);
        at = deployment.lastAttempt + delay;
        why = fmt::format("the deployment of generation {} failed {} time{}; the next waits {}", held.generation,
                          deployment.failures, deployment.failures == 1 ? "" : "s", humanDuration(delay));
    }
    return {Action::deploy, at, at, std::move(why)};
}

Step pollStep(const Policy& policy, const History& history) {
    const auto& pending = *history.pending;
    const auto interval = doubled(policy.pollInterval, std::max<Duration>(policy.pollInterval, 1h), pending.polls + 1);
    const auto at = asked(history) ? history.requested : std::max(pending.lastPoll, pending.since) + interval;
    return {
        Action::poll, at, at,
        fmt::format("the CA keeps request {} for approval; it is asked every {}", pending.id, humanDuration(interval))};
}

Step renewalStep(const Policy& policy, const Held& held, const History& history, Time now) {
    if (asked(history))
        return attempt(Action::renew, history.requested, "somebody asked for it", policy, history, held.notAfter - now);
    const auto due = renewalDue(policy, held);
    if (due == never) return {Action::nothing, never, never, "renew = 0: it is not renewed by itself"};
    auto why = fmt::format("renewal begins {} before expiry", humanDuration(held.notAfter - due));
    return attempt(Action::renew, due, std::move(why), policy, history, held.notAfter - now);
}

Step enrollmentStep(const Policy& policy, const std::optional<Held>& held, const History& history) {
    if (policy.manual && history.requested == never && !held)
        return {Action::nothing, never, never, "request = \"manual\": it waits until somebody asks"};
    const auto due = held ? held->notAfter : never;
    return attempt(Action::enroll, due, held ? "the certificate has expired" : "no certificate is held", policy,
                   history, std::nullopt);
}

/// Deployment goes first; but an attempt whose time comes earlier than a deployment that keeps failing is not held up.
Step earlier(Step deployment, Step other, Time now) {
    const bool otherIsDue = other.action != Action::nothing && other.at <= now;
    return deployment.at > now && otherIsDue ? other : deployment;
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
    const bool slowEnd = history.lastOutcome == Outcome::refused || history.lastFault == Fault::configuration;
    auto delay = slowEnd ? policy.retryDelayMax : doubled(policy.retryDelay, policy.retryDelayMax, history.failures);
    if (remaining) delay = std::min(delay, std::max<Duration>(*remaining / 20, 1h));
    return jittered(policy, delay, history.failures);
}

Step nextStep(const Policy& policy, const std::optional<Held>& held, const History& history, Time now) {
    auto step = history.pending     ? pollStep(policy, history)
                : usable(held, now) ? renewalStep(policy, *held, history, now)
                                    : enrollmentStep(policy, held, history);
    const auto& deployment = history.deployment;
    const bool deployed = held && deployment.generation == held->generation && deployment.confirmed;
    if (!usable(held, now) || deployed) return step;
    return earlier(deploymentStep(policy, *held, history), std::move(step), now);
}

} // namespace scepd::schedule
