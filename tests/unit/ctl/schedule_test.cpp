#include "ctl/failure.hpp"
#include "ctl/timers.hpp"
#include "ctl/verbs.hpp"

#include "bus/fake_systemd.hpp"
#include "console_support.hpp"
#include "fake_daemon.hpp"
#include "temporary_root.hpp"

#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd::ctl {
namespace {

using scepd::test::FakeSystemd;
using test::FakeSystem;
using test::Shown;
using test::Written;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using Schedules = std::map<std::string, std::string>;

constexpr std::uint64_t farAway = 7'258'118'400'000'000; // 2200-01-01, days away whenever this runs
constexpr std::uint64_t longAgo = 1'577'836'800'000'000; // 2020-01-01

/// wifi and web apply here, kiosk does not; the profile of wifi is for the group office. Their timers are installed
/// and do not run.
class Scheduling : public testing::Test {
protected:
    Scheduling() {
        system.daemon.elsewhere = {"kiosk"};
        for (const auto* name : {"wifi", "web"})
            systemd.set(timerOf(name), {.activeState = "inactive", .nextElapse = farAway, .lastTrigger = 0});
        system.answer();
    }

    Exit run(ScheduleRequest wanted) {
        wanted.root = root.path();
        return guarded(written.console, [&] { return schedule(written.console, wanted); });
    }
    void scheduled(const std::string& name, const std::string& calendar, const std::string& state = "active") {
        writeSchedule(root.path(), name, calendar);
        systemd.set(timerOf(name),
                    {.activeState = state, .afterJob = "inactive", .nextElapse = farAway, .lastTrigger = longAgo});
    }
    Schedules onDisk() { return schedules(root.path()); }
    std::string out() const { return written.out.str(); }
    std::string err() const { return written.err.str(); }

