#include "ctl/chart.hpp"

#include "console_support.hpp"
#include "ctl/axis.hpp"
#include "ctl/text.hpp"

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd::ctl {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using test::here;
using test::Written;
using testing::HasSubstr;
using testing::Not;

std::string drawn(const std::vector<Span>& spans, unsigned width, bool legend = true) {
    Written written;
    written.console.width = width;
    written.console.legend = legend;
    draw(written.console, spans, here);
    return written.out.str();
}

Span root() {
    return {.label = "ca Example Root",
            .authority = true,
            .notBefore = parseRfc3339("2016-01-01T00:00:00Z"),
            .notAfter = parseRfc3339("2036-01-01T00:00:00Z")};
}

Span wifi() {
    return {.label = "wifi",
            .notBefore = parseRfc3339("2026-10-21T19:00:00Z"),
            .notAfter = parseRfc3339("2027-01-19T19:00:00Z"),
            .renewalBegins = parseRfc3339("2026-12-20T19:00:00Z"),
            .action = "renew",
            .actionTime = parseRfc3339("2026-12-21T04:12:00Z")};
}

/// One of every kind: in the middle of its life, renewed now after a failure, expired, not yet held, left alone.
std::vector<Span> office() {
    return {wifi(),
            {.label = "web",
             .notBefore = parseRfc3339("2026-09-20T19:00:00Z"),
             .notAfter = parseRfc3339("2026-12-19T19:00:00Z"),
             .renewalBegins = parseRfc3339("2026-11-19T19:00:00Z"),
             .action = "renew",
             .actionTime = parseRfc3339("2026-11-19T19:00:00Z"),
             .failedAttempt = parseRfc3339("2026-11-20T18:58:00Z")},
            {.label = "log",
             .notBefore = parseRfc3339("2026-07-23T19:00:00Z"),
             .notAfter = parseRfc3339("2026-10-31T19:00:00Z"),
             .action = "enroll",
             .actionTime = parseRfc3339("2026-11-20T21:24:00Z")},
            {.label = "kiosk", .action = "poll", .actionTime = parseRfc3339("2026-11-20T19:14:00Z")},
            {.label = "manual",
             .notBefore = parseRfc3339("2026-11-15T19:00:00Z"),
             .notAfter = parseRfc3339("2027-02-13T19:00:00Z"),
             .action = "nothing"},
            root()};
}

TEST(Chart, ShowsEveryCertificateAndAuthorityOnOneAxisOf80Columns) {
    EXPECT_EQ(drawn(office(), 80), "                       Sep       Oct        Nov       Dec       2027       Feb\n"
                                   "                 ------+---------+----------+------|--+---------+----------+----\n"
                                   "wifi                                    [==========|=========R~~~~~~~~~]\n"
                                   "web                           [===================!R~~~~~~~~]\n"
                                   "log              <==========================]xxxxxxE\n"
                                   "kiosk                                              P\n"
                                   "manual                                           [=|===========================]\n"
                                   "                                                   |\n"
                                   "ca Example Root  <=================================|===========================>\n"
                                   "                                                   | now, 20 November 19:00\n"
                                   "= valid, ~ renewal is due, x expired, < since before, > goes on\n"
                                   "R renewal, E enrollment, P poll, ! failed attempt\n"
                                   "\n"
                                   "WHEN                    NAME             EVENT\n"
                                   "now                     web              renewal\n"
                                   "20 November 19:14       kiosk            poll\n"
                                   "20 November 21:24       log              enrollment\n"
                                   "21 December 04:12       wifi             renewal\n"
                                   "13 February 2027 19:00  manual           expiry\n"
                                   "1 January 2036 00:00    ca Example Root  expiry\n");
}

TEST(Chart, UsesTheColumnsOfAWiderTerminal) {
    const auto text = drawn(office(), 120);
    EXPECT_EQ(
        text.substr(0, text.find("= valid")),
        "                            Sep             Oct              Nov              Dec              2027           "
        "  "
        "Feb\n"
        "                 "
        "-----------+---------------+----------------+----------|-----+----------------+----------------"
        "+-------\n"
        "wifi                                                    [===============|================R~~~~~~~~~~~~~~~]\n"
        "web                                    [===============================!R~~~~~~~~~~~~~~~]\n"
        "log              <===========================================]xxxxxxxxxxE\n"
        "kiosk                                                                   P\n"
        "manual                                                               "
        "[==|======================================"
        "========]\n"
        "                                                                        |\n"
        "ca Example Root  "
        "<======================================================|======================================"
        "========>\n"
        "                                                                        | now, 20 November 19:00\n");
}

TEST(Chart, ThroughAPipeIs80ColumnsOfPlainAsciiWithoutColour) {
    const auto text = drawn(office(), 0);
    EXPECT_EQ(text, drawn(office(), 80));
    EXPECT_TRUE(std::ranges::all_of(text, [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); })) << text;
}

