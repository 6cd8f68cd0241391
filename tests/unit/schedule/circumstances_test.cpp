#include "schedule/next_step.hpp"

#include "unit/schedule/samples.hpp"

#include <optional>

#include <gmock/gmock.h>

namespace scepd::schedule {
namespace {

using namespace test;
using record::Action;
using record::History;
using testing::HasSubstr;

constexpr Duration aSecond = std::chrono::seconds(1);

/// The next step of a certificate that is not held yet.
Step enrollment(const History& history, const Circumstances& circumstances) {
    return underCircumstances(nextStep(plainPolicy(), std::nullopt, history, circumstances.now), history,
                              circumstances);
}

TEST(ANetworkChange, MakesWhatWasUnreachableTriedAgainWithinSeconds) {
    const auto history = failed({}, 9, start);
    const auto step = enrollment(history, {.now = start + 2min, .networkChanged = start + 2min});

    EXPECT_EQ(step.at, start + 2min);
    EXPECT_THAT(step.why, HasSubstr("the network has changed"));
}

TEST(ANetworkChange, RightAfterAnAttemptWaitsAMoment) {
    const auto history = failed({}, 1, start);
    const auto step = enrollment(history, {.now = start + aSecond, .networkChanged = start + aSecond});

    EXPECT_EQ(step.at, start + networkRetry);
}

TEST(ANetworkChange, CountsForOneAttempt) {
    const auto history = failed({}, 2, start + 2 * aSecond);
    const auto step = enrollment(history, {.now = start + 3 * aSecond, .networkChanged = start + aSecond});

    EXPECT_EQ(step.at, start + 2 * aSecond + 10min);
}

TEST(ANetworkChange, DoesNotHurryWhatWasRefused) {
    auto history = failed({}, 1, start, Fault::refused);
    const auto step = enrollment(history, {.now = start + 2min, .networkChanged = start + 2min});

    EXPECT_EQ(step.at, start + 10min);
}

TEST(ANetworkChange, DoesNotOverruleAServerThatAskedToWait) {
    auto history = failed({}, 1, start);
    history.notBeforeNextAttempt = start + 1h;
    const auto step = enrollment(history, {.now = start + 2min, .networkChanged = start + 2min});

    EXPECT_EQ(step.at, start + 1h);
}

TEST(AHeldEndpoint, SendsNothingToACaUntilThen) {
    const auto step = enrollment({}, {.now = start, .held = start + 5min, .heldWhy = "the clock is not synchronised"});

    EXPECT_EQ(step.action, Action::enroll);
    EXPECT_EQ(step.at, start + 5min);
    EXPECT_EQ(step.why, "no certificate is held; the clock is not synchronised");
}

TEST(AHeldEndpoint, StillDeploysWhatItHolds) {
    const auto step = underCircumstances(nextStep(plainPolicy(), held(), History(), start + 1h), {},
                                         {.now = start + 1h, .held = start + 2h, .heldWhy = "clock"});

    EXPECT_EQ(step.action, Action::deploy);
    EXPECT_EQ(step.at, start);
}

TEST(AHeldEndpoint, LeavesWhatIsDueLaterAsItIs) {
    const auto step = underCircumstances(nextStep(plainPolicy(), held(), deployed(), start + 1h), deployed(),
                                         {.now = start + 1h, .held = start + 2h, .heldWhy = "clock"});

    EXPECT_EQ(step.at, start + days(60));
    EXPECT_EQ(step.why, "renewal begins 30d before expiry (a third of its lifetime of 90d)");
}

} // namespace
} // namespace scepd::schedule
