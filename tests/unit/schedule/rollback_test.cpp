#include "schedule/notes.hpp"
#include "unit/schedule/samples.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd::schedule {
namespace {

using namespace test;
using record::Action;
using testing::HasSubstr;
using testing::Not;

/// Ten days after the renewal of the first generation fell due somebody goes back to it; twenty are left.
struct Rollback : testing::Test {
    const Time now = start + days(70);
    record::Held first = held(1);
    record::History history = noteDeployed(noteRollback(deployed(2), first, now), 1, now);

    [[nodiscard]] Step next(Time when) const { return nextStep(plainPolicy(), first, history, when); }
};

TEST_F(Rollback, IsNotUndoneByARenewalBeforeHalfOfTheRestHasPassed) {
    const auto step = next(now);
    EXPECT_EQ(step.action, Action::renew);
    EXPECT_EQ(step.at, now + days(10));
    EXPECT_THAT(step.why, HasSubstr("put back on request"));
    EXPECT_EQ(next(now + days(11)).at, start + days(60)) << "then it is due as it always was";
}

TEST_F(Rollback, HoldsNobodyElseUp) {
    EXPECT_EQ(next(now).due, next(now).at);
    EXPECT_EQ(history.lastRenewal, never) << "and is no renewal that others keep their distance from";
}

TEST_F(Rollback, DoesNotHoldBackWhatSomebodyAsksFor) {
    history = noteRequest(history, false, now + 1h);
    EXPECT_EQ(next(now + 1h).at, now + 1h);
}

TEST_F(Rollback, EndsWhatWasAskedForBefore) {
    const auto asked = noteRequest(deployed(2), false, now - 1h);
    history = noteDeployed(noteRollback(asked, first, now), 1, now);
    EXPECT_EQ(next(now).at, now + days(10));
}

TEST_F(Rollback, IsForgottenWhenANewOneIsIssuedOrTheProfileChanges) {
    const auto changed = noteChange(history);
    EXPECT_EQ(changed.heldBackUntil, never);
    EXPECT_EQ(noteEnd(history, record::Issued{held(3)}, now).heldBackUntil, never);
}

TEST_F(Rollback, UnderAClockThatWasWrongHoldsNothingBack) {
    history.heldBackUntil = first.notAfter + days(3650);
    EXPECT_THAT(next(now).why, Not(HasSubstr("put back")));
}

TEST_F(Rollback, WaitsAlsoWhenTheProfileAsksForSomethingElse) {
    auto policy = plainPolicy();
    policy.outdated = true;
    EXPECT_EQ(nextStep(policy, first, history, now).at, now + days(10));
}

} // namespace
} // namespace scepd::schedule