TEST(Chart, PaintsWhatIsValidDueAndExpiredDifferently) {
    Written written;
    written.console.width = 80;
    written.console.colour = true;
    draw(written.console, office(), here);
    EXPECT_THAT(written.out.str(), HasSubstr("\033[32m[==========\033[0m|\033[32m=========\033[0mR\033[33m~~~~~~~~~]"));
    EXPECT_THAT(written.out.str(), HasSubstr("\033[31mxxxxxx\033[0mE\n"));
    EXPECT_THAT(written.out.str(), HasSubstr("\033[36m<====="));
}

TEST(Chart, AnAuthorityOfDecadesDoesNotSquashACertificateOfAnHour) {
    const Span brief{.label = "brief",
                     .notBefore = parseRfc3339("2026-11-20T18:30:00Z"),
                     .notAfter = parseRfc3339("2026-11-20T19:30:00Z"),
                     .renewalBegins = parseRfc3339("2026-11-20T19:10:00Z"),
                     .action = "renew",
                     .actionTime = parseRfc3339("2026-11-20T19:12:00Z")};
    const auto text = drawn({brief, root()}, 80, false);
    EXPECT_EQ(text.substr(0, text.find("\n\n")),
              "                 18:30           18:45          19:00           19:15\n"
              "                 +---------------+--------------|---------------+--------------+\n"
              "brief            [==============================|=========~~R~~~~~~~~~~~~~~~~~~]\n"
              "                                                |\n"
              "ca Example Root  <==============================|==============================>\n"
              "                                                | now, 20 November 19:00");
}

TEST(Chart, ACertificateOfAnHourIsStillAMarkBesideOneOfTwoYears) {
    const auto text = drawn({{.label = "brief",
                              .notBefore = here - 30min,
                              .notAfter = here + 30min,
                              .action = "renew",
                              .actionTime = here + 10min},
                             {.label = "long", .notBefore = here - days(300), .notAfter = here + days(430)}},
                            80, false);
    EXPECT_THAT(text, HasSubstr("Apr      Jul      Oct      2027     Apr      Jul      Oct\n"));
    EXPECT_THAT(text, HasSubstr("\nbrief                                R\n"));
    EXPECT_THAT(text, HasSubstr("\nlong   [=============================|"));
}

TEST(Chart, GoesBackNoFurtherThanTheLongestLifetime) {
    const auto text =
        drawn({{.label = "gone", .notBefore = here - days(400), .notAfter = here - days(300)}}, 80, false);
    EXPECT_THAT(text, HasSubstr("\ngone  <xxxxx"));
    EXPECT_THAT(text, HasSubstr("                now, 20 November 19:00 |\n"));
}

TEST(Chart, LongNamesThatDifferAtTheirEndsStayDifferent) {
    const auto text = drawn({{.label = "printer-profile-office-building-7-wifi-a", .notAfter = here + days(4)},
                             {.label = "printer-profile-office-building-7-wifi-ä", .notAfter = here + days(4)}},
                            80, false);
    EXPECT_THAT(text, HasSubstr("\nprinter-pro*ing-7-wifi-a  "));
    EXPECT_THAT(text, HasSubstr("\nprinter-pro*ing-7-wifi-ä  "));
}

