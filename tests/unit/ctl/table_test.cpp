#include "ctl/table.hpp"

#include "console_support.hpp"
#include "ctl/text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace scepd::ctl {
namespace {

using test::Written;

Table statusTable() {
    Table table({"NAME", "USAGE", "STATE", "EXPIRES", "NEXT", "REASON"});
    table.add({{"wifi", "", Colour::none},
               {"802.1x", "", Colour::none},
               {"valid", "", Colour::green},
               {"2026-12-13 (in 23 days)", "in 23 days", Colour::none},
               {"renew in 12 days (2026-12-02)", "renew in 12 days", Colour::none},
               {"valid until 2026-12-13T19:00:00Z", "", Colour::none}});
    table.add({{"log", "", Colour::none},
               {"syslog", "", Colour::none},
               {"waiting", "", Colour::yellow},
               {"", "", Colour::none},
               {"enroll in 42 s (2026-11-20 19:00:42)", "enroll in 42 s", Colour::none},
               {"fetch CA certificate: connection refused", "", Colour::none}});
    return table;
}

TEST(Table, FitsEightyColumnsByShorterTimesAndACutReason) {
    Written written;
    written.console.terminal = true;
    written.console.width = 80;
    statusTable().print(written.console);
    EXPECT_EQ(written.out.str(), "NAME  USAGE   STATE    EXPIRES     NEXT              REASON\n"
                                 "wifi  802.1x  valid    in 23 days  renew in 12 days  valid until 2026-12-13T19:…\n"
                                 "log   syslog  waiting              enroll in 42 s    fetch CA certificate: conn…\n");
}

TEST(Table, NoLineIsWiderThanTheTerminalHoweverNarrowItIs) {
    for (const unsigned width : {20U, 40U, 60U, 79U, 100U, 120U}) {
        Written written;
        written.console.terminal = true;
        written.console.width = width;
        statusTable().print(written.console);
        std::istringstream lines(written.out.str());
        for (std::string line; std::getline(lines, line);)
            EXPECT_LE(columns(line), width) << line;
    }
}

TEST(Table, NothingIsCutInAPipeAndThereIsNoColour) {
    Written written;
    statusTable().print(written.console);
    EXPECT_EQ(
        written.out.str(),
        "NAME  USAGE   STATE    EXPIRES                  NEXT                                  REASON\n"
        "wifi  802.1x  valid    2026-12-13 (in 23 days)  renew in 12 days (2026-12-02)         valid until "
        "2026-12-13T19:00:00Z\n"
        "log   syslog  waiting                           enroll in 42 s (2026-11-20 19:00:42)  fetch CA certificate: "
        "connection refused\n");
}

TEST(Table, ColoursDoNotMoveTheColumns) {
    Written written;
    written.console.colour = true;
    Table table({"STATE", "NAME"});
    table.add({{"valid", "", Colour::green}, {"wifi", "", Colour::none}});
    table.add({{"not-requested", "", Colour::grey}, {"web", "", Colour::none}});
    table.print(written.console);
    EXPECT_EQ(written.out.str(), "STATE          NAME\n"
                                 "\033[32mvalid\033[0m          wifi\n"
                                 "\033[90mnot-requested\033[0m  web\n");
}

TEST(Table, NoLegendMeansRowsAlone) {
    Written written;
    written.console.legend = false;
    Table table({"A LONG HEADING", "NAME"});
    table.add({{"a", "", Colour::none}, {"b", "", Colour::none}});
    table.print(written.console);
    EXPECT_EQ(written.out.str(), "a  b\n");
}

TEST(Table, WhatAServerChoseCannotSteerTheTerminal) {
    Written written;
    Table table({"NAME"});
    table.add({{"a\033[2Jb", "", Colour::none}});
    table.print(written.console);
    EXPECT_EQ(written.out.str(), "NAME\na?[2Jb\n");
}

TEST(Fields, AreAlignedAndLeaveOutWhatIsEmpty) {
    Written written;
    Fields fields;
    fields.add("Name", "wifi");
    fields.add("Remedy", "");
    fields.add("Targets", "/etc/a: deployed");
    fields.add("", "/etc/b: failed");
    fields.print(written.console, "  ");
    EXPECT_EQ(written.out.str(), "  Name:    wifi\n"
                                 "  Targets: /etc/a: deployed\n"
                                 "           /etc/b: failed\n");
}

} // namespace
} // namespace scepd::ctl
