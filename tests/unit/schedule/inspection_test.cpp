#include "schedule/inspection.hpp"

#include "schedule/notes.hpp"
#include "schedule/spread.hpp"
#include "unit/schedule/samples.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>

namespace scepd::schedule {
namespace {

using namespace test;
using record::Action;
using record::History;
using record::TargetState;
using testing::AllOf;
using testing::ElementsAre;
using testing::Ge;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Le;
using Last = Inspection::Last;

constexpr Duration aDay = days(1);
constexpr Duration aMinute = 1min;

const TargetState well{"/etc/ssl/cert.pem", "deployed", ""};
const TargetState keyGone{"/etc/ssl/cert.pem", "drifted", "key.pem is missing"};

/// Minutes from the start of the history's certificate on.
History driftedAt(History history, Duration after) {
    return noteDrift(std::move(history), "the key is missing", start + after);
}

History healedAt(History history, Duration after) {
    return noteDeployed(std::move(history), 1, start + after);
}

Step stepAt(const History& history, Duration after) {
    return nextStep(plainPolicy(), held(), history, start + after);
}

TEST(AnInspection, IsDueAtOnceAfterTheStart) {
    EXPECT_EQ(inspectionDue(plainPolicy(), held(), {}), Duration::zero());
}

TEST(AnInspection, IsDueBetweenHalfADayAndADayAfterTheLast) {
    for (unsigned endpoint = 0; endpoint < 100; ++endpoint) {
        auto policy = plainPolicy();
        policy.seed = hash("machine", std::to_string(endpoint));
        EXPECT_THAT(inspectionDue(policy, held(), {.last = Last::answered, .at = 5min}) - 5min,
                    AllOf(Ge(aDay / 2), Le(aDay)));
    }
}

TEST(AnInspection, OfAThousandCertificatesThatBeganTogetherDoesNotComeAtOnce) {
    std::vector<Duration> dues;
    for (unsigned certificate = 0; certificate < 1000; ++certificate) {
        auto policy = plainPolicy();
        policy.seed = hash("machine", std::to_string(certificate));
        dues.push_back(inspectionDue(policy, held(), {.last = Last::answered, .at = 0s}));
    }
    std::ranges::sort(dues);

    for (std::size_t i = 0; i + 50 < dues.size(); ++i)
        EXPECT_GT(dues[i + 50] - dues[i], 5min) << "fifty in a row take their time";
}

TEST(AnInspection, OfAShortLivedCertificateComesWithAnEighthOfItsLifetime) {
    EXPECT_THAT(inspectionDue(plainPolicy(), held(1, 8h), {.last = Last::answered, .at = 0s}),
                AllOf(Ge(Duration(30min)), Le(Duration(1h))));
}

TEST(AnInspection, OfTouchedFilesIsDueSoonButNotEveryMoment) {
    EXPECT_EQ(inspectionDue(plainPolicy(), held(), {.last = Last::answered, .at = 5min, .touched = true}), 5min + 2s);
    EXPECT_EQ(inspectionDue(plainPolicy(), held(), {.last = Last::none, .at = {}, .touched = true}), 0s);
}

TEST(AnInspection, ThatWasNotAnsweredIsTriedAgainWithinAnHour) {
    EXPECT_EQ(inspectionDue(plainPolicy(), held(), {.last = Last::unanswered, .at = 5min}), 1h + 5min);
    EXPECT_LE(inspectionDue(plainPolicy(), held(1, 8min), {.last = Last::unanswered, .at = 0s}), aMinute);
}

TEST(AnInspection, IsForWhatIsHeldValidAndInUseOnItsTargets) {
    auto unconfirmed = deployed();
    unconfirmed.deployment.confirmed = false;

    EXPECT_TRUE(mayBeInspected(held(), deployed(), start + 1h));
    EXPECT_FALSE(mayBeInspected(held(), unconfirmed, start + 1h));
    EXPECT_FALSE(mayBeInspected(held(2), deployed(1), start + 1h)) << "another generation is on its way";
    EXPECT_FALSE(mayBeInspected(held(), deployed(), start + days(90))) << "it has expired";
}

TEST(Drift, IsTheSentenceOfEveryTargetThatIsNotAsItWasDeployed) {
    EXPECT_THAT(driftOf({well, {"/etc/b.pem", "unconfirmed", ""}, {"hook tell", "failed", "exit code 3"}}), IsEmpty());
    EXPECT_EQ(driftOf({keyGone}), "/etc/ssl/cert.pem was changed behind scepd's back: key.pem is missing");
    EXPECT_EQ(driftOf({keyGone, {"/etc/b.pem", "failed", "nothing is deployed"}}),
              "/etc/ssl/cert.pem was changed behind scepd's back: key.pem is missing; /etc/b.pem cannot be compared "
              "with what was deployed: nothing is deployed");
}

TEST(Drift, TakesThePlaceOfWhatWasKnownOfATargetAndLeavesHooksAlone) {
    const TargetState hook{"hook tell", "failed", "exit code 3"};
    const TargetState another{"/etc/b.pem", "deployed", ""};
    auto history = deployed();
    history.deployment.targets = {well, another, hook};

    history = noteInspection(history, {keyGone, another});
    EXPECT_THAT(history.deployment.targets, ElementsAre(keyGone, another, hook));
    history = noteInspection(history, {well, another});
    EXPECT_THAT(history.deployment.targets, ElementsAre(well, another, hook));
    history.deployment.targets.clear();
    EXPECT_THAT(noteInspection(history, {well}).deployment.targets, ElementsAre(well));
}

TEST(Drift, ThatIsNoneLeavesTheNoteOfTheDeployment) {
    const TargetState told{"/etc/ssl/cert.pem", "deployed", "nginx.service was not told: it does not run"};
    auto history = deployed();
    history.deployment.targets = {told};

    EXPECT_THAT(noteInspection(history, {well}).deployment.targets, ElementsAre(told));
}

TEST(Drift, IsPutRightAtOnceByDeployingTheSameGenerationAgain) {
    const auto history = driftedAt(deployed(), 1h);
    const auto step = stepAt(history, 1h);

    EXPECT_EQ(history.deployment.error, "the key is missing");
    EXPECT_FALSE(history.deployment.confirmed);
    EXPECT_EQ(history.deployment.generation, 1U);
    EXPECT_EQ(step.action, Action::deploy);
    EXPECT_LE(step.at, start + 1h);
    EXPECT_THAT(step.why, HasSubstr("were changed and are put back"));
    EXPECT_EQ(stepAt(healedAt(history, 61min), 61min).action, Action::renew) << "then life goes on";
}

TEST(Drift, ThatComesAgainAndAgainIsPutRightLaterEachTime) {
    auto policy = plainPolicy();
    policy.retryDelay = 1min;
    policy.retryDelayMax = 5min;
    auto history = deployed();
    Duration time = 1h;
    std::vector<Duration> delays;
    for (int i = 0; i < 5; ++i) {
        history = driftedAt(history, time);
        const auto step = nextStep(policy, held(), history, start + time);
        EXPECT_EQ(step.action, Action::deploy);
        delays.push_back(std::max(step.at, start + time) - (start + time));
        time += delays.back() + 1s;
        history = healedAt(history, time);
    }
    const auto about = [](Duration delay) { return AllOf(Ge(delay * 8 / 10), Le(delay * 12 / 10)); };

    EXPECT_THAT(delays, ElementsAre(Duration::zero(), about(1min), about(2min), about(4min), about(5min)));
}

TEST(Drift, ThatNeverEndsIsPutRightAboutEveryHour) {
    auto policy = plainPolicy();
    policy.retryDelayMax = 6h;
    auto history = deployed();
    for (int i = 0; i < 50; ++i)
        history = driftedAt(history, 1h);

    EXPECT_THAT(nextStep(policy, held(), history, start + 1h).at - (start + 1h),
                AllOf(Ge(Duration(48min)), Le(Duration(72min))));
}

TEST(Drift, AfterAQuietDayCountsAnew) {
    auto history = healedAt(driftedAt(healedAt(driftedAt(deployed(), 1h), 2h), 3h), 4h);
    ASSERT_EQ(history.deployment.heals, 2U);

    EXPECT_EQ(driftedAt(history, 4h + aDay - 1us).deployment.heals, 3U);
    EXPECT_EQ(driftedAt(history, 4h + aDay).deployment.heals, 1U);
}

TEST(Drift, OfAWrongClockCountsAnew) {
    const auto history = healedAt(driftedAt(driftedAt(deployed(), days(30)), days(30)), days(30));

    EXPECT_EQ(driftedAt(history, 1h).deployment.heals, 1U);
    EXPECT_EQ(noteClockStep(history, start + 1h).deployment.lastDrift, start + 1h);
}

TEST(Drift, IsForgottenWhenAnotherGenerationOrTheProfileComes) {
    const auto history = driftedAt(driftedAt(deployed(), 1h), 2h);

    EXPECT_EQ(stepAt(history, 2h).at, start + 2h + 10min);
    for (const auto& fresh : {noteNewGeneration(history), noteChange(history)}) {
        EXPECT_EQ(fresh.deployment.heals, 0U);
        EXPECT_THAT(fresh.deployment.error, IsEmpty());
        EXPECT_LE(stepAt(fresh, 2h).at, start + 2h) << "it is deployed at once";
    }
}

TEST(Drift, ThatCannotBePutRightIsADeploymentThatFails) {
    const auto history =
        noteDeploymentFailure(driftedAt(deployed(), 1h), {Code::diskFull, "the disk is full"}, start + 1h);
    const auto step = stepAt(history, 1h);

    EXPECT_EQ(step.at, start + 1h + 10min);
    EXPECT_THAT(step.why, HasSubstr("the deployment of generation 1 failed 1 time"));
}

} // namespace
} // namespace scepd::schedule
