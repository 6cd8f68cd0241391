#pragma once

#include "base/clock.hpp"
#include "schedule/next_step.hpp"

#include <chrono>
#include <ostream>

namespace scepd::record {

inline void PrintTo(Action action, std::ostream* out) {
    *out << name(action);
}
inline void PrintTo(State state, std::ostream* out) {
    *out << name(state);
}

} // namespace scepd::record

/// One certificate of 90 days, issued on the first of January 2026; times of the tests count from there.
namespace scepd::schedule::test {

using namespace std::chrono_literals;
using std::chrono::days;

inline const Time start = parseRfc3339("2026-01-01T00:00:00Z");

inline record::Held held(unsigned generation = 1, Duration lifetime = days(90)) {
    record::Held result;
    result.generation = generation;
    result.notBefore = start;
    result.notAfter = start + lifetime;
    result.issued = start;
    return result;
}

/// What the engine notes when a generation is deployed and confirmed.
inline record::History deployed(unsigned generation = 1) {
    record::History history;
    history.lastOutcome = record::Outcome::issued;
    history.lastAttempt = history.lastSuccess = start;
    history.deployment.generation = generation;
    history.deployment.confirmed = true;
    return history;
}

/// What so many failures in a row leave behind.
inline record::History failed(record::History history, unsigned failures, Time last, Fault fault = Fault::unreachable) {
    history.failures = failures;
    history.lastAttempt = last;
    history.lastOutcome = record::Outcome::failed;
    history.lastCode = generalCode(fault);
    history.lastError = "connection refused";
    return history;
}

/// Without this endpoint's own dice, so that times are round: no spread, and equal delays have no jitter.
inline Policy plainPolicy() {
    Policy policy;
    policy.spread = 0;
    policy.retryDelay = policy.retryDelayMax = 10min;
    return policy;
}

} // namespace scepd::schedule::test
