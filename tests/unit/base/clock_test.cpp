#include "base/clock.hpp"

#include "base/error.hpp"

#include <gtest/gtest.h>

namespace scepd {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

TEST(Clock, TimesAreWrittenAsRfc3339InWholeSeconds) {
    EXPECT_EQ(rfc3339(Time(1795201445s)), "2026-11-20T19:04:05Z");
    EXPECT_EQ(rfc3339(Time(1795201445s + 999999us)), "2026-11-20T19:04:05Z");
    EXPECT_EQ(rfc3339(never), "1970-01-01T00:00:00Z");
    EXPECT_EQ(rfc3339(Time(-1us)), "1969-12-31T23:59:59Z");
    EXPECT_EQ(rfc3339(Time(253402300799s)), "9999-12-31T23:59:59Z");
}

TEST(Clock, AWrittenTimeIsReadBack) {
    for (const std::string text : {"2026-11-20T19:04:05Z", "1970-01-01T00:00:00Z", "2028-02-29T23:59:59Z",
                                   "2038-01-19T03:14:08Z", "9999-12-31T23:59:59Z"})
        EXPECT_EQ(rfc3339(parseRfc3339(text)), text);
    EXPECT_EQ(parseRfc3339("2026-11-20T19:04:05Z"), Time(1795201445s));
}

TEST(Clock, ATextThatIsNoSuchTimeIsALocalError) {
    for (const std::string text :
         {"", "now", "2026-11-20", "2026-11-20 19:04:05Z", "2026-11-20T19:04:05", "2026-11-20T19:04:05Z ",
          "2026-13-20T19:04:05Z", "2026-02-31T19:04:05Z", "2026-1-2T3:4:5Z", "2026-11-20T19:04:05+01:00"}) {
        try {
            parseRfc3339(text);
            ADD_FAILURE() << "accepted: " << text;
        } catch (const Error& error) {
            EXPECT_EQ(error.fault(), Fault::local);
            EXPECT_EQ(error.what(), "not a time like 2026-11-20T19:04:05Z: " + text);
        }
    }
}

TEST(Clock, TheBusGetsMicrosecondsAndNothingBeforeTheEpoch) {
    EXPECT_EQ(microseconds(Time(1795201445s + 7us)), 1795201445000007U);
    EXPECT_EQ(microseconds(never), 0U);
    EXPECT_EQ(microseconds(Time(-1s)), 0U);
}

TEST(Clock, DurationsAreSaidInTheLargestUnitAndTheNext) {
    EXPECT_EQ(humanDuration(days(30)), "30d");
    EXPECT_EQ(humanDuration(days(1) + 2h + 3min), "1d 2h");
    EXPECT_EQ(humanDuration(90min), "1h 30min");
    EXPECT_EQ(humanDuration(90s), "1min 30s");
    EXPECT_EQ(humanDuration(20s), "20s");
    EXPECT_EQ(humanDuration(250ms), "250ms");
}

TEST(Clock, AUnitThatIsZeroIsLeftOut) {
    EXPECT_EQ(humanDuration(days(1) + 30min), "1d");
    EXPECT_EQ(humanDuration(1h + 59s), "1h");
    EXPECT_EQ(humanDuration(0s), "0s");
}

TEST(Clock, ADurationChangesItsUnitExactlyWhereTheNextOneBegins) {
    EXPECT_EQ(humanDuration(1ms - 1us), "0s");
    EXPECT_EQ(humanDuration(1ms), "1ms");
    EXPECT_EQ(humanDuration(1s - 1us), "999ms");
    EXPECT_EQ(humanDuration(1s), "1s");
    EXPECT_EQ(humanDuration(1500ms), "1s");
    EXPECT_EQ(humanDuration(1min - 1us), "59s");
    EXPECT_EQ(humanDuration(1min), "1min");
    EXPECT_EQ(humanDuration(1h - 1us), "59min 59s");
    EXPECT_EQ(humanDuration(1h), "1h");
    EXPECT_EQ(humanDuration(days(1) - 1us), "23h 59min");
    EXPECT_EQ(humanDuration(days(1)), "1d");
}

TEST(Clock, ANegativeDurationHasAMinusInFront) {
    EXPECT_EQ(humanDuration(-90min), "-1h 30min");
}

} // namespace
} // namespace scepd
