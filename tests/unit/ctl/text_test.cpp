#include "ctl/text.hpp"

#include "console_support.hpp"

#include <gtest/gtest.h>

namespace scepd::ctl {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using test::here;

TEST(Text, ControlCharactersOfAServerDoNotReachTheTerminal) {
    EXPECT_EQ(printable("CN=a\033[2Jb\x7F\n"), "CN=a?[2Jb??");
    EXPECT_EQ(printable("a\xC2\x9B"
                        "2Jb"),
              "a?2Jb");
}

TEST(Text, CharactersBeyondAsciiArePrintable) {
    EXPECT_EQ(printable("CN=Müller, 東京, \xC2\xA0"), "CN=Müller, 東京, \xC2\xA0");
}

TEST(Text, CutsBetweenCharactersAndSaysSo) {
    EXPECT_EQ(cut("Müllerstraße", 12), "Müllerstraße");
    EXPECT_EQ(cut("Müllerstraße", 11), "Müllerstra…");
    EXPECT_EQ(cut("Müller", 2), "M…");
    EXPECT_EQ(cut("Müller", 1), "…");
    EXPECT_EQ(cut("Müller", 0), "");
    EXPECT_EQ(cut("Müller", 3, "*"), "Mü*");
}

TEST(Text, TellsADistanceInTimeWithOneUnit) {
    EXPECT_EQ(relative(here + days(23) + 5h, here), "in 23 days");
    EXPECT_EQ(relative(here + 47h, here), "in 47 h");
    EXPECT_EQ(relative(here + 59min, here), "in 59 min");
    EXPECT_EQ(relative(here + 42s, here), "in 42 s");
    EXPECT_EQ(relative(here + 500ms, here), "now");
    EXPECT_EQ(relative(here - 3min, here), "3 min ago");
    EXPECT_EQ(relative(here - days(400), here), "400 days ago");
}

TEST(Text, SomethingFarAwayHasADay) {
    EXPECT_EQ(moment(here + days(23), here), "2026-12-13 (in 23 days)");
}

TEST(Text, SomethingNearHasATimeOfDay) {
    EXPECT_EQ(moment(here + 20s, here), "2026-11-20 19:00:20 (in 20 s)");
    EXPECT_EQ(moment(here - 1h, here), "2026-11-20 18:00:00 (1 h ago)");
}

TEST(Text, TheLastDayThatACertificateCanNameIsToldAsItIs) {
    const auto last = parseRfc3339("9999-12-31T23:59:59Z");
    EXPECT_EQ(absolute(last, here), "9999-12-31");
    EXPECT_EQ(spoken(last, here), "31 December 9999 23:59");
}

TEST(Text, NeverIsNotToldAtAll) {
    EXPECT_EQ(moment(never, here), "");
    EXPECT_EQ(absolute(never, here), "");
}

TEST(Text, CountsInSingularAndPlural) {
    EXPECT_EQ(counted(0, "certificate"), "0 certificates");
    EXPECT_EQ(counted(1, "certificate"), "1 certificate");
    EXPECT_EQ(counted(2, "error"), "2 errors");
}

} // namespace
} // namespace scepd::ctl
