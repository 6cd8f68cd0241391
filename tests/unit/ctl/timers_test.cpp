#include "ctl/timers.hpp"

#include "base/file.hpp"
#include "temporary_root.hpp"

#include <filesystem>
#include <map>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace scepd::ctl {
namespace {

using scepd::test::TemporaryRoot;
using Schedules = std::map<std::string, std::string>;

constexpr auto ofWebServer = "etc/systemd/system/scepd-request@web-server.timer.d/schedule.conf";

TEST(Timers, AScheduleIsADropInThatSystemdReads) {
    const TemporaryRoot root;
    writeSchedule(root.path(), "web-server", "Mon..Fri 03:00");
    EXPECT_EQ(file::read(root / ofWebServer),
              "# Written by \"scepctl schedule\"; \"scepctl schedule web-server --off\" removes it.\n"
              "[Timer]\n"
              "OnCalendar=\n"
              "OnCalendar=Mon..Fri 03:00\n");
    EXPECT_EQ(timerOf("web-server"), "scepd-request@web-server.timer");
}

TEST(Timers, EveryoneMaySeeASchedule) {
    const TemporaryRoot root;
    const auto before = ::umask(0077);
    writeSchedule(root.path(), "web-server", "daily");
    ::umask(before);
    namespace fs = std::filesystem;
    EXPECT_EQ(fs::status(root / ofWebServer).permissions(), fs::perms(0644));
    EXPECT_EQ(fs::status((root / ofWebServer).parent_path()).permissions(), fs::perms(0755));
}

TEST(Timers, AScheduleReplacesTheOneBefore) {
    const TemporaryRoot root;
    writeSchedule(root.path(), "wifi", "daily");
    writeSchedule(root.path(), "wifi", "weekly");
    EXPECT_EQ(schedules(root.path()), (Schedules{{"wifi", "weekly"}}));
}

TEST(Timers, SchedulesAreFoundAmongWhatElseAnAdministratorWrites) {
    const TemporaryRoot root;
    EXPECT_EQ(schedules(root.path()), Schedules{}) << "there is not even a folder";
    root.write("etc/systemd/system/scepd-request@.timer.d/schedule.conf", "[Timer]\nRandomizedDelaySec=0\n");
    root.write("etc/systemd/system/scepd-request@log.timer.d/delay.conf", "[Timer]\nRandomizedDelaySec=0\n");
    root.write("etc/systemd/system/scepd-request@log.service.d/schedule.conf", "[Service]\n");
    root.write("etc/systemd/system/nginx.service", "[Service]\n");
    writeSchedule(root.path(), "web-server", "daily");
    writeSchedule(root.path(), "wifi", "*-*-01 04:30");
    EXPECT_EQ(schedules(root.path()), (Schedules{{"web-server", "daily"}, {"wifi", "*-*-01 04:30"}}));
}

TEST(Timers, CalendarsAreReadAsSystemdReadsThem) {
    const TemporaryRoot root;
    root.write(ofWebServer, "[Timer]\nOnCalendar=daily\nOnCalendar=\n# OnCalendar=hourly\nOnCalendar=Mon 03:00\n"
                            "OnCalendar=Sat 05:00\n");
    EXPECT_EQ(schedules(root.path()), (Schedules{{"web-server", "Mon 03:00, Sat 05:00"}}));
}

TEST(Timers, RemovingLeavesNothingButWhatTheAdministratorWroteBesideIt) {
    const TemporaryRoot root;
    root.write("etc/systemd/system/scepd-request@log.timer.d/delay.conf", "[Timer]\nRandomizedDelaySec=0\n");
    for (const auto* name : {"log", "wifi"}) {
        writeSchedule(root.path(), name, "daily");
        removeSchedule(root.path(), name);
        removeSchedule(root.path(), name);
    }
    EXPECT_EQ(schedules(root.path()), Schedules{});
    EXPECT_TRUE(std::filesystem::exists(root / "etc/systemd/system/scepd-request@log.timer.d/delay.conf"));
    EXPECT_FALSE(std::filesystem::exists(root / "etc/systemd/system/scepd-request@wifi.timer.d"));
}

} // namespace
} // namespace scepd::ctl
