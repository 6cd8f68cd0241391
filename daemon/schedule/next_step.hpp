#pragma once

#include "base/clock.hpp"
#include "record/held.hpp"
#include "record/history.hpp"
#include "record/status.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

/// What is due, when and why: pure functions of values, time being an argument. The rules stand in scepd-profile(5).
namespace scepd::schedule {

/// Whether what is held bears the names that would be asked for now and, when it does not, what the profile wants then.
enum class NameChange { none, keep, reenroll, alert };

/// What a profile says about time, for one certificate on this endpoint.
struct Policy {
    std::variant<Duration, double> renewBefore = 1.0 / 3; ///< Before expiry; a share is of the lifetime. Zero: never.
    bool outdated = false;                    ///< What is held is not what the profile asks for: it is replaced now.
    NameChange nameChange = NameChange::none; ///< reenroll: what is held is replaced now.
    bool manual = false;                      ///< Not before somebody has asked.
    unsigned retries = 0; ///< Further attempts after a failed one before giving up; 0: never give up.
    Duration retryDelay = std::chrono::minutes(1);
    Duration retryDelayMax = std::chrono::hours(6);
    Duration pollInterval = std::chrono::minutes(1);
    Duration pollLimit = std::chrono::days(7);
    double spread = 0.1;    ///< Share of the renewal window by which this endpoint may be earlier.
    std::uint64_t seed = 0; ///< hash(machine-id, certificate name)

    bool operator==(const Policy&) const = default;
};

/// The next thing to do for one certificate.
struct Step {
    record::Action action = record::Action::nothing;
    Time at;         ///< Not before this time. `never` for nothing.
    Time due;        ///< When it was due by the rules, before backoff: the place in the queue.
    std::string why; ///< The rule and its numbers, in a sentence for people.

    bool operator==(const Step&) const = default;
};

/// The renewal window: how long before expiry renewal begins, the endpoint's spread not counted. A `renew` that is not
/// shorter than the lifetime is clamped to a third of it. Zero when the certificate is never renewed.
Duration renewalWindow(const Policy& policy, const record::Held& held);

/// When renewal is due: expiry minus the window, and earlier by this endpoint's part of the spread. `never` when it is
/// not renewed.
Time renewalDue(const Policy& policy, const record::Held& held);

/// A server's Retry-After counts up to here.
inline constexpr Duration longestRetryAfter = std::chrono::hours(24);

/// The delay after so many failures in a row: doubling from retry-delay to retry-delay-max, ±20 % by this endpoint's
/// own dice, the slow end at once after a refusal or a configuration fault. With `remaining` lifetime it is not longer
/// than a twentieth of it, but for that reason not shorter than an hour.
Duration backoff(const Policy& policy, const record::History& history, std::optional<Duration> remaining);

/// True when retries are used up: nothing more comes by itself.
bool gaveUp(const Policy& policy, const record::History& history);

/// True when somebody asked and no attempt was made since.
bool asked(const record::History& history, Time now);

/// True when nothing was issued since somebody asked: the attempt failed, or ended with the daemon.
bool owed(const record::History& history);

/// True when the CA was asked for a pending request as often as poll-limit allows, so that it is asked once more no
/// further. The intervals between the polls count and not the times that were noted: those jump when the clock is set,
/// and a machine that was off has not asked.
bool pollLimitReached(const Policy& policy, const record::PendingTransaction& pending);

/// True while a renewal has begun and is no success yet: the CA keeps it for approval, or it is issued and the targets
/// still hold the generation before.
bool renewalUnfinished(const std::optional<record::Held>& held, const record::History& history, Time now);

/// True when what is held is in use and a hook of it has failed, which is to run again.
bool hooksOwed(const std::optional<record::Held>& held, const record::History& history);

/// The next step: deployment of what is held and not yet confirmed on its targets, or of hooks that failed, a poll of
/// what the CA keeps, renewal, or enrollment. Times of the history that lie ahead of `now` were written under a wrong
/// clock and do not count.
Step nextStep(const Policy& policy, const std::optional<record::Held>& held, const record::History& history, Time now);

/// The step while a certificate of the coming CA is held (RFC 8894 section 4.7): it is installed when it becomes valid,
/// and until then what is in use is deployed where it is not, but not renewed.
Step withUpcoming(Step step, const record::Held& upcoming, Time now);

/// What holds for the whole endpoint.
struct Circumstances {
    Time now{};            ///< By a clock that was found plausible.
    Time networkChanged{}; ///< When the network last became better; `never` for not since the start.
    Time held{}; ///< Until when nothing goes to a CA: the clock is waited for, or a boot spread. `never`: go on.
    std::string heldWhy{}; ///< In words, for people.

    bool operator==(const Circumstances&) const = default;
};

/// After a change of the network what was unreachable is tried again this long after its last attempt at the latest.
inline constexpr Duration networkRetry = std::chrono::seconds(5);

/// The step under these circumstances: what could not reach its CA is tried again when the network has changed, and
/// what goes to a CA waits while the endpoint is held.
Step underCircumstances(Step step, const record::History& history, const Circumstances& circumstances);

} // namespace scepd::schedule
