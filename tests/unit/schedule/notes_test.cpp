#include "schedule/notes.hpp"

#include "schedule/next_step.hpp"
#include "unit/schedule/samples.hpp"

#include <gmock/gmock.h>

namespace scepd::schedule {
namespace {

using namespace test;

const Time now = start + days(2);
const Time ahead = start + days(3650);

TEST(AClockStep, MakesWhatIsNotedInTheFutureCountFromNow) {
    auto history = deployed();
    history.lastAttempt = history.lastSuccess = history.lastRenewal = history.deployment.lastAttempt = ahead;
    history.pending = record::PendingTransaction{.id = "ab12", .since = ahead, .lastPoll = ahead};
    const auto noted = noteClockStep(history, now);

    EXPECT_EQ(noted.lastAttempt, now);
    EXPECT_EQ(noted.lastSuccess, now);
    EXPECT_EQ(noted.lastRenewal, now);
    EXPECT_EQ(noted.deployment.lastAttempt, now);
    EXPECT_EQ(noted.pending->since, now);
    EXPECT_EQ(noted.pending->lastPoll, now);
}

TEST(AClockStep, LeavesWhatIsPastAlone) {
    const auto history = failed(deployed(), 2, start + days(1));

    EXPECT_EQ(noteClockStep(history, now), history);
}

TEST(AClockStep, DoesNotRepeatWhatSomebodyAskedForUnderTheWrongClock) {
    auto history = noteAttempt(noteRequest(deployed(), false, ahead), ahead + 1min);
    history = noteEnd(history, record::Issued{held(2)}, ahead + 2min);
    const auto noted = noteClockStep(history, now);

    EXPECT_FALSE(asked(noted, now));
    EXPECT_FALSE(owed(noted));
}

TEST(AClockStep, KeepsWhatSomebodyAskedForAndHasNotGot) {
    const auto waiting = noteRequest(deployed(), false, ahead);
    EXPECT_TRUE(asked(noteClockStep(waiting, now), now));

    const auto tried = noteEnd(noteAttempt(waiting, ahead), record::Failed{}, ahead + 1min);
    EXPECT_FALSE(asked(noteClockStep(tried, now), now));
    EXPECT_TRUE(owed(noteClockStep(tried, now)));
}

TEST(AClockStep, MakesASuccessOfTheFutureNoReasonToForgetALaterRequest) {
    auto history = deployed();
    history.lastAttempt = history.lastSuccess = ahead;
    history = noteRequest(noteClockStep(history, now), false, now + 1h);
    history = noteEnd(noteAttempt(history, now + 1h), record::Failed{}, now + 1h);

    EXPECT_TRUE(owed(history));
}

TEST(WhatIsHeldAtAStart, IsTheSuccessOfTheAttemptThatNobodySawEnding) {
    const auto begun = noteAttempt(noteRequest(deployed(), false, now), now);
    auto issued = held(2);
    issued.issued = now + 1s;
    const auto noted = noteUntold(begun, issued);

    EXPECT_EQ(noted.lastSuccess, issued.issued);
    EXPECT_FALSE(owed(noted));
}

TEST(WhatIsHeldAtAStart, WasWhatSomebodyAskedForWhenItIsYoungerThanThat) {
    const auto requested = noteRequest(deployed(), false, now); // the attempt could not be written down
    auto issued = held(2);
    issued.issued = now - 1s;
    EXPECT_EQ(noteUntold(requested, issued), requested);
    issued.issued = now + 1s;
    const auto noted = noteUntold(requested, issued);

    EXPECT_EQ(noted.lastSuccess, issued.issued);
    EXPECT_EQ(noted.attempts, requested.attempts + 1);
    EXPECT_FALSE(asked(noted, now + 2s) || owed(noted));
}

TEST(WhatIsHeldAtAStart, TellsNothingOfAnAttemptThatBeganLaterOrWasNoted) {
    const auto begun = noteAttempt(noteRequest(deployed(), false, now), now);
    EXPECT_EQ(noteUntold(begun, held(1)), begun);

    const auto ended = noteEnd(begun, record::Issued{held(2)}, now + 2s);
    auto issued = held(2);
    issued.issued = now + 1s;
    EXPECT_EQ(noteUntold(ended, issued), ended);
}

} // namespace
} // namespace scepd::schedule
