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

TEST(AfterTheStart, AClockThatIsNotSynchronisedIsWaitedFor) {
    const auto hold = holdAfter({.uptime = seconds(30), .started = seconds(20), .waitForSync = 10min}, start);

    EXPECT_EQ(hold.until, start + 9min + seconds(50));
    EXPECT_THAT(hold.why, HasSubstr("not synchronised yet"));
}

TEST(AfterTheStart, TheWaitForTheClockEnds) {
    EXPECT_EQ(holdAfter({.uptime = seconds(620), .started = seconds(20), .waitForSync = 10min}, start), Hold{});
}

TEST(AfterTheStart, ASynchronisedClockHoldsNothing) {
    EXPECT_EQ(
        holdAfter({.uptime = seconds(30), .started = seconds(20), .synchronized = true, .waitForSync = 10min}, start),
        Hold{});
}

TEST(AfterTheStart, TheBootSpreadCountsFromTheBoot) {
    const Start boot{.uptime = seconds(30), .started = seconds(20), .synchronized = true, .bootDelay = 2min};
    EXPECT_EQ(holdAfter(boot, start).until, start + seconds(90));
    EXPECT_THAT(holdAfter(boot, start).why, HasSubstr("boot-spread is 2min"));

    auto later = boot;
    later.uptime = seconds(3600);
    later.started = seconds(3500);
    EXPECT_EQ(holdAfter(later, start), Hold{}) << "a restart of the daemon is no boot";
}

TEST(AfterTheStart, TheLongerOfBothIsWaitedFor) {
    const Start both{.uptime = seconds(30), .started = seconds(20), .waitForSync = 10min, .bootDelay = 1h};
    EXPECT_EQ(holdAfter(both, start).until, start + 1h - seconds(30));
}

} // namespace
} // namespace scepd::schedule
