#include "schedule/queue.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <string_view>
#include <tuple>

namespace scepd::schedule {
namespace {

using record::Action;

bool isDue(const Candidate& candidate, Time now) {
    return !candidate.running && candidate.step.action != Action::nothing && candidate.step.at <= now;
}

/// The state of one decision while it is made.
class Round {
public:
    Round(const std::vector<Candidate>& candidates, const Limits& limits, Time now)
        : candidates_(candidates), limits_(limits), now_(now) {
        for (const auto& candidate : candidates_) {
            if (candidate.running) occupy(candidate);
            noteWhoIsWaitedFor(candidate);
        }
    }

    Decision run() {
        for (const auto index : inOrder(candidates_))
            consider(index);
        return std::move(decision_);
    }

private:
    void occupy(const Candidate& candidate) {
        const auto action = candidate.step.action;
        if (action == Action::deploy) return;
        authorities_.insert(candidate.authority);
        if (action == Action::renew)
            renewalRuns_ = true;
        else
            ++enrollments_;
    }

    void consider(std::size_t index) {
        const auto& candidate = candidates_[index];
        if (candidate.running || candidate.step.action == Action::nothing) return;
        if (!isDue(candidate, now_)) return lookAgainAt(candidate.step.at);
        if (!mayStart(candidate)) return;
        occupy(candidate);
        decision_.start.push_back(index);
    }

    bool mayStart(const Candidate& candidate) {
        if (candidate.step.action == Action::deploy) return true;
        if (authorities_.contains(candidate.authority)) return false; // its end makes us decide again
        if (candidate.step.action == Action::renew) return mayRenew(candidate);
        return enrollments_ < limits_.parallel;
    }

    bool mayRenew(const Candidate& candidate) {
        if (renewalRuns_) return false;
        if (candidate.asked || now_ >= emergencyBegins(candidate)) return true;
        if (const auto earliest = limits_.lastRenewal + limits_.spacing;
            limits_.lastRenewal != never && limits_.lastRenewal <= now_ && now_ < earliest) {
            lookAgainAt(std::min(earliest, emergencyBegins(candidate)));
            return false;
        }
        if (now_ >= dangerBegins(candidate) || !waitsForAnother(candidate)) return true;
        lookAgainAt(dangerBegins(candidate));
        return false;
    }

    /// The first must succeed before the next begins: another renewal is on its way to its consumers, or fell due
    /// earlier and waits for its next try.
    [[nodiscard]] bool waitsForAnother(const Candidate& candidate) const {
        return unfinished_ > (candidate.unfinished ? 1U : 0U) ||
               (failingSince_ != never && failingSince_ < candidate.step.due);
    }

    void noteWhoIsWaitedFor(const Candidate& candidate) {
        const auto& step = candidate.step;
        const bool failing = step.action == Action::renew && !candidate.running && step.at > now_ && step.due <= now_;
        if (failing && (failingSince_ == never || step.due < failingSince_)) failingSince_ = step.due;
        if (candidate.unfinished) ++unfinished_;
    }

    void lookAgainAt(Time time) {
        if (time <= now_) return;
        if (decision_.wakeUp == never || time < decision_.wakeUp) decision_.wakeUp = time;
    }

    const std::vector<Candidate>& candidates_;
    const Limits& limits_;
    Time now_;
    std::set<std::string> authorities_;
    bool renewalRuns_ = false;
    unsigned enrollments_ = 0;
    unsigned unfinished_ = 0;
    Time failingSince_ = never; ///< When the one that failed fell due, the earliest of them.
    Decision decision_;
};

} // namespace

std::vector<std::size_t> inOrder(const std::vector<Candidate>& candidates) {
    std::vector<std::size_t> order(candidates.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) {
        const auto& candidate = candidates[i];
        return std::tuple(!candidate.opensTheNetwork, candidate.step.due, std::string_view(candidate.name));
    });
    return order;
}

Time emergencyBegins(const Candidate& candidate) {
    return candidate.notAfter - candidate.lifetime / 20;
}

Time dangerBegins(const Candidate& candidate) {
    return std::min(candidate.notAfter - candidate.window / 2, emergencyBegins(candidate));
}

Decision decide(const std::vector<Candidate>& candidates, const Limits& limits, Time now) {
    return Round(candidates, limits, now).run();
}

std::vector<std::string> queueOf(const std::vector<Candidate>& candidates, Time now) {
    std::vector<std::string> running, due;
    for (const auto index : inOrder(candidates)) {
        const auto& candidate = candidates[index];
        if (candidate.running)
            running.push_back(candidate.name);
        else if (isDue(candidate, now))
            due.push_back(candidate.name);
    }
    running.insert(running.end(), due.begin(), due.end());
    return running;
}

} // namespace scepd::schedule