    scepd::test::TemporaryRoot root;
    FakeSystem system{{Shown{.name = "wifi"}, Shown{.name = "web"}}};
    FakeSystemd systemd;
    Written written;
};

TEST_F(Scheduling, ACalendarIsWrittenAndItsTimerEnabledAndStarted) {
    EXPECT_EQ(run({.names = {"web"}, .calendar = "Mon..Fri 03:00"}), Exit::done);
    EXPECT_EQ(onDisk(), (Schedules{{"web", "Mon..Fri 03:00"}}));
    EXPECT_THAT(systemd.calls(), ElementsAre("EnableUnitFiles scepd-request@web.timer", "Reload everything",
                                             "CleanUnit scepd-request@web.timer", "StartUnit scepd-request@web.timer"));
    EXPECT_THAT(out(), StartsWith("CERTIFICATE  CALENDAR        NEXT "));
    EXPECT_THAT(out(), HasSubstr("\nweb          Mon..Fri 03:00  2200-01-01 (in "));
    EXPECT_EQ(err(), "");
}

TEST_F(Scheduling, ATimerThatRunsBeginsAnewWithAnotherCalendar) {
    scheduled("wifi", "daily");
    EXPECT_EQ(run({.names = {"wifi"}, .calendar = "weekly"}), Exit::done);
    EXPECT_EQ(onDisk(), (Schedules{{"wifi", "weekly"}}));
    EXPECT_THAT(systemd.calls(), ElementsAre("StopUnit scepd-request@wifi.timer", //
                                             "EnableUnitFiles scepd-request@wifi.timer", "Reload everything",
                                             "CleanUnit scepd-request@wifi.timer", //
                                             "StartUnit scepd-request@wifi.timer"));
}

TEST_F(Scheduling, WithoutNamesEveryCertificateThatAppliesIsMeant) {
    EXPECT_EQ(run({.calendar = "daily"}), Exit::done);
    EXPECT_EQ(onDisk(), (Schedules{{"web", "daily"}, {"wifi", "daily"}}));
}

TEST_F(Scheduling, AGroupMeansTheCertificatesOfItsProfilesThatApply) {
    EXPECT_EQ(run({.groups = {"office"}, .calendar = "daily"}), Exit::done);
    EXPECT_EQ(onDisk(), (Schedules{{"wifi", "daily"}}));
}

TEST_F(Scheduling, WhatIsNoCalendarIsExitCodeTwoAndTouchesNothing) {
    EXPECT_EQ(run({.names = {"wifi"}, .calendar = "every full moon"}), Exit::usage);
    EXPECT_THAT(err(), StartsWith("scepctl: \"every full moon\" is no calendar that systemd knows\nRemedy: "));
    EXPECT_THAT(err(), HasSubstr("systemd.time(7)"));
    EXPECT_THAT(onDisk(), IsEmpty());
    EXPECT_THAT(systemd.calls(), IsEmpty());
}

TEST_F(Scheduling, ACalendarCannotBringMoreLinesIntoTheDropIn) {
    EXPECT_EQ(run({.names = {"wifi"}, .calendar = "daily\nUnit=halt.target"}), Exit::usage);
    EXPECT_THAT(onDisk(), IsEmpty());
}

TEST_F(Scheduling, ADayThatHasPassedIsNoSchedule) {
    EXPECT_EQ(run({.names = {"wifi"}, .calendar = "2020-02-29 03:00"}), Exit::usage);
    EXPECT_THAT(err(), StartsWith("scepctl: \"2020-02-29 03:00\" has passed: it never comes\n"));
    EXPECT_THAT(onDisk(), IsEmpty());
}

TEST_F(Scheduling, OneUnknownNameMeansThatNoneIsScheduled) {
    EXPECT_EQ(run({.names = {"wifi", "wify"}, .calendar = "daily"}), Exit::noSuchCertificate);
    EXPECT_EQ(run({.names = {"wifi", "kiosk"}, .calendar = "daily"}), Exit::notApplicable);
    EXPECT_THAT(onDisk(), IsEmpty());
    EXPECT_THAT(systemd.calls(), IsEmpty());
}

TEST_F(Scheduling, NothingIsScheduledWhileTheDaemonDoesNotAnswer) {
    system.daemon.leave();
    EXPECT_EQ(run({.names = {"wifi"}, .calendar = "daily"}), Exit::noDaemon);
    EXPECT_THAT(onDisk(), IsEmpty());
}

TEST_F(Scheduling, OffStopsDisablesAndRemoves) {
    scheduled("wifi", "daily");
    scheduled("web", "daily");
    EXPECT_EQ(run({.names = {"wifi"}, .off = true}), Exit::done);
    EXPECT_EQ(onDisk(), (Schedules{{"web", "daily"}}));
    EXPECT_THAT(systemd.calls(),
                ElementsAre("StopUnit scepd-request@wifi.timer", "DisableUnitFiles scepd-request@wifi.timer",
                            "CleanUnit scepd-request@wifi.timer", "Reload everything"));
    EXPECT_EQ(out(), "wifi: not scheduled\n");
}

TEST_F(Scheduling, OffIsFineWithWhatWasNeverScheduledAndKnowsWhatThereIs) {
    EXPECT_EQ(run({.names = {"wifi"}, .off = true}), Exit::done);
    EXPECT_EQ(out(), "wifi: not scheduled\n");
    EXPECT_EQ(run({.names = {"wify"}, .off = true}), Exit::noSuchCertificate);
    EXPECT_THAT(systemd.calls(), ElementsAre("DisableUnitFiles scepd-request@wifi.timer", "Reload everything"));
}

TEST_F(Scheduling, OffOfEverythingTakesSchedulesOfCertificatesThatAreGoneToo) {
    scheduled("wifi", "daily");
    scheduled("gone", "daily");
    system.daemon.leave();
    EXPECT_EQ(run({.off = true}), Exit::done);
    EXPECT_THAT(onDisk(), IsEmpty());
    EXPECT_EQ(out(), "gone: not scheduled\nwifi: not scheduled\n");
}

TEST_F(Scheduling, SchedulesAreShownWithoutTheDaemon) {
    scheduled("wifi", "*-*-01 04:30");
    scheduled("gone", "daily", "inactive");
    system.daemon.leave();
    EXPECT_EQ(run({}), Exit::done);
    EXPECT_THAT(out(), HasSubstr("\ngone         daily         stopped "));
    EXPECT_THAT(out(), HasSubstr("\nwifi         *-*-01 04:30  2200-01-01 (in "));
    EXPECT_THAT(out(), HasSubstr(" days)  2020-01-01 ("));
    EXPECT_THAT(systemd.calls(), IsEmpty());
}

TEST_F(Scheduling, OneScheduleIsShownAndANameWithoutOneMustBeACertificate) {
    scheduled("web", "daily");
    EXPECT_EQ(run({.names = {"wifi"}}), Exit::done);
    EXPECT_EQ(out(), "wifi: not scheduled\n");
    EXPECT_EQ(run({.names = {"wify"}}), Exit::noSuchCertificate);
}

TEST_F(Scheduling, NothingToShowSaysHowItIsDone) {
    EXPECT_EQ(run({}), Exit::done);
    EXPECT_THAT(out(), StartsWith("Nothing is scheduled.\n\"scepctl schedule NAME CALENDAR\" asks"));
}

TEST_F(Scheduling, JsonHasEveryFieldAlsoOfACertificateWithoutASchedule) {
    scheduled("wifi", "daily");
    written.console.json = true;
    EXPECT_EQ(run({.names = {"web", "wifi"}}), Exit::done);
    EXPECT_EQ(out(), R"({
    "schedules" : [
        {
            "calendar" : "",
            "certificate" : "web",
            "lastTime" : "",
            "nextTime" : "",
            "running" : false
        },
        {
            "calendar" : "daily",
            "certificate" : "wifi",
            "lastTime" : "2020-01-01T00:00:00Z",
            "nextTime" : "2200-01-01T00:00:00Z",
            "running" : true
        }
    ]
}
)");
}

TEST_F(Scheduling, ATimerThatSystemdDoesNotStartIsAFailure) {
    systemd.set(timerOf("wifi"), {.activeState = "inactive", .jobResult = "failed"});
    EXPECT_EQ(run({.names = {"wifi"}, .calendar = "daily"}), Exit::failed);
    EXPECT_THAT(err(), StartsWith("scepctl: start scepd-request@wifi.timer: systemd says failed"));
}

TEST(SchedulingWithoutSystemd, IsAFailureThatSaysSo) {
    const scepd::test::TemporaryRoot root;
    FakeSystem system{{Shown{.name = "wifi"}}};
    system.answer();
    Written written;
    EXPECT_EQ(guarded(written.console,
                      [&] {
                          return schedule(written.console,
                                          {.names = {"wifi"}, .calendar = "daily", .root = root.path()});
                      }),
              Exit::failed);
    EXPECT_EQ(written.err.str(), "scepctl: systemd does not answer on the system bus: schedules are timers of it\n");
    EXPECT_THAT(schedules(root.path()), IsEmpty());
}

} // namespace
} // namespace scepd::ctl
