#include "schedule/plausible.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace scepd::schedule {
namespace {

using namespace std::chrono_literals;
using Held = std::vector<record::Held>;

Time at(const std::string& text) {
    return parseRfc3339(text);
}

record::Held held(const std::string& notBefore, const std::string& caNotAfter) {
    record::Held result;
    result.notBefore = at(notBefore);
    result.caNotAfter = at(caNotAfter);
    return result;
}

const Time built = at("2026-11-20T12:00:00Z");
const auto ofLongCa = held("2027-03-01T08:00:00Z", "2046-01-01T00:00:00Z");
const auto ofShortCa = held("2027-02-01T08:00:00Z", "2031-01-01T00:00:00Z");

TEST(ClockFloor, IsWhenTheProgramWasBuiltWhileNothingElseIsKnown) {
    EXPECT_EQ(clockFloor(built, never, {}), built);
}

TEST(ClockFloor, IsTheLastTimeThatWasNotedWhenThatIsNewer) {
    EXPECT_EQ(clockFloor(built, at("2027-05-06T07:08:09Z"), {}), at("2027-05-06T07:08:09Z"));
    EXPECT_EQ(clockFloor(built, at("2026-05-06T07:08:09Z"), {}), built);
}

TEST(ClockFloor, IsWhenTheNewestCertificateWasIssuedWhenThatIsNewer) {
    EXPECT_EQ(clockFloor(built, never, Held{ofShortCa, ofLongCa}), at("2027-03-01T08:00:00Z"));
    EXPECT_EQ(clockFloor(built, at("2027-05-06T07:08:09Z"), Held{ofLongCa}), at("2027-05-06T07:08:09Z"));
}

TEST(ClockFloor, DoesNotBelieveANotedTimeThatLiesFurtherAheadThanAnyMachineRests) {
    EXPECT_EQ(clockFloor(built, at("2099-01-01T00:00:00Z"), {}), built);
    EXPECT_EQ(clockFloor(built, at("2037-02-26T08:00:00Z"), Held{ofLongCa}), at("2037-02-26T08:00:00Z"));
    EXPECT_EQ(clockFloor(built, at("2037-02-26T08:00:01Z"), Held{ofLongCa}), at("2027-03-01T08:00:00Z"));
}

TEST(ClockFloor, TheProgramKnowsWhenItWasBuilt) {
    EXPECT_GE(buildTime(), at("2026-11-20T12:00:00Z"));
    EXPECT_LT(buildTime(), at("2100-01-01T00:00:00Z"));
}

TEST(ClockCeiling, IsTenYearsAheadWhileNoCaIsKnown) {
    EXPECT_EQ(clockCeiling(built, {}), at("2036-11-17T12:00:00Z"));
    EXPECT_EQ(clockCeiling(built, Held{record::Held{}}), at("2036-11-17T12:00:00Z"));
}

TEST(ClockCeiling, IsTheEndOfTheCaThatLivesLongest) {
    EXPECT_EQ(clockCeiling(built, Held{ofShortCa}), at("2031-01-01T00:00:00Z"));
    EXPECT_EQ(clockCeiling(built, Held{ofShortCa, held("2027-02-01T08:00:00Z", "2032-01-01T00:00:00Z")}),
              at("2032-01-01T00:00:00Z"));
}

TEST(ClockCeiling, IsTenYearsAheadAtMost) {
    EXPECT_EQ(clockCeiling(built, Held{ofShortCa, ofLongCa}), at("2036-11-17T12:00:00Z"));
}

TEST(ClockCeiling, LeavesAYearInWhichACaMayExpire) {
    EXPECT_EQ(clockCeiling(at("2030-12-01T00:00:00Z"), Held{ofShortCa}), at("2031-12-01T00:00:00Z"));
    EXPECT_EQ(clockCeiling(at("2033-12-01T00:00:00Z"), Held{ofShortCa}), at("2034-12-01T00:00:00Z"));
}

/// On a machine that was last seen in May 2027 and holds these.
bool believes(const std::string& now, const Held& certificates) {
    const auto floor = clockFloor(built, at("2027-05-06T07:00:00Z"), certificates);
    return plausible(at(now), floor, clockCeiling(floor, certificates));
}

TEST(Plausible, IsAClockThatGoesOnFromTheFloor) {
    EXPECT_TRUE(believes("2027-05-06T07:00:00Z", {ofLongCa}));
    EXPECT_TRUE(believes("2027-05-07T07:00:00Z", {ofLongCa}));
    EXPECT_TRUE(believes("2027-05-07T07:00:00Z", {}));
}

TEST(Plausible, IsAClockThatIsBehindByWhatSynchronisationTakesBack) {
    EXPECT_TRUE(believes("2027-05-06T06:55:00Z", {}));
    EXPECT_FALSE(believes("2027-05-06T06:54:59Z", {}));
}

TEST(Plausible, IsNoClockThatHasForgottenTheTime) {
    for (const auto* now : {"1970-01-01T00:00:07Z", "2000-01-01T00:00:00Z", "2015-06-01T00:00:00Z"}) {
        EXPECT_FALSE(believes(now, {})) << now;
        EXPECT_FALSE(plausible(at(now), clockFloor(built, never, {}), clockCeiling(built, {}))) << now;
    }
}

TEST(Plausible, IsAMonthOfSuspendAndAYearInAStore) {
    EXPECT_TRUE(believes("2027-06-06T07:00:00Z", {ofLongCa}));
    EXPECT_TRUE(believes("2028-05-05T07:00:00Z", {ofShortCa}));
    EXPECT_TRUE(believes("2028-05-05T07:00:00Z", {held("2027-05-01T00:00:00Z", "2027-06-01T00:00:00Z")}));
}

TEST(Plausible, IsNoClockTenYearsAhead) {
    EXPECT_FALSE(believes("2037-05-06T07:00:00Z", {}));
    EXPECT_FALSE(believes("2037-05-06T07:00:00Z", {ofLongCa}));
}

TEST(Plausible, IsNoneAfterTheEndOfEveryCaAndALongRest) {
    EXPECT_TRUE(believes("2030-12-31T23:59:59Z", {ofShortCa}));
    EXPECT_FALSE(believes("2031-01-01T00:00:01Z", {ofShortCa}));
    EXPECT_TRUE(believes("2031-01-01T00:00:01Z", {ofShortCa, ofLongCa}));
}

TEST(Plausible, IsNoClockWhoseBatteryIsEmptyOrWhoseReceiverCountsTheWrongWeeks) {
    for (const auto* now : {"2038-01-19T03:14:07Z", "2046-12-20T07:00:00Z", "2099-12-31T23:59:59Z"})
        EXPECT_FALSE(believes(now, {ofLongCa})) << now;
}

// ---- the time to decide by ----

const Belief fresh{.floor = parseRfc3339("2026-11-01T00:00:00Z"),
                   .ceiling = parseRfc3339("2030-11-01T00:00:00Z"),
                   .elapsed = std::chrono::hours(2)};

TEST(JudgedTime, IsWhatAClockShowsThatCanBeRight) {
    const auto shown = parseRfc3339("2027-03-01T12:00:00Z");
    EXPECT_EQ(judgedTime(shown, fresh), shown);
}

TEST(JudgedTime, OfAClockThatCannotBeRightIsTheEarliestThatItCanBe) {
    const auto earliest = parseRfc3339("2026-11-01T02:00:00Z");
    for (const auto* const shown : {"1970-01-01T00:10:00Z", "2000-01-01T00:00:00Z", "2036-11-21T00:00:00Z"})
        EXPECT_EQ(judgedTime(parseRfc3339(shown), fresh), earliest) << shown;
}

TEST(JudgedTime, OfASynchronisedClockIsWhatItShows) {
    auto synchronized = fresh;
    synchronized.synchronized = true;
    const auto shown = parseRfc3339("2036-11-21T00:00:00Z");
    EXPECT_EQ(judgedTime(shown, synchronized), shown);
}

} // namespace
} // namespace scepd::schedule
