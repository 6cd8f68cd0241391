#include "schedule/next_step.hpp"

#include "unit/schedule/samples.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd::schedule {
namespace {

using namespace test;
using record::Action;
using testing::HasSubstr;

/// What the coming CA has issued: valid from the sixtieth day on.
record::Held comingFromDay60() {
    auto upcoming = held(2);
    upcoming.notBefore = start + days(60);
    return upcoming;
}

TEST(Rollover, InstallsWhatTheComingCaIssuedWhenItBecomesValid) {
    const auto now = start + days(50);
    const auto step = withUpcoming(nextStep(plainPolicy(), held(), deployed(), now), comingFromDay60(), now);

    EXPECT_EQ(step.action, Action::deploy);
    EXPECT_EQ(step.at, start + days(60));
    EXPECT_THAT(step.why, HasSubstr("generation 2 is of the coming CA"));
}

TEST(Rollover, KeepsDeployingWhatIsInUseUntilThen) {
    auto history = deployed();
    history.deployment.confirmed = false;
    const auto now = start + days(50);
    const auto current = nextStep(plainPolicy(), held(), history, now);

    EXPECT_EQ(withUpcoming(current, comingFromDay60(), now), current);
    EXPECT_EQ(withUpcoming(current, comingFromDay60(), start + days(60)).at, start + days(60));
}

} // namespace
} // namespace scepd::schedule
