#include "schedule/notes.hpp"

#include "schedule/next_step.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>

namespace scepd::schedule {
namespace {

using record::History;
using record::Outcome;

/// No trouble is left of what came before.
History withoutTrouble(History history, Outcome outcome) {
    history.lastOutcome = outcome;
    history.failures = 0;
    history.lastCode.reset();
    history.lastError.clear();
    return history;
}

History withTrouble(History history, Outcome outcome, Code code, const std::string& reason) {
    history.lastOutcome = outcome;
    history.lastCode = code;
    history.lastError = reason;
    ++history.failures;
    return history;
}

/// RFC 8894 section 3.2.1.4.5.
Code codeOfRefusal(std::string_view failInfo) {
    constexpr std::array<std::pair<std::string_view, Code>, 5> codes{{
        {"badAlg", Code::badAlg},
        {"badMessageCheck", Code::badMessageCheck},
        {"badRequest", Code::badRequest},
        {"badTime", Code::badTime},
        {"badCertId", Code::badCertId},
    }};
    const auto* const found = std::ranges::find(codes, failInfo, &std::pair<std::string_view, Code>::first);
    return found != codes.end() ? found->second : Code::refused;
}

/// One function per way to end.
struct End {
    History history;
    Time now;

    History operator()(const record::Issued& issued) {
        auto next = withoutTrouble(std::move(history), Outcome::issued);
        next.lastSuccess = now;
        next.notBeforeNextAttempt = next.heldBackUntil = never;
        next.pending.reset();
        return issued.upcoming ? next : noteNewGeneration(std::move(next));
    }

    History operator()(const record::Pending& pending) {
        auto next = withoutTrouble(std::move(history), Outcome::pending);
        if (next.pending && next.pending->id == pending.transaction)
            ++next.pending->polls;
        else
            next.pending =
                record::PendingTransaction{.id = pending.transaction, .since = now, .lastPoll = now, .polls = 0};
        next.pending->lastPoll = now;
        return next;
    }

    History operator()(const record::Refused& refused) {
        history.pending.reset();
        return withTrouble(std::move(history), Outcome::refused, codeOfRefusal(refused.failInfo), refused.reason);
    }

    History operator()(const record::Waiting& waiting) {
        return withTrouble(std::move(history), Outcome::waiting, Code::variableUnknown, waiting.reason);
    }

    History operator()(const record::Failed& failed) {
        if (failed.retryAfter) history.notBeforeNextAttempt = now + std::min(*failed.retryAfter, longestRetryAfter);
        if (history.pending) history.pending->lastPoll = now;
        return withTrouble(std::move(history), Outcome::failed, failed.code, failed.reason);
    }

