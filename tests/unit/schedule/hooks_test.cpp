#include "schedule/next_step.hpp"
#include "schedule/notes.hpp"

#include "unit/schedule/samples.hpp"

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
using testing::Le;

const TargetState well{"/etc/ssl/cert.pem", "deployed", ""};
const TargetState tell{"hook tell", "failed", "exit code 3"};

/// Deployed at the start, with a hook that failed.
History withFailedHook() {
    auto history = deployed();
    history.deployment.targets = {well, tell};
    return noteDeployed(history, 1, start);
}

TEST(Hooks, ThatFailedRunAgainAfterTheBackoff) {
    const auto step = nextStep(plainPolicy(), held(), withFailedHook(), start);
    EXPECT_EQ(step, (Step{Action::deploy, start + 10min, start + 10min,
                          "its hooks failed 1 time in a row; those that did run again after 10min"}));
}

TEST(Hooks, ThatKeepFailingRunLessAndLessOften) {
    auto policy = plainPolicy();
    policy.retryDelay = 1min;
    policy.retryDelayMax = 6h;
    auto history = withFailedHook();
    for (int i = 0; i < 2; ++i)
        history = noteHooks(history, {tell}, start);
    EXPECT_EQ(history.deployment.hookFailures, 3U);
    const auto at = [&] { return nextStep(policy, held(), history, start).at; };
    EXPECT_THAT(at(), AllOf(Ge(start + 192s), Le(start + 288s))) << "4 minutes, 20 % more or less";
    history.deployment.hookFailures = 60;
    EXPECT_THAT(at(), AllOf(Ge(start + 288min), Le(start + 432min)));
}

TEST(Hooks, ThatFailedDoNotHoldUpARenewal) {
    auto history = withFailedHook();
    history = noteHooks(history, {tell}, start + days(60) - 1min);
    EXPECT_EQ(nextStep(plainPolicy(), held(), history, start + days(60)).action, Action::renew);
}

TEST(Hooks, ThatSucceedAreForgotten) {
    const auto history = noteHooks(withFailedHook(), {}, start + 1h);
    EXPECT_THAT(history.deployment.targets, ElementsAre(well));
    EXPECT_FALSE(hooksOwed(held(), history));
    EXPECT_EQ(nextStep(plainPolicy(), held(), history, start + 1h).action, Action::renew);
}

TEST(Hooks, AreNotOwedOfAGenerationThatIsNotInUse) {
    EXPECT_TRUE(hooksOwed(held(), withFailedHook()));
    EXPECT_FALSE(hooksOwed(held(2), withFailedHook()));
    EXPECT_EQ(nextStep(plainPolicy(), held(2), withFailedHook(), start).why, "generation 2 is not on its targets yet");
}

TEST(Hooks, OfAnotherGenerationCountAnew) {
    auto history = noteHooks(withFailedHook(), {tell}, start + 1h);
    history.deployment.targets = {well};
    EXPECT_FALSE(hooksOwed(held(2), noteDeployed(history, 2, start + 2h)));
}

} // namespace
} // namespace scepd::schedule
