#include "schedule/next_step.hpp"

#include "unit/schedule/samples.hpp"

#include <limits>
#include <optional>
#include <string>

#include <gmock/gmock.h>

namespace scepd::schedule {
namespace {

using namespace test;
using record::Action;
using record::History;
using record::Outcome;
using record::PendingTransaction;
using testing::AllOf;
using testing::Ge;
using testing::HasSubstr;
using testing::Le;

// ---- when renewal is due ----

TEST(Renewal, IsDueAThirdOfTheLifetimeBeforeExpiryByDefault) {
    EXPECT_EQ(renewalWindow(Policy(), held()), Duration(days(30)));
    EXPECT_EQ(renewalDue(plainPolicy(), held()), start + days(60));
}

TEST(Renewal, IsDueADurationOrAShareOfTheLifetimeBeforeExpiry) {
    auto policy = plainPolicy();
    policy.renewBefore = Duration(days(7));
    EXPECT_EQ(renewalDue(policy, held()), start + days(83));
    policy.renewBefore = 0.2;
    EXPECT_EQ(renewalDue(policy, held()), start + days(72));
}

TEST(Renewal, BeforeTheCertificateWouldBeginIsClampedToAThird) {
    auto policy = plainPolicy();
    for (const Duration before : {Duration(days(90)), Duration(days(400))}) {
        policy.renewBefore = before;
        EXPECT_EQ(renewalWindow(policy, held()), Duration(days(30)));
    }
    policy.renewBefore = 1.0;
    EXPECT_EQ(renewalDue(policy, held()), start + days(60));
}

TEST(Renewal, SaysByWhichRuleItBegins) {
    auto policy = plainPolicy();
    const auto why = [&] { return nextStep(policy, held(), deployed(), start).why; };
    policy.renewBefore = Duration(days(7));
    EXPECT_EQ(why(), "renewal begins 7d before expiry (renew = 7d)");
    policy.renewBefore = 0.2;
    EXPECT_EQ(why(), "renewal begins 18d before expiry (20 % of its lifetime of 90d)");
    policy.renewBefore = Duration(days(400));
    EXPECT_EQ(why(),
              "renewal begins 30d before expiry (renew = 400d is not shorter than its lifetime of 90d, so a third "
              "of it)");
    policy.spread = 0.1;
    policy.seed = 7;
    policy.renewBefore = Duration(days(7));
    EXPECT_THAT(why(),
                AllOf(HasSubstr("(renew = 7d, and "), HasSubstr(" earlier by this endpoint's part of the spread)")));
}

TEST(Renewal, OfZeroIsNever) {
    auto policy = plainPolicy();
    for (const std::variant<Duration, double> zero : {std::variant<Duration, double>(Duration::zero()), {0.0}}) {
        policy.renewBefore = zero;
        EXPECT_EQ(renewalWindow(policy, held()), Duration::zero());
        EXPECT_EQ(renewalDue(policy, held()), never);
        const auto step = nextStep(policy, held(), deployed(), start + days(89));
        EXPECT_EQ(step.action, Action::nothing);
        EXPECT_EQ(step.at, never);
        EXPECT_EQ(step.why, "renew = 0: it is not renewed by itself");
    }
}

TEST(Renewal, IsTheNextStepOfWhatIsHeldAndDeployedAndSaysWhy) {
    const auto step = nextStep(plainPolicy(), held(), deployed(), start + 1h);

    EXPECT_EQ(step, (Step{Action::renew, start + days(60), start + days(60),
                          "renewal begins 30d before expiry (a third of its lifetime of 90d)"}));
}

TEST(Renewal, OfAnExpiredCertificateIsAnEnrollment) {
    const auto step = nextStep(plainPolicy(), held(), deployed(), start + days(90));

    EXPECT_EQ(step, (Step{Action::enroll, start + days(90), start + days(90), "the certificate has expired"}));
}

TEST(Renewal, ThatWouldNotBeDueComesWhenSomebodyAsks) {
    auto history = deployed();
    history.requested = start + days(3);
    const auto step = nextStep(plainPolicy(), held(), history, start + days(3));

    EXPECT_EQ(step, (Step{Action::renew, start + days(3), start + days(3), "somebody asked for it"}));
}

TEST(Renewal, ThatSomebodyAskedForIsOwedUntilOneSucceeds) {
    auto history = failed(deployed(), 1, start + days(3) + 1us);
    history.requested = start + days(3);
    auto step = nextStep(plainPolicy(), held(), history, start + days(3) + 1min);
    EXPECT_EQ(step.action, Action::renew);
    EXPECT_EQ(step.at, start + days(3) + 1us + 10min);

    history.failures = 0;
    history.lastSuccess = start + days(3) + 1h;
    EXPECT_EQ(nextStep(plainPolicy(), held(), history, start + days(3) + 2h).at, start + days(60));
}

TEST(Renewal, IsDueNowWhenTheProfileAsksForSomethingElseThanWhatIsHeld) {
    auto policy = plainPolicy();
    policy.outdated = true;
    const auto step = nextStep(policy, held(), deployed(), start + days(3));

    EXPECT_EQ(step, (Step{Action::renew, start, start, "the profile asks for something else than what is held"}));
}

TEST(Renewal, IsDueNowWhenTheNamesAreOthersAndTheProfileWantsThemInTheCertificate) {
    auto policy = plainPolicy();
    policy.nameChange = NameChange::reenroll;
    const auto step = nextStep(policy, held(), deployed(), start + days(3));

    EXPECT_EQ(step, (Step{Action::renew, start, start, "this endpoint's names are others than those in what is held"}));
}

TEST(Renewal, IsDueInItsTimeWhenTheNamesAreOthersAndTheProfileKeepsThemOrWantsAnAlert) {
    const auto expected = nextStep(plainPolicy(), held(), deployed(), start + days(3));
    for (const auto change : {NameChange::keep, NameChange::alert}) {
        auto policy = plainPolicy();
        policy.nameChange = change;
        EXPECT_EQ(nextStep(policy, held(), deployed(), start + days(3)), expected);
    }
}

TEST(Renewal, UnderOtherNamesThatIsRefusedWaitsAtTheSlowEnd) {
    auto policy = plainPolicy();
    policy.retryDelayMax = 6h;
    policy.nameChange = NameChange::reenroll;
    const auto refused = failed(deployed(), 1, start + days(3), Fault::refused);

    EXPECT_GT(nextStep(policy, held(), refused, start + days(3)).at, start + days(3) + 4h);
}

// ---- first enrollment ----

TEST(Enrollment, IsDueAtOnceWhenNothingIsHeld) {
    const auto step = nextStep(plainPolicy(), std::nullopt, History(), start);

    EXPECT_EQ(step.action, Action::enroll);
    EXPECT_LE(step.at, start);
    EXPECT_EQ(step.why, "no certificate is held");
}

TEST(Enrollment, ThatIsManualWaitsUntilSomebodyAsks) {
    auto policy = plainPolicy();
    policy.manual = true;
    EXPECT_EQ(nextStep(policy, std::nullopt, History(), start),
              (Step{Action::nothing, never, never, "request = \"manual\": it waits until somebody asks"}));

    History history;
    history.requested = start;
    EXPECT_EQ(nextStep(policy, std::nullopt, history, start).action, Action::enroll);
}

TEST(Enrollment, ThatSomebodyAskedForIsTriedAgainAfterAFailure) {
    auto policy = plainPolicy();
    policy.manual = true;
    auto history = failed({}, 1, start);
    history.requested = start - 1us; // as the engine notes the start of the attempt
    const auto step = nextStep(policy, std::nullopt, history, start);

    EXPECT_EQ(step.action, Action::enroll);
    EXPECT_EQ(step.at, start + 10min);
}

TEST(Enrollment, OfAManualProfileIsRenewedByItself) {
    auto policy = plainPolicy();
    policy.manual = true;
    EXPECT_EQ(nextStep(policy, held(), deployed(), start).at, start + days(60));
    EXPECT_EQ(nextStep(policy, held(), deployed(), start + days(91)).action, Action::enroll);
}

// ---- after failures ----

TEST(Backoff, DoublesFromTheDelayToItsMaximumWithinTwentyPercent) {
    Policy policy; // 1 minute to 6 hours
    const Duration middle[] = {1min, 2min, 4min, 8min, 16min, 32min, 64min, 128min, 256min, 6h, 6h, 6h};
    for (policy.seed = 0; policy.seed < 50; ++policy.seed) {
        unsigned failures = 0;
        for (const auto delay : middle) {
            const auto ours = backoff(policy, failed({}, ++failures, start), std::nullopt);
            EXPECT_THAT(ours.count(), AllOf(Ge(delay.count() * 8 / 10), Le(delay.count() * 12 / 10)));
        }
    }
}

TEST(Backoff, IsTheSameEveryTimeAndAnotherForOtherEndpointsAndCounts) {
    Policy policy;
    policy.seed = 7;
    Policy other;
    other.seed = 8;
    const auto history = failed({}, 11, start);
    EXPECT_EQ(backoff(policy, history, std::nullopt), backoff(policy, history, std::nullopt));
    EXPECT_NE(backoff(policy, history, std::nullopt), backoff(other, history, std::nullopt));
    EXPECT_NE(backoff(policy, history, std::nullopt), backoff(policy, failed({}, 12, start), std::nullopt));
}

TEST(Backoff, OfEqualDelaysIsAFixedInterval) {
    auto policy = plainPolicy();
    for (policy.seed = 0; policy.seed < 20; ++policy.seed)
        for (unsigned failures = 1; failures < 20; ++failures)
            EXPECT_EQ(backoff(policy, failed({}, failures, start), std::nullopt), 10min);
}

TEST(Backoff, DoesNotOverflowAfterFourThousandMillionFailures) {
    Policy policy;
    const auto delay = backoff(policy, failed({}, std::numeric_limits<unsigned>::max(), start), std::nullopt);

    EXPECT_LE(delay, 432min);
    EXPECT_GE(delay, 288min);
}

TEST(Backoff, GoesToTheSlowEndAtOnceAfterARefusalOrAConfigurationFault) {
    Policy policy;
    auto refused = failed({}, 1, start, Fault::refused); // HTTP 401 and 403
    EXPECT_GE(backoff(policy, refused, std::nullopt), 288min);
    refused.lastOutcome = Outcome::refused; // badRequest and its like
    EXPECT_GE(backoff(policy, refused, std::nullopt), 288min);
    EXPECT_GE(backoff(policy, failed({}, 1, start, Fault::configuration), std::nullopt), 288min);
    for (const auto fault : {Fault::unreachable, Fault::protocol, Fault::local})
        EXPECT_LE(backoff(policy, failed({}, 1, start, fault), std::nullopt), 72s);
}

TEST(Backoff, IsNotLongerThanATwentiethOfWhatRemains) {
    Policy policy;
    for (policy.seed = 0; policy.seed < 50; ++policy.seed) {
        EXPECT_LE(backoff(policy, failed({}, 20, start), days(2)), 144min);
        EXPECT_LE(backoff(policy, failed({}, 20, start, Fault::refused), days(2)), 144min);
    }
    EXPECT_GE(backoff(policy, failed({}, 20, start), days(60)), 288min) << "far from expiry it changes nothing";
}

TEST(Backoff, IsNotShorterThanAnHourBecauseLittleRemains) {
    Policy policy;
    for (policy.seed = 0; policy.seed < 50; ++policy.seed)
        for (const Duration remaining : {Duration(10h), Duration(1min), Duration(-5min)})
            EXPECT_EQ(backoff(policy, failed({}, 20, start), remaining), 1h);
    EXPECT_LE(backoff(policy, failed({}, 1, start), 10h), 72s) << "a delay that is short anyway stays short";
}

TEST(Failures, PutTheNextAttemptOffFromTheLastOne) {
    const auto last = start + days(61);
    const auto step = nextStep(plainPolicy(), held(), failed(deployed(), 2, last), last + 1s);

    EXPECT_EQ(step.action, Action::renew);
    EXPECT_EQ(step.at, last + 10min);
    EXPECT_EQ(step.due, start + days(60)) << "its place in the queue stays";
    EXPECT_EQ(step.why,
              "renewal begins 30d before expiry (a third of its lifetime of 90d); after 2 failed attempts in a row the "
              "next waits 10min");
}

TEST(Failures, OfAnEarlierCertificateDoNotBringRenewalForward) {
    EXPECT_EQ(nextStep(plainPolicy(), held(), failed(deployed(), 1, start), start + 1min).at, start + days(60));
}

TEST(Failures, NeverEndTheAttemptsByThemselves) {
    const auto step = nextStep(Policy(), std::nullopt, failed({}, 100'000, start), start);

    EXPECT_EQ(step.action, Action::enroll);
    EXPECT_LE(step.at, start + 432min);
}

TEST(Failures, EndTheAttemptsAfterRetriesFurtherOnes) {
    auto policy = plainPolicy();
    policy.retries = 3;
    EXPECT_EQ(nextStep(policy, std::nullopt, failed({}, 3, start), start).action, Action::enroll);
    EXPECT_EQ(nextStep(policy, std::nullopt, failed({}, 4, start), start),
              (Step{Action::nothing, never, never, "gave up after 4 failures: retries = 3"}));
    EXPECT_EQ(nextStep(policy, held(), failed(deployed(), 4, start + days(61)), start + days(62)).action,
              Action::nothing);
}

TEST(Failures, ThatEndedTheAttemptsCountNoMoreWhenSomebodyAsks) {
    auto policy = plainPolicy();
    policy.retries = 3;
    auto history = failed({}, 4, start);
    history.requested = start + 1h;

    EXPECT_EQ(nextStep(policy, std::nullopt, history, start + 1h).action, Action::enroll);
}

TEST(Failures, LeaveAtMostTwoHundredAttemptsWhenTheCaIsAwayForTheLastThirtyDays) {
    Policy policy;
    for (policy.seed = 0; policy.seed < 20; ++policy.seed) {
        auto history = deployed();
        Time previous = never;
        while (true) {
            const auto step = nextStep(policy, held(), history, previous);
            ASSERT_EQ(step.action, Action::renew);
            if (step.at >= held().notAfter) break;
            ASSERT_GT(step.at, previous);
            previous = step.at;
            history = failed(history, history.failures + 1, step.at);
        }
        EXPECT_LE(history.failures, 200U);
        EXPECT_GE(history.failures, 100U);
        EXPECT_GE(previous, held().notAfter - 72min) << "the last try is in the last hour";
    }
}

TEST(RetryAfter, IsHonoured) {
    auto history = failed({}, 1, start);
    history.notBeforeNextAttempt = start + 2h;
    EXPECT_EQ(nextStep(plainPolicy(), std::nullopt, history, start).at, start + 2h);

    history.notBeforeNextAttempt = start + 1min;
    EXPECT_EQ(nextStep(plainPolicy(), std::nullopt, history, start).at, start + 10min) << "the backoff is longer";
}

TEST(RetryAfter, BeyondADayIsNothingAServerMayAskFor) {
    auto history = failed({}, 1, start);
    history.notBeforeNextAttempt = start + days(1);
    EXPECT_EQ(nextStep(plainPolicy(), std::nullopt, history, start).at, start + days(1));
    history.notBeforeNextAttempt += 1us;
    EXPECT_EQ(nextStep(plainPolicy(), std::nullopt, history, start).at, start + 10min);
}

// ---- a clock that was wrong ----

TEST(WrongClock, AnAttemptThatClaimsToLieAheadDoesNotPutTheNextOff) {
    const auto step = nextStep(plainPolicy(), std::nullopt, failed({}, 3, start + days(3650)), start);

    EXPECT_EQ(step.action, Action::enroll);
    EXPECT_LE(step.at, start);
}

TEST(WrongClock, ADeploymentThatClaimsToLieAheadIsTriedNow) {
    auto history = deployed(0);
    auto newest = held(2);
    newest.issued = start + days(3650);
    EXPECT_LE(nextStep(plainPolicy(), newest, history, start + 1h).at, start + 1h);

    history.deployment.failures = 2;
    history.deployment.lastAttempt = start + days(3650);
    EXPECT_LE(nextStep(plainPolicy(), newest, history, start + 1h).at, start + 1h);
}

TEST(WrongClock, APollThatClaimsToLieAheadIsMadeNow) {
    auto history = deployed();
    history.pending = PendingTransaction{.id = "ab", .since = start + days(3650), .lastPoll = start + days(3650)};

    EXPECT_LE(nextStep(plainPolicy(), held(), history, start + 1h).at, start + 1h);
}

TEST(WrongClock, ARequestOfTheFutureIsServedNow) {
    auto history = deployed();
    history.requested = start + days(3650);
    EXPECT_EQ(nextStep(plainPolicy(), held(), history, start + days(2)).at, start + days(2));
}

TEST(WrongClock, OfNineteenSeventyLeavesWhatIsHeldAlone) {
    const auto step = nextStep(plainPolicy(), held(), deployed(), Time(1h));

    EXPECT_EQ(step.action, Action::renew);
    EXPECT_EQ(step.at, start + days(60));
}

TEST(Asked, MeansSinceTheLastAttempt) {
    History history;
    EXPECT_FALSE(asked(history, start));
    history.requested = start;
    EXPECT_TRUE(asked(history, start));
    history.lastAttempt = start;
    EXPECT_TRUE(asked(history, start)) << "in the same microsecond counts as asked";
    history.lastAttempt = start + 1us;
    EXPECT_FALSE(asked(history, start + 1h));
    history.lastAttempt = start + days(3650);
    EXPECT_TRUE(asked(history, start + 1h)) << "that attempt was made under a wrong clock";
}

TEST(Asked, ComparesWhatOneWrongClockNoted) {
    History history;
    history.requested = start + days(3650);
    history.lastAttempt = start + days(3650) + 1us;
    EXPECT_FALSE(asked(history, start)) << "served, whenever that was";
    history.lastAttempt = start + days(3650) - 1us;
    EXPECT_TRUE(asked(history, start));
}

// ---- what the CA keeps for approval ----

History pendingSince(Time since, Time lastPoll, unsigned polls) {
    History history;
    history.lastOutcome = Outcome::pending;
    history.lastAttempt = lastPoll;
    history.pending = PendingTransaction{.id = "ab12", .since = since, .lastPoll = lastPoll, .polls = polls};
    return history;
}

TEST(Poll, IntervalsGrowFromThePollIntervalToAnHour) {
    auto policy = plainPolicy();
    policy.pollInterval = 1min;
    const Duration intervals[] = {1min, 2min, 4min, 8min, 16min, 32min, 1h, 1h, 1h};
    unsigned polls = 0;
    for (const auto interval : intervals) {
        const auto step =
            nextStep(policy, std::nullopt, pendingSince(start, start + days(1), polls++), start + days(1));
        EXPECT_EQ(step.action, Action::poll);
        EXPECT_EQ(step.at, start + days(1) + interval);
        EXPECT_THAT(step.why, AllOf(HasSubstr("ab12"), HasSubstr(humanDuration(interval))));
    }
}

TEST(Poll, IntervalsLongerThanAnHourStayAsTheProfileSays) {
    auto policy = plainPolicy();
    policy.pollInterval = 4h;
    for (unsigned polls = 0; polls < 5; ++polls)
        EXPECT_EQ(nextStep(policy, std::nullopt, pendingSince(start, start, polls), start).at, start + 4h);
}

TEST(Poll, EndsAfterAsManyAsFitIntoThePollLimit) {
    auto policy = plainPolicy();
    policy.pollInterval = 1min; // polls after 1, 3, 7, 15, 31, 63 and 123 minutes
    policy.pollLimit = 63min;

    EXPECT_FALSE(pollLimitReached(policy, *pendingSince(start, start, 0).pending));
    EXPECT_FALSE(pollLimitReached(policy, *pendingSince(start, start, 5).pending));
    EXPECT_TRUE(pollLimitReached(policy, *pendingSince(start, start, 6).pending));
    EXPECT_TRUE(pollLimitReached(policy, *pendingSince(start, start, std::numeric_limits<unsigned>::max()).pending));
}

TEST(Poll, DoesNotEndBecauseTheClockWasSet) {
    EXPECT_FALSE(pollLimitReached(Policy(), *pendingSince(Time(1h), start, 2).pending)) << "it began in 1970";
}

TEST(Poll, ComesAtOnceWhenSomebodyAsks) {
    auto history = pendingSince(start, start + 1h, 9);
    history.requested = start + 61min;
    const auto step = nextStep(plainPolicy(), std::nullopt, history, start + 62min);

    EXPECT_EQ(step.action, Action::poll);
    EXPECT_EQ(step.at, start + 61min);
}

TEST(Poll, ThatFailsBacksOffLikeAnyAttempt) {
    auto policy = plainPolicy();
    policy.retryDelay = policy.retryDelayMax = 3h;
    const auto step = nextStep(policy, std::nullopt, failed(pendingSince(start, start, 0), 1, start), start + 1s);

    EXPECT_EQ(step.action, Action::poll);
    EXPECT_EQ(step.at, start + 3h);
    EXPECT_EQ(step.due, start + 1min);
}

TEST(Poll, HonoursWhatTheServerAskedFor) {
    auto history = pendingSince(start, start, 0);
    history.notBeforeNextAttempt = start + 2h;

    EXPECT_EQ(nextStep(plainPolicy(), std::nullopt, history, start).at, start + 2h);
}

TEST(Poll, GoesBeforeARenewalOfWhatIsHeld) {
    auto history = pendingSince(start + days(61), start + days(61), 0);
    history.deployment = deployed().deployment;

    EXPECT_EQ(nextStep(plainPolicy(), held(), history, start + days(62)).action, Action::poll);
}

// ---- deployment ----

TEST(Deployment, OfWhatIsHeldAndNotOnItsTargetsComesFirst) {
    const auto step = nextStep(plainPolicy(), held(2), deployed(1), start + days(75));

    EXPECT_EQ(step, (Step{Action::deploy, start, start, "generation 2 is not on its targets yet"}));
}

TEST(Deployment, ThatIsNotConfirmedIsMadeAgain) {
    auto history = deployed();
    history.deployment.confirmed = false;

    EXPECT_EQ(nextStep(plainPolicy(), held(), history, start).action, Action::deploy);
}

TEST(Deployment, ThatFailedIsTriedAgainAfterTheBackoff) {
    auto history = deployed(1);
    history.deployment.failures = 2;
    history.deployment.lastAttempt = start + 1h;
    const auto step = nextStep(plainPolicy(), held(2), history, start + 61min);

    EXPECT_EQ(step.action, Action::deploy);
    EXPECT_EQ(step.at, start + 70min);
    EXPECT_EQ(step.due, start) << "due is before backoff";
    EXPECT_EQ(step.why, "the deployment of generation 2 failed 2 times; the next waits 10min");
}

TEST(Deployment, BackoffDoublesToTheMaximum) {
    Policy policy;
    auto history = deployed(1);
    history.deployment.lastAttempt = start;
    history.deployment.failures = 3;
    const auto third = nextStep(policy, held(2), history, start).at - start;
    EXPECT_THAT(third.count(), AllOf(Ge(Duration(4min).count() * 8 / 10), Le(Duration(4min).count() * 12 / 10)));
    history.deployment.failures = 60;
    EXPECT_LE(nextStep(policy, held(2), history, start).at, start + 432min);
}

TEST(Deployment, ThatKeepsFailingDoesNotHoldUpARenewalThatIsDueEarlier) {
    auto history = deployed(0);
    history.deployment.failures = 5;
    history.deployment.lastAttempt = start + days(60) - 5min;
    auto policy = plainPolicy();
    EXPECT_EQ(nextStep(policy, held(), history, start + days(60) - 1min).action, Action::renew)
        << "it is due in one minute, the deployment in six";
    EXPECT_EQ(nextStep(policy, held(), history, start + days(60)).action, Action::renew);
    EXPECT_EQ(nextStep(policy, held(), history, start + days(60) + 5min).action, Action::deploy)
        << "when both are due the deployment goes first";
}

TEST(Deployment, OfAnExpiredCertificateIsNotWorthIt) {
    EXPECT_EQ(nextStep(plainPolicy(), held(2), deployed(1), start + days(91)).action, Action::enroll);
}

// ---- a renewal as a whole ----

TEST(UnfinishedRenewal, BeginsWithApprovalAndEndsOnTheTargets) {
    const auto now = start + days(61);
    EXPECT_FALSE(renewalUnfinished(held(), deployed(), now));
    auto history = deployed(1);
    history.pending = PendingTransaction{.id = "ab12", .since = start, .lastPoll = start};
    EXPECT_TRUE(renewalUnfinished(held(1), history, now));
    EXPECT_TRUE(renewalUnfinished(held(2), deployed(1), now)) << "issued, the targets hold the one before";
    EXPECT_FALSE(renewalUnfinished(held(2), deployed(2), now));
}

TEST(UnfinishedRenewal, IsNotAFirstCertificateNorAnExpiredOne) {
    History pending;
    pending.pending = PendingTransaction{.id = "ab12", .since = start, .lastPoll = start};
    EXPECT_FALSE(renewalUnfinished(std::nullopt, pending, start));
    EXPECT_FALSE(renewalUnfinished(held(1), deployed(0), start)) << "the first one, on no target yet";
    EXPECT_FALSE(renewalUnfinished(held(2), deployed(1), start + days(90)));
}

TEST(UnfinishedRenewal, IsNotADeploymentThatIsMadeAgain) {
    auto history = deployed(2);
    history.deployment.confirmed = false; // the profile has other targets now

    EXPECT_FALSE(renewalUnfinished(held(2), history, start));
}

} // namespace
} // namespace scepd::schedule