TEST(Chart, AnActionOfANewerDaemonIsAMarkToo) {
    const auto text = drawn({{.label = "wifi",
                              .notBefore = here - days(1),
                              .notAfter = here + days(4),
                              .action = "revoke",
                              .actionTime = here + days(2)}},
                            80, false);
    EXPECT_THAT(text, HasSubstr("=?="));
    EXPECT_THAT(text, HasSubstr("22 November 19:00  wifi  revoke\n"));
}

TEST(Chart, FitsTerminalsOfEveryUsualWidth) {
    for (const unsigned width : {40U, 80U, 97U, 300U}) {
        std::istringstream lines(drawn(office(), width));
        for (std::string line; std::getline(lines, line);)
            EXPECT_LE(columns(line), width) << line;
    }
}

TEST(Chart, NamesTheFirstTenEventsAndHowManyFollow) {
    std::vector<Span> many;
    for (int i = 0; i < 30; ++i)
        many.push_back({.label = "number-" + std::to_string(i),
                        .notBefore = here - days(30),
                        .notAfter = here + days(60),
                        .action = "renew",
                        .actionTime = here + days(i)});
    const auto text = drawn(many, 80);
    EXPECT_THAT(text, HasSubstr("\n29 November 19:00  number-9  renewal\nand 20 more until 19 December 19:00\n"));
    EXPECT_THAT(text, HasSubstr("\nnumber-29  ["));
    const auto bare = drawn(many, 80, false);
    EXPECT_THAT(bare, Not(HasSubstr("WHEN")));
    EXPECT_THAT(bare, Not(HasSubstr("= valid")));
    EXPECT_TRUE(bare.ends_with("number-9  renewal\n")) << bare;
}

TEST(Chart, WithNothingHeldIsASentenceAndWhatComes) {
    EXPECT_EQ(drawn({{.label = "wifi", .action = "enroll"}, {.label = "web", .action = "nothing"}}, 80),
              "Nothing is held yet.\n"
              "Remedy: \"scepctl status\" tells what the certificates wait for.\n"
              "\n"
              "WHEN  NAME  EVENT\n"
              "now   wifi  enrollment\n");
    EXPECT_EQ(drawn({}, 80, false), "");
}

TEST(Coming, TellsAnExpiryOnlyWhereNoStepComesBeforeIt) {
    auto late = wifi();
    late.actionTime = late.notAfter + 1h;
    const auto expired = Span{.label = "log", .notBefore = here - days(9), .notAfter = here - days(1)};
    EXPECT_EQ(
        coming({root(), wifi(), expired}, here),
        (std::vector<Coming>{{wifi().actionTime, "wifi", "renewal"}, {root().notAfter, "ca Example Root", "expiry"}}));
    EXPECT_EQ(coming({late}, here),
              (std::vector<Coming>{{late.notAfter, "wifi", "expiry"}, {late.actionTime, "wifi", "renewal"}}));
}

std::string ticks(const Axis& axis) {
    std::string text;
    for (const auto& tick : axis.ticks())
        text += (text.empty() ? "" : ", ") + tick.label;
    return text;
}

TEST(Axis, HasTheFinestTicksThatHaveRoom) {
    EXPECT_EQ(ticks({here, here + 5min, 60}), "19:00, 19:01, 19:02, 19:03, 19:04, ");
    EXPECT_EQ(ticks({here, here + 12h, 60}), "21:00, 21 Nov, 03:00, 06:00");
    EXPECT_EQ(ticks({here, here + days(30), 60}), "23 Nov, 30 Nov, 7 Dec, 14 Dec");
    EXPECT_EQ(ticks({here, here + days(200), 60}), "Dec, 2027, Feb, Mar, Apr, May, Jun");
    EXPECT_EQ(ticks({here, here + days(7300), 60}), "2030, 2035, 2040, 2045");
    EXPECT_EQ(ticks({here, parseRfc3339("9999-12-31T23:59:59Z"), 60}), "3000, 4000, 5000, 6000, 7000, 8000, 9000");
}

TEST(Axis, KeepsWhatIsOutsideAtItsEnds) {
    const Axis axis(here, here + 10h, 11);
    EXPECT_EQ(axis.column(here - 1h), 0U);
    EXPECT_EQ(axis.column(here + 3h), 3U);
    EXPECT_EQ(axis.column(here + days(9999)), 10U);
}

} // namespace
} // namespace scepd::ctl
