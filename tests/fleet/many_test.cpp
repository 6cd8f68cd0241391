#include "fleet/world.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace scepd::fleet {
namespace {

using namespace test;
using What = Event::What;
using testing::ElementsAre;
using testing::Gt;
using testing::SizeIs;

/// All of one CA; they fall due within minutes.
std::vector<std::string> fifty() {
    std::vector<std::string> names;
    for (int i = 0; i < 50; ++i)
        names.push_back(fmt::format("c{:02}", i));
    return names;
}

const std::string hanging = "c10";
const std::string failing = "c20";

bool isHealthy(const std::string& name) {
    return name != hanging && name != failing;
}

void trouble(World& world) {
    world.authority.hanging = {hanging};
    world.authority.failing = {failing};
}

TEST(FiftyCertificates, AreEnrolledAtOnceAlthoughOneHangsAndOneFails) {
    World world(fifty());
    trouble(world);
    world.until(15min);

    for (const auto& name : fifty())
        EXPECT_THAT(world.times(What::deployed, name), SizeIs(isHealthy(name) ? 1 : 0)) << name;
}

class FiftyRenewals : public testing::Test {
protected:
    FiftyRenewals() { world.until(days(1)); }

    /// What came between the deployment of a renewal and the end of its spacing.
    [[nodiscard]] std::vector<std::string> tooSoon(Duration until) const {
        std::vector<std::string> found;
        Duration last = -days(1);
        for (const auto& one : world.happened) {
            if (one.at < days(1) || one.at >= until) continue;
            if (one.what == What::attempt && one.at < last + 1h) found.push_back(one.certificate);
            if (one.what == What::deployed) last = one.at;
        }
        return found;
    }

    World world{fifty()};
};

TEST_F(FiftyRenewals, AreMadeOneAfterTheOther) {
    world.until(days(63));

    Duration last = days(60);
    for (const auto& name : fifty()) {
        const auto times = world.times(What::deployed, name);
        ASSERT_THAT(times, SizeIs(2)) << name;
        EXPECT_GE(times.back(), last) << name;
        last = times.back() + 1h;
    }
}

TEST_F(FiftyRenewals, OvertakeThoseThatHangOrFailBeforeTheyAreInDanger) {
    trouble(world);
    world.until(days(75) - 10min);
    EXPECT_THAT(world.times(What::deployed, "c09"), SizeIs(2)) << "before those in trouble";
    EXPECT_THAT(world.times(What::deployed, "c11"), SizeIs(1)) << "the first must succeed before the next begins";
    world.until(days(78));

    for (const auto& name : fifty())
        EXPECT_THAT(world.times(What::deployed, name), SizeIs(isHealthy(name) ? 2 : 1)) << name;
    EXPECT_THAT(tooSoon(days(78)), testing::IsEmpty());
    EXPECT_THAT(world.times(What::attempt, hanging), SizeIs(Gt(40U))) << "those in trouble have their turns";
    EXPECT_THAT(world.times(What::attempt, failing), SizeIs(Gt(5U)));
}

TEST_F(FiftyRenewals, GoOnInOrderWhenTroubleIsOver) {
    trouble(world);
    world.until(days(65));
    world.authority.hanging.clear();
    world.authority.failing.clear();
    world.until(days(68));

    for (const auto& name : fifty())
        EXPECT_THAT(world.times(What::deployed, name), SizeIs(2)) << name;
    EXPECT_THAT(tooSoon(days(68)), testing::IsEmpty());
}

TEST(FiftyCertificates, ThatCouldNotBeRenewedUntilTheLastHoursAreRenewedWithoutSpacing) {
    World world(fifty());
    world.authority.lifetime = days(9);
    world.authority.away = {{World::start + days(5), World::start + days(8) + 20h}};
    world.until(days(9));

    for (const auto& name : fifty())
        EXPECT_THAT(world.times(What::deployed, name), SizeIs(2)) << name;
    EXPECT_FALSE(world.wronglyExpired);
}

} // namespace
} // namespace scepd::fleet
