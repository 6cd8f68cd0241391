#include "enroll/steps.hpp"

namespace scepd::enroll {
namespace {

/// Statuses of servers that do not know a message; from others one learns nothing by asking in another way.
bool isNotUnderstood(long status) {
    return status == 400 || status == 404 || status == 405 || status == 500 || status == 501;
}

std::vector<Step> renewalSteps(profile::RenewalChallenge when, bool hasChallenge) {
    if (when == profile::RenewalChallenge::never || !hasChallenge) return {{.renewal = true}};
    const Step withChallenge{.renewal = true, .challenge = true};
    if (when == profile::RenewalChallenge::always) return {withChallenge};
    return {{.renewal = true}, withChallenge};
}

} // namespace

std::vector<Step> stepsOf(const profile::Scep& scep, const Situation& situation) {
    const Step fresh{.challenge = situation.hasChallenge};
    const bool always = scep.renewalMessage == profile::RenewalMessage::renewal;
    const bool automatic = scep.renewalMessage == profile::RenewalMessage::automatic && situation.offered;
    if (!situation.renews || (!always && !automatic)) return {fresh};
    auto steps = renewalSteps(scep.renewalChallenge, situation.hasChallenge);
    if (automatic) steps.push_back(fresh);
    return steps;
}

bool suggestsAnotherWay(const Outcome& outcome) {
    if (!outcome) return isNotUnderstood(outcome.error().status);
    const auto* failure = std::get_if<scep::FailureAnswer>(&*outcome);
    return failure != nullptr && (failure->failInfo == "badRequest" || failure->failInfo == "badMessageCheck");
}

bool isUnknownTransaction(const Outcome& outcome, bool wasPending) {
    if (!outcome) return isNotUnderstood(outcome.error().status);
    const auto* failure = std::get_if<scep::FailureAnswer>(&*outcome);
    return failure != nullptr && (!wasPending || failure->failInfo == "badCertId");
}

} // namespace scepd::enroll
