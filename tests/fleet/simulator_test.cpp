#include "fleet/result.hpp"

#include <gmock/gmock.h>

namespace scepd::fleet {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

Fleet small() {
    Fleet fleet;
    fleet.endpoints = 2000;
    return fleet;
}

TEST(Load, CountsWhatComesWithinItsTime) {
    Load load(1h, 4h, 1h);
    for (const Duration time : {Duration(1h - 1us), Duration(1h), Duration(2h - 1us), Duration(3h), Duration(4h)})
        load.count(time);

    EXPECT_THAT(load.counts(), ElementsAre(2, 0, 1));
    EXPECT_EQ(load.total(), 3U);
    EXPECT_EQ(load.busiest(), 2U);
}

TEST(Load, IsAddedIntervalByInterval) {
    Load load(0h, 2h, 1h), other(0h, 2h, 1h);
    load.count(0h);
    other.count(0h);
    other.count(1h);
    load.add(other);

    EXPECT_THAT(load.counts(), ElementsAre(2, 1));
}

TEST(Simulator, CountsTheSameWithEveryNumberOfThreads) {
    auto fleet = small();
    const auto scenario = imaged(fleet);
    fleet.threads = 1;
    const auto alone = simulate(fleet, scenario, scenario.ours);
    fleet.threads = 3;

    EXPECT_EQ(simulate(fleet, scenario, scenario.ours), alone);
    EXPECT_EQ(alone.total(), 2000U) << "each is renewed once";
}

TEST(Simulator, ComplainsAboutAScheduleWithoutDice) {
    const auto fleet = small();
    for (auto scenario : {imaged(fleet), booted(fleet), outage(fleet), stranded(fleet)}) {
        scenario.ours = scenario.others;
        EXPECT_THAT(complaint(run(fleet, scenario)), HasSubstr("times the mean")) << scenario.title;
    }
}

TEST(Simulator, ComplainsWhenSomebodyDoesNotCome) {
    const auto fleet = small();
    auto scenario = booted(fleet);
    scenario.ours.bootSpread = 24h;

    EXPECT_THAT(complaint(run(fleet, scenario)), HasSubstr("requests are missing of 2000"));
}

TEST(Simulator, LetsEveryCertificateOfAnEndpointComeBack) {
    auto fleet = small();
    fleet.endpoints = 100;
    fleet.certificates = 3;
    const auto scenario = outage(fleet);

    EXPECT_GE(simulate(fleet, scenario, scenario.ours).total(), 300U);
}

} // namespace
} // namespace scepd::fleet
