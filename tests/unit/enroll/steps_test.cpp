#include "enroll/steps.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using namespace scepd::enroll;
using profile::RenewalChallenge;
using profile::RenewalMessage;
using testing::ElementsAre;

constexpr Step fresh{Way::pkcsReqByItself, true};
constexpr Step renewal{Way::renewalReq, false};
constexpr Step renewalWithChallenge{Way::renewalReq, true};
constexpr Step byHeld{Way::pkcsReqByHeld, false};
constexpr Step byHeldWithChallenge{Way::pkcsReqByHeld, true};
constexpr Situation renewing{.renews = true, .offered = true, .hasChallenge = true};

std::vector<Step> steps(RenewalMessage message, RenewalChallenge challenge, const Situation& situation) {
    profile::Scep scep;
    scep.renewalMessage = message;
    scep.renewalChallenge = challenge;
    return stepsOf(scep, situation);
}

Outcome failure(const char* failInfo) {
    return scep::FailureAnswer{failInfo, ""};
}
Outcome http(long status) {
    return std::unexpected(scep::HttpFailure{status, Error(Fault::unreachable, "HTTP")});
}

TEST(Steps, OfAFirstEnrollmentAreOne) {
    EXPECT_THAT(steps(RenewalMessage::automatic, RenewalChallenge::always, {.offered = true, .hasChallenge = true}),
                ElementsAre(fresh));
    EXPECT_THAT(steps(RenewalMessage::renewal, RenewalChallenge::always, {.offered = true}), ElementsAre(Step{}));
}

TEST(Steps, OfARenewalAskWithoutTheChallengeFirst) {
    EXPECT_THAT(steps(RenewalMessage::automatic, RenewalChallenge::ifRequired, renewing),
                ElementsAre(renewal, renewalWithChallenge, byHeld, fresh));
}

TEST(Steps, OfARenewalObeyTheProfile) {
    EXPECT_THAT(steps(RenewalMessage::automatic, RenewalChallenge::never, renewing),
                ElementsAre(renewal, byHeld, fresh));
    EXPECT_THAT(steps(RenewalMessage::automatic, RenewalChallenge::always, renewing),
                ElementsAre(renewalWithChallenge, byHeldWithChallenge, fresh));
    EXPECT_THAT(steps(RenewalMessage::renewal, RenewalChallenge::never, renewing), ElementsAre(renewal));
    EXPECT_THAT(steps(RenewalMessage::pkcsSignedByOld, RenewalChallenge::ifRequired, renewing),
                ElementsAre(byHeld, byHeldWithChallenge));
    EXPECT_THAT(steps(RenewalMessage::fresh, RenewalChallenge::always, renewing), ElementsAre(fresh));
}

TEST(Steps, OfARenewalThatIsNotOfferedAreSignedWithWhatIsHeldUnlessDemanded) {
    const Situation notOffered{.renews = true, .offered = false, .hasChallenge = true};
    EXPECT_THAT(steps(RenewalMessage::automatic, RenewalChallenge::never, notOffered), ElementsAre(byHeld, fresh));
    EXPECT_THAT(steps(RenewalMessage::renewal, RenewalChallenge::never, notOffered), ElementsAre(renewal));
}

TEST(Steps, OfACertificateThatCannotDecryptBeginAfresh) {
    const Situation curve{.renews = true, .heldDecrypts = false, .offered = true, .hasChallenge = true};
    EXPECT_THAT(steps(RenewalMessage::automatic, RenewalChallenge::never, curve), ElementsAre(fresh, renewal, byHeld));
    EXPECT_THAT(steps(RenewalMessage::renewal, RenewalChallenge::never, curve), ElementsAre(renewal));
}

TEST(Steps, OfARolloverAreNeverARenewalReq) {
    profile::Scep scep;
    EXPECT_THAT(rolloverSteps(scep, renewing), ElementsAre(byHeld, fresh));
    scep.renewalMessage = RenewalMessage::renewal;
    EXPECT_THAT(rolloverSteps(scep, renewing), ElementsAre(byHeld, byHeldWithChallenge));
}

TEST(Steps, WithoutAChallengeNeverPromiseOne) {
    const Situation none{.renews = true, .offered = true, .hasChallenge = false};
    EXPECT_THAT(steps(RenewalMessage::automatic, RenewalChallenge::always, none), ElementsAre(renewal, byHeld, Step{}));
}

TEST(Steps, GoOnOnlyWhereAnotherWayMayHelp) {
    EXPECT_TRUE(suggestsAnotherWay(failure("badRequest")));
    EXPECT_TRUE(suggestsAnotherWay(failure("badMessageCheck")));
    EXPECT_TRUE(suggestsAnotherWay(http(500)));
    EXPECT_TRUE(suggestsAnotherWay(http(400)));
    EXPECT_FALSE(suggestsAnotherWay(failure("badAlg")));
    EXPECT_FALSE(suggestsAnotherWay(failure("badTime")));
    EXPECT_FALSE(suggestsAnotherWay(http(403)));
    EXPECT_FALSE(suggestsAnotherWay(http(503)));
    EXPECT_FALSE(suggestsAnotherWay(scep::Answer(scep::PendingAnswer{})));
    EXPECT_FALSE(suggestsAnotherWay(scep::Answer(scep::SuccessAnswer{})));
}

TEST(Polling, EndsInTheSameRequestAgainWhereTheCaKnowsNothingOfIt) {
    EXPECT_TRUE(isUnknownTransaction(failure("badRequest"), false));
    EXPECT_TRUE(isUnknownTransaction(failure("badCertId"), false));
    EXPECT_TRUE(isUnknownTransaction(failure("badCertId"), true));
    EXPECT_TRUE(isUnknownTransaction(http(500), true));
    EXPECT_FALSE(isUnknownTransaction(failure("badRequest"), true)) << "that is the end of a pending request";
    EXPECT_FALSE(isUnknownTransaction(http(503), false));
    EXPECT_FALSE(isUnknownTransaction(http(429), true));
    EXPECT_FALSE(isUnknownTransaction(scep::Answer(scep::PendingAnswer{}), true));
}

} // namespace
