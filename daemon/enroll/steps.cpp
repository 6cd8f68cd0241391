#include "enroll/steps.hpp"

namespace scepd::enroll {
namespace {

/// Statuses of servers that do not know a message; from others one learns nothing by asking in another way.
bool isNotUnderstood(long status) {
    return status == 400 || status == 404 || status == 405 || status == 500 || status == 501;
}

using profile::RenewalMessage;
using Steps = std::vector<Step>;

/// One way, without and with the challenge as renewal-challenge says.
Steps signedByHeld(Way way, profile::RenewalChallenge when, bool hasChallenge) {
    const Step with{way, true};
    const Step without{way, false};
    if (when == profile::RenewalChallenge::never || !hasChallenge) return {without};
    if (when == profile::RenewalChallenge::always) return {with};
    return {without, with};
}

/// RenewalReq where it is offered, then the PKCSReq that older servers take in its place, then a fresh enrollment: the
/// challenge that comes with the last need not be shown before.
Steps automatic(const profile::Scep& scep, const Situation& situation) {
    const Step fresh{Way::pkcsReqByItself, situation.hasChallenge};
    Steps steps;
    if (situation.offered) steps = signedByHeld(Way::renewalReq, scep.renewalChallenge, situation.hasChallenge);
    const bool always = scep.renewalChallenge == profile::RenewalChallenge::always && situation.hasChallenge;
    steps.push_back({Way::pkcsReqByHeld, always});
    steps.insert(situation.heldDecrypts ? steps.end() : steps.begin(), fresh);
    return steps;
}

} // namespace

bool canSign(const record::Held& held, const std::string& names, Time now) {
    return held.notAfter > now && (held.names.empty() || held.names == names);
}

bool maySendChallenge(const profile::Challenge& challenge, bool held) {
    return !std::holds_alternative<profile::NoChallenge>(challenge.source) && !(challenge.once && held);
}

Steps stepsOf(const profile::Scep& scep, const Situation& situation) {
    const Step fresh{Way::pkcsReqByItself, situation.hasChallenge};
    if (!situation.renews) return {fresh};
    switch (scep.renewalMessage) {
    case RenewalMessage::automatic:
        return automatic(scep, situation);
    case RenewalMessage::renewal:
        return signedByHeld(Way::renewalReq, scep.renewalChallenge, situation.hasChallenge);
    case RenewalMessage::pkcsSignedByOld:
        return signedByHeld(Way::pkcsReqByHeld, scep.renewalChallenge, situation.hasChallenge);
    case RenewalMessage::fresh:
        break;
    }
    return {fresh};
}

Steps rolloverSteps(const profile::Scep& scep, const Situation& situation) {
    auto byPkcsReq = scep;
    if (byPkcsReq.renewalMessage == RenewalMessage::renewal) byPkcsReq.renewalMessage = RenewalMessage::pkcsSignedByOld;
    auto asOffered = situation;
    asOffered.offered = false;
    return stepsOf(byPkcsReq, asOffered);
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
