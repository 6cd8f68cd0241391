#include "fleet/world.hpp"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>

namespace scepd::fleet {
namespace {

using namespace test;
using What = Event::What;
using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::Le;
using testing::SizeIs;

/// Each with dice of its own.
constexpr int endpoints = 50;

std::string named(int endpoint) {
    return "wifi" + std::to_string(endpoint);
}

/// From and until count from the start.
void takeCaAway(World& world, Duration from, Duration until) {
    world.authority.away.push_back({World::start + from, World::start + until});
}

Duration firstAfter(const std::vector<Duration>& times, Duration begin) {
    const auto found = std::ranges::upper_bound(times, begin);
    return found == times.end() ? Duration::max() : *found;
}

TEST(ACaThatIsAwayForThirtyDays, CostsAtMostTwoHundredAttempts) {
    for (int i = 0; i < endpoints; ++i) {
        World world({named(i)});
        takeCaAway(world, days(60), days(90));
        world.until(days(90));

        EXPECT_THAT(world.times(What::attempt, named(i)), SizeIs(Le(200U)));
        EXPECT_THAT(world.times(What::attempt, named(i)), SizeIs(Ge(100U))) << "it does not give up";
    }
}

TEST(ACaThatIsAwayForThirtyDays, IsFoundAtTheNextStepOfTheBackoff) {
    for (int i = 0; i < endpoints; ++i) {
        World world({named(i)});
        takeCaAway(world, days(55), days(85));
        world.until(days(90));

        const auto found = firstAfter(world.times(What::attempt, named(i)), days(85));
        EXPECT_LE(found, days(85) + 432min) << "six hours and a fifth";
        EXPECT_EQ(firstAfter(world.times(What::deployed, named(i)), days(85)), found + 3s);
    }
}

TEST(ACaThatIsAwayForThirtyDays, IsFoundWithinSecondsOfTheNetworkComingUp) {
    for (int i = 0; i < endpoints; ++i) {
        World world({named(i)});
        takeCaAway(world, days(55), days(85));
        world.until(days(85) + 10s).endpoint.networkChanged();
        world.until(days(90));

        EXPECT_LE(firstAfter(world.times(What::deployed, named(i)), days(85)), days(85) + 18s);
    }
}

TEST(ACaThatIsAwayForThirtyDays, IsAskedAfreshForWhatHasExpired) {
    for (int i = 0; i < endpoints; ++i) {
        World world({named(i)});
        takeCaAway(world, days(65), days(95));
        world.authority.lifetime = days(1);
        world.until(days(65) + 12h);
        EXPECT_NE(world.state(named(i)), record::State::expired);
        world.until(days(95));
        EXPECT_EQ(world.state(named(i)), record::State::expired);
        world.until(days(96));

        EXPECT_LE(firstAfter(world.times(What::deployed, named(i)), days(95)), days(95) + 432min);
        EXPECT_EQ(world.state(named(i)), record::State::valid);
        const auto attempts = world.times(What::attempt, named(i));
        const auto began = std::ranges::lower_bound(attempts, Duration(days(65)));
        EXPECT_LE(attempts.end() - began, 200);
        EXPECT_FALSE(world.wronglyExpired);
    }
}

TEST(ANetworkThatComesAndGoes, CostsOneAttemptEachTime) {
    World world;
    takeCaAway(world, days(59), days(62));
    world.until(days(61));
    const auto before = world.times(What::attempt).size();
    for (int i = 1; i <= 10; ++i)
        world.until(days(61) + i * 1min).endpoint.networkChanged();
    world.until(days(61) + 11min);

    EXPECT_EQ(world.times(What::attempt).size(), before + 10);
}

} // namespace
} // namespace scepd::fleet
