#pragma once

#include "schedule/next_step.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace scepd::schedule {

/// One certificate as the queue sees it.
struct Candidate {
    std::string name;
    std::string authority;        ///< Certificates of the same CA have the same text: one outstanding request per CA.
    bool opensTheNetwork = false; ///< 802.1X: goes first.
    bool asked = false;           ///< Somebody asked for it: spacing does not count.
    bool running = false;         ///< `step.action` is what runs now.
    bool unfinished = false;      ///< renewalUnfinished(): its renewal has begun and is no success yet.
    Step step;
    Time notAfter;       ///< Of what is held; `never` for nothing.
    Duration lifetime{}; ///< Of what is held; zero without.
    Duration window{};   ///< The renewal window; zero without.

    bool operator==(const Candidate&) const = default;
};

/// The endpoint's rules for all its certificates together.
struct Limits {
    Duration spacing = std::chrono::hours(1); ///< From the success of one renewal to the start of the next.
    unsigned parallel = 2;                    ///< First enrollments at a time.
    Time lastRenewal;                         ///< When a renewal last succeeded; `never` for none.

    bool operator==(const Limits&) const = default;
};

/// What to start now and when to look again.
struct Decision {
    std::vector<std::size_t> start; ///< Indices into the candidates, first one first.
    Time wakeUp; ///< The next time at which something may be due; `never` when only an event can change it.

    bool operator==(const Decision&) const = default;
};

/// Decides for all certificates, in the order of the queue: deployments at once; first enrollments and polls up to
/// `parallel` at a time, one request per CA; renewals one at a time, `spacing` apart, none before the one that has
/// begun is issued, deployed and confirmed. A renewal whose turn has not come overtakes when half of its own renewal
/// window is gone, and in the last 5 % of its lifetime spacing does not count.
Decision decide(const std::vector<Candidate>& candidates, const Limits& limits, Time now);

/// The order of the queue, as indices: 802.1X first, then what fell due first; the name makes it the same on every run.
/// What was tried in vain, renewals excepted, lets all others go first: were it tried again at once, one that hangs
/// would keep the others from their CA.
std::vector<std::size_t> inOrder(const std::vector<Candidate>& candidates);

/// When a renewal may overtake although it is not its turn: half of its window is gone, or its emergency begins.
Time dangerBegins(const Candidate& candidate);

/// The last 5 % of the lifetime: spread and spacing no longer count.
Time emergencyBegins(const Candidate& candidate);

/// The queue as people see it: what runs, then what is due, first one first.
std::vector<std::string> queueOf(const std::vector<Candidate>& candidates, Time now);

} // namespace scepd::schedule
