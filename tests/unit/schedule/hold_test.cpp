#include "schedule/hold.hpp"

#include "unit/schedule/samples.hpp"

#include <gmock/gmock.h>

namespace scepd::schedule {
namespace {

using namespace test;
using testing::HasSubstr;

constexpr Duration seconds(int count) {
    return std::chrono::seconds(count);
}

TEST(AfterBoot, AClockThatIsNotSynchronisedIsWaitedFor) {
    const auto hold = holdAfterBoot({.uptime = seconds(30), .waitForSync = 10min}, start);

    EXPECT_EQ(hold.until, start + 9min + seconds(30));
    EXPECT_THAT(hold.why, HasSubstr("not synchronised yet"));
}

TEST(AfterBoot, TheWaitForTheClockEnds) {
    EXPECT_EQ(holdAfterBoot({.uptime = seconds(600), .waitForSync = 10min}, start), Hold{});
}

TEST(AfterBoot, ASynchronisedClockHoldsNothing) {
    EXPECT_EQ(holdAfterBoot({.uptime = seconds(30), .synchronized = true, .waitForSync = 10min}, start), Hold{});
}

TEST(AfterBoot, TheBootSpreadCountsFromTheBoot) {
    const Start boot{.uptime = seconds(30), .synchronized = true, .bootDelay = 2min};
    EXPECT_EQ(holdAfterBoot(boot, start).until, start + seconds(90));
    EXPECT_THAT(holdAfterBoot(boot, start).why, HasSubstr("boot-spread is 2min"));

    auto later = boot;
    later.uptime = seconds(3600);
    EXPECT_EQ(holdAfterBoot(later, start), Hold{}) << "a restart of the daemon is no boot";
}

TEST(AfterBoot, TheLongerOfBothIsWaitedFor) {
    const Start both{.uptime = seconds(30), .waitForSync = 10min, .bootDelay = 1h};
    EXPECT_EQ(holdAfterBoot(both, start).until, start + 1h - seconds(30));
}

} // namespace
} // namespace scepd::schedule
