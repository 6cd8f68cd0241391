#include "fleet/world.hpp"

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include <gmock/gmock.h>

namespace scepd::fleet {
namespace {

using namespace test;
using What = Event::What;

constexpr Duration day = days(1);
constexpr Duration year = days(365);
constexpr Duration tenYears = days(3653);
/// From the start to 1970 and 2000.
const Duration to1970 = Time(0s) - World::start;
const Duration to2000 = parseRfc3339("2000-01-01T00:00:00Z") - World::start;
constexpr auto notAtAll = Duration::max();

/// Into the phases of a certificate.
constexpr Duration before = days(30);
constexpr Duration renewal = days(60);
constexpr Duration during = renewal + 1s;
constexpr Duration after = renewal + 10s;
constexpr Duration failing = renewal + 20min;
constexpr Duration pending = renewal + 30min;

using Happens = std::function<void(World&)>;

/// What the clock does in a hundred days of an endpoint with one certificate of ninety, and when certificates are taken
/// into use: one at the start and one in every cycle, whatever the clock does.
struct Scenario {
    std::string name;
    Happens happens;
    std::vector<long> inUse = {0, 60}; ///< On which days.
    /// Certificates issued beyond those: scepd-enroll takes none that is not valid by this machine's clock.
    unsigned inVain = 0;
    bool clockSaysExpired = false; ///< One that calls itself synchronised is believed, and one that can be right.
};

void PrintTo(const Scenario& scenario, std::ostream* out) {
    *out << scenario.name;
}

/// The machine boots with such a clock, which is synchronised after that time.
Happens boots(Duration at, Duration ahead, Duration synchronizedAfter, Duration off = {}) {
    return [=](World& world) {
        if (at > off) world.until(at - off);
        world.endpoint.boot(off, ahead);
        if (synchronizedAfter == notAtAll) return;
        world.until(at + synchronizedAfter);
        world.endpoint.setClock(0s);
        world.endpoint.setSynchronized(true);
    };
}

/// Somebody sets the clock, and it is set right again after five hours.
Happens set(Duration at, Duration ahead) {
    return [=](World& world) {
        world.until(at).endpoint.setClock(ahead);
        world.until(at + 5h).endpoint.setClock(0s);
    };
}

/// Somebody asks for another certificate while the clock is wrong.
Happens askedUnder(Duration ahead) {
    return [=](World& world) {
        world.until(before).endpoint.setClock(ahead);
        world.endpoint.ask("wifi");
        world.until(before + 5h).endpoint.setClock(0s);
    };
}

/// Between two times something happens to the clock again and again.
Happens often(Duration from, Duration to, Duration every, std::function<void(Endpoint&)> what) {
    return [=](World& world) {
        for (auto time = from; time <= to; time += every)
            what(world.until(time).endpoint);
    };
}

/// NTP takes it back and forth by less than half a second.
void nudge(Endpoint& endpoint) {
    endpoint.setClock(endpoint.ahead() > 0s ? -400ms : 400ms);
}

Happens restarts(Duration at) {
    return [=](World& world) { world.until(at).endpoint.restart(); };
}

Happens sleeps(Duration at, Duration duration) {
    return [=](World& world) { world.until(at).endpoint.sleep(duration); };
}

Happens inTurn(Happens first, Happens second) {
    return [=](World& world) {
        first(world);
        second(world);
    };
}

/// The CA is away for the first half of the sixtieth day: attempts fail.
Happens caAway(Happens happens) {
    return inTurn(
        [](World& world) {
            world.authority.away = {{World::start + renewal, World::start + renewal + 12h}};
        },
        std::move(happens));
}

/// From the second day on the CA takes half a day to approve.
Happens approved(Happens happens) {
    return inTurn([](World& world) { world.until(day).authority.approvalTakes = 12h; }, std::move(happens));
}

/// From the second day on the CA issues for a coming one, which begins on the seventieth.
Happens rollingOver(Happens happens) {
    return inTurn([](World& world) { world.until(day).authority.comingCa = World::start + days(70); },
                  std::move(happens));
}

const std::vector<Scenario> scenarios{
    {"ARightClock", [](World&) {}},
    // at boot, nothing held
    {"FirstBootIn1970AndSynchronisedSoon", boots(0s, to1970, 2min)},
    {"FirstBootIn2000AndSynchronisedSoon", boots(0s, to2000, 2min)},
    {"FirstBootTenYearsAheadAndSynchronisedSoon", boots(0s, tenYears, 2min)},
    {"FirstBootWithAClockThatNobodySynchronises", boots(0s, 0s, notAtAll)},
    {"FirstBootAnHourAheadAndSynchronisedLate", boots(0s, 1h, 3h)},
    {"FirstBootIn1970AndSynchronisedLate", boots(0s, to1970, 3h), {0, 60}, 8},
    {"FirstBootTenYearsAheadAndSynchronisedLate", boots(0s, tenYears, 3h), {0, 60}, 8},
    // at boot, holding
    {"BootIn1970AndSynchronisedSoon", boots(before, to1970, 2min)},
    {"BootIn2000AndSynchronisedTheNextDay", boots(before, to2000, day)},
    {"BootTenYearsAheadAndSynchronisedSoon", boots(before, tenYears, 2min)},
    {"BootTenYearsAheadAndSynchronisedTheNextDay", boots(before, tenYears, day)},
    {"BootIn1970ADayBeforeTheRenewalAndSynchronisedADayAfter", boots(days(59), to1970, days(2)), {0, 61}},
    {"BootWithAClockThatNobodySynchronises", boots(before, 0s, notAtAll)},
    {"BootWithAHardwareClockInLocalTime", boots(before, 1h, 2min)},
    {"BootAfterAMonthWithoutPower", boots(days(75), 0s, 2min, days(30)), {0, 75}},
    {"BootIn1970AfterAMonthWithoutPower", boots(days(75), to1970, 2min, days(30)), {0, 75}},
    {"BootIn1970AfterExpiry", boots(days(95), to1970, 2min, days(50)), {0, 95}},
    // set before the renewal
    {"ASecondAhead", set(before, 1s)},
    {"ASecondBack", set(before, -1s)},
    {"AnHourAhead", set(before, 1h)},
    {"AnHourBack", set(before, -1h)},
    {"ADayAhead", set(before, day)},
    {"ADayBack", set(before, -day)},
    {"FortyDaysAheadWhichIsARenewal", set(before, days(40)), {0, 30, 90}},
    {"FortyDaysBack", set(before, -days(40))},
    {"TwoYearsBack", set(before, -2 * year)},
    {"TwoYearsAhead", set(before, 2 * year), {0, 60}, 9, true},
    // set while an attempt runs
    {"AnHourAheadDuringTheAttempt", set(during, 1h)},
    {"FortyDaysAheadDuringTheAttempt", set(during, days(40)), {0, 60}, 0, true},
    {"AnHourBackDuringTheAttempt", set(during, -1h), {0, 60}, 9},
    {"TwoYearsBackDuringTheAttempt", set(during, -2 * year), {0, 60}, 1},
    {"TwoYearsAheadDuringTheAttempt", set(during, 2 * year), {0, 60}, 9, true},
    // set while attempts fail
    {"AnHourAheadWhileAttemptsFail", caAway(set(failing, 1h))},
    {"AnHourBackWhileAttemptsFail", caAway(set(failing, -1h))},
    {"ADayAheadWhileAttemptsFail", caAway(set(failing, day))},
    {"FortyDaysBackWhileAttemptsFail", caAway(set(failing, -days(40)))},
    {"TwoYearsAheadWhileAttemptsFail", caAway(set(failing, 2 * year)), {0, 60}, 0, true},
    {"TwoYearsBackWhileAttemptsFail", caAway(set(failing, -2 * year))},
    // set while the CA thinks
    {"ADayAheadWhilePending", approved(set(pending, day))},
    {"FortyDaysAheadWhilePending", approved(set(pending, days(40))), {0, 60}, 0, true},
    {"FortyDaysBackWhilePending", approved(set(pending, -days(40)))},
    {"TwoYearsBackWhilePending", approved(set(pending, -2 * year))},
    {"TwoYearsAheadWhilePending", approved(set(pending, 2 * year)), {0, 60}, 0, true},
    {"BootIn1970WhilePending", approved(boots(pending, to1970, 3h))},
    // set right after
    {"ADayAheadRightAfter", set(after, day)},
    {"AnHourBackRightAfter", set(after, -1h)},
    {"FortyDaysBackRightAfter", set(after, -days(40))},
    {"TwoYearsBackRightAfter", set(after, -2 * year)},
    {"TwoYearsAheadRightAfter", set(after, 2 * year), {0, 60}, 9, true},
    // suspended
    {"AMonthSuspendedOverTheRenewal", sleeps(days(50), days(30)), {0, 80}},
    {"AMonthSuspendedOverExpiry", sleeps(days(59), days(35)), {0, 94}},
    {"ADaySuspendedDuringTheAttempt", sleeps(during, day), {0, 61}},
    {"ADaySuspendedWhileAttemptsFail", caAway(sleeps(failing, day)), {0, 61}},
    {"TenDaysSuspendedWhilePending", approved(sleeps(pending, days(10))), {0, 70}},
    // by a little
    {"ALeapSecondAtTheRenewal", [](World& world) { world.until(renewal).endpoint.setClock(-1s); }},
    {"SlewedByTenSecondsOverTheRenewal",
     often(days(59), days(61), 5min, [](Endpoint& endpoint) { endpoint.slewClock(-17ms); })},
    {"NudgedEveryMinuteOverTheRenewal", often(days(59), days(61), 1min, nudge)},
    {"NudgedEverySecondWhileAttemptsFail", caAway(often(renewal, renewal + 2h, 1s, nudge))},
    {"SetTwiceInASecondDuringTheAttempt", inTurn(set(renewal, 1h), set(during, -1s))},
    // restarted
    {"RestartedDuringTheAttempt", restarts(during)},
    {"RestartedDuringTheDeployment", restarts(renewal + 2500ms)},
    {"RestartedWhileAttemptsFail", caAway(restarts(failing))},
    {"BootWithAHistoryOfTheFuture",
     inTurn(caAway(boots(renewal + 1h, 2 * year, notAtAll)), boots(renewal + 2h, 0s, 2min)),
     {0, 60},
     0,
     true},
    // asked for
    {"AskedForTwoDaysAhead", askedUnder(days(2)), {0, 30, 90}},
    {"AskedForTwoDaysBack", askedUnder(-days(2)), {0, 30, 90}, 9},
    {"AskedForTwoDaysAheadAndBootedWithTheRightClock",
     inTurn(
         [](World& world) {
             world.until(before).endpoint.setClock(days(2));
             world.endpoint.ask("wifi");
         },
         boots(before + 1h, 0s, 2min)),
     {0, 30, 90}},
    // rolled over
    {"AnHourAheadBeforeTheComingCaBegins", rollingOver(set(days(70) - 30min, 1h)), {0, 69}},
    {"AnHourBackBeforeTheComingCaBegins", rollingOver(set(days(70) - 30min, -1h)), {0, 70}},
    {"SuspendedAsTheComingCaBegins", rollingOver(sleeps(days(65), days(10))), {0, 75}},
};

class Clock : public testing::TestWithParam<Scenario> {};

TEST_P(Clock, LeavesOneCertificateToACycle) {
    const auto& scenario = GetParam();
    World world;
    scenario.happens(world);
    world.until(days(100));

    EXPECT_EQ(world.days(What::deployed), scenario.inUse);
    EXPECT_EQ(world.times(What::request).size(), scenario.inUse.size() + scenario.inVain);
    EXPECT_EQ(world.wronglyExpired, scenario.clockSaysExpired);
    EXPECT_EQ(world.state(), record::State::valid);
}

INSTANTIATE_TEST_SUITE_P(That, Clock, testing::ValuesIn(scenarios), [](const auto& row) { return row.param.name; });

} // namespace
} // namespace scepd::fleet