    template <typename Other>
    History operator()(const Other& /*report*/) {
        return (*this)(record::Failed{Code::local, "scepd-enroll reported something that it was not asked for", {}});
    }
};

/// Files that stayed as they were for so long are left alone by whoever changed them before.
constexpr Duration quietTime = std::chrono::days(1);

void notInTheFuture(Time& time, Time now) {
    time = std::min(time, now);
}

} // namespace

History noteRequest(History history, bool force, Time now) {
    history.requested = now;
    history.failures = 0;
    if (force) history.notBeforeNextAttempt = never;
    return history;
}

History noteAttempt(History history, Time now) {
    ++history.attempts;
    history.lastAttempt = now;
    // Asked for before this attempt: asked() is served by it, owed() until something is issued.
    if (history.requested != never) history.requested = std::min(history.requested, now - Duration(1));
    return history;
}

History noteEnd(History history, const record::Report& report, Time now) {
    return std::visit(End{std::move(history), now}, report);
}

History noteUntold(History history, const record::Held& held) {
    const bool begun = history.lastAttempt > history.lastSuccess && held.issued >= history.lastAttempt;
    // Asked for, and not even the beginning could be written down.
    const bool served = history.requested > history.lastSuccess && history.requested >= history.lastAttempt &&
                        held.issued >= history.requested;
    if (!begun && !served) return history;
    if (served) history = noteAttempt(std::move(history), held.issued);
    return noteEnd(std::move(history), record::Issued{held}, held.issued);
}

History noteDeployed(History history, unsigned generation, Time now) {
    auto& deployment = history.deployment;
    const bool renews = deployment.generation != 0 && deployment.generation < generation;
    if (renews) history.lastRenewal = now;
    deployment.generation = generation;
    deployment.confirmed = true;
    deployment.failures = 0;
    deployment.error.clear();
    deployment.code.reset();
    if (deployment.heals > 0) deployment.lastDrift = now;
    deployment.hookFailures = std::ranges::any_of(deployment.targets, record::isHook) ? 1 : 0;
    deployment.lastAttempt = now;
    return history;
}

History noteHooks(History history, const std::vector<record::TargetState>& failed, Time now) {
    auto& deployment = history.deployment;
    std::erase_if(deployment.targets, record::isHook);
    deployment.targets.insert(deployment.targets.end(), failed.begin(), failed.end());
    deployment.hookFailures = failed.empty() ? 0 : deployment.hookFailures + 1;
    deployment.lastAttempt = now;
    return history;
}

History noteDeploymentFailure(History history, const Error& why, Time now) {
    auto& deployment = history.deployment;
    ++deployment.failures;
    deployment.lastAttempt = now;
    deployment.error = fmt::format("the deployment failed: {}", why.what());
    deployment.code = why.code();
    return history;
}

History noteInspection(History history, const std::vector<record::TargetState>& rows) {
    auto& targets = history.deployment.targets;
    for (const auto& row : rows) {
        const auto known = std::ranges::find(targets, row.target, &record::TargetState::target);
        if (known == targets.end())
            targets.push_back(row);
        else if (known->state != row.state || !row.detail.empty())
            *known = row;
    }
    return history;
}

History noteDrift(History history, const std::string& what, Time now) {
    auto& deployment = history.deployment;
    const bool quiet = deployment.lastDrift > now || now - deployment.lastDrift >= quietTime;
    deployment.heals = quiet ? 1 : deployment.heals + 1;
    deployment.lastDrift = now;
    deployment.confirmed = false;
    deployment.error = what;
    deployment.code = Code::drifted;
    return history;
}

History noteNewGeneration(History history) {
    history.deployment.failures = 0;
    history.deployment.heals = 0;
    history.deployment.error.clear();
    history.deployment.code.reset();
    return history;
}

History noteRollback(History history, const record::Held& held, Time now) {
    auto next = noteNewGeneration(std::move(history));
    next.heldBackUntil = now + (held.notAfter - now) / 2;
    next.requested = never; // what was asked for before is not wanted any more
    return next;
}

History noteChange(History history) {
    auto fresh = noteNewGeneration(noteFileChange(std::move(history)));
    fresh.deployment.confirmed = false;
    fresh.heldBackUntil = never;
    return fresh;
}

History noteFileChange(History history) {
    auto fresh = withoutTrouble(std::move(history), Outcome::none);
    fresh.notBeforeNextAttempt = fresh.lastFailedLook = never;
    return fresh;
}

History noteClockStep(History history, Time now) {
    // What was asked for before the last attempt stays so: it is not asked for again.
    notInTheFuture(history.requested, history.requested < history.lastAttempt ? now - Duration(1) : now);
    notInTheFuture(history.lastAttempt, now);
    notInTheFuture(history.lastSuccess, now);
    notInTheFuture(history.lastRenewal, now);
    notInTheFuture(history.lastLook, now);
    notInTheFuture(history.lastFailedLook, now);
    notInTheFuture(history.deployment.lastAttempt, now);
    notInTheFuture(history.deployment.lastDrift, now);
    if (history.pending) notInTheFuture(history.pending->lastPoll, now);
    if (history.pending) notInTheFuture(history.pending->since, now);
    return history;
}

} // namespace scepd::schedule
