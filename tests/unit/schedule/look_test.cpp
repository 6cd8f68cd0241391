#include "schedule/look.hpp"

#include "schedule/notes.hpp"
#include "unit/schedule/samples.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd::schedule {
namespace {

using namespace test;
using record::Authority;
using record::State;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<Authority> none;

/// A certificate that lasts until the first of April and is renewed on the second of March by a CA that lives long.
record::Held heldOfLastingCa() {
    auto result = held();
    result.caNotAfter = parseRfc3339("2036-01-01T00:00:00Z");
    return result;
}

/// The CA ends three days after the certificate.
record::Held heldOfEndingCa() {
    auto result = held();
    result.caNotAfter = parseRfc3339("2026-04-04T00:00:00Z");
    return result;
}

record::History metAtStart() {
    auto history = deployed();
    history.attempts = 1;
    return history;
}

Authority authority(const std::string& role, const std::string& until, const std::string& from) {
    return {.role = role,
            .subject = "CN=" + role,
            .fingerprint = std::string(64, 'a'),
            .notBefore = parseRfc3339(from),
            .notAfter = parseRfc3339(until)};
}

/// Ten years up to then.
Authority endingOn(const std::string& role, const std::string& until) {
    return authority(role, until, "2016-01-01T00:00:00Z");
}

Time time(const char* text) {
    return parseRfc3339(text);
}

/// With equal dice for everybody: share(0, 1) of a day earlier.
Time nextLookOf(const std::optional<record::Held>& what, const std::vector<Authority>& authorities,
                const record::History& history, Time now) {
    return nextLook(plainPolicy(), what, authorities, history, now);
}

TEST(Look, IsDueWithinTheSeventhDayAfterTheExchangeThatBroughtTheCertificate) {
    const auto due = nextLookOf(heldOfLastingCa(), none, metAtStart(), start + days(1));

    EXPECT_GT(due, time("2026-01-07T00:00:00Z"));
    EXPECT_LE(due, time("2026-01-08T00:00:00Z"));
}

TEST(Look, OfManyEndpointsIsNotAtTheSameTime) {
    auto one = plainPolicy(), other = plainPolicy();
    one.seed = 1;
    other.seed = 2;

    EXPECT_NE(nextLook(one, heldOfLastingCa(), none, metAtStart(), start),
              nextLook(other, heldOfLastingCa(), none, metAtStart(), start));
}

TEST(Look, IsDueAWeekAfterTheLastOne) {
    const auto history = noteLook(metAtStart(), false, time("2026-02-01T00:00:00Z"));
    const auto due = nextLookOf(heldOfLastingCa(), none, history, time("2026-02-01T00:00:00Z"));

    EXPECT_GT(due, time("2026-02-07T00:00:00Z"));
    EXPECT_LE(due, time("2026-02-08T00:00:00Z"));
}

TEST(Look, IsDueDailyWhenTheCaEndsBeforeTheNextCertificateDoes) {
    EXPECT_EQ(nextLookOf(heldOfEndingCa(), none, metAtStart(), start), time("2026-01-02T00:00:00Z"));

    const std::vector followed{endingOn("ca", "2026-04-04T00:00:00Z"), endingOn("next", "2046-01-01T00:00:00Z")};
    EXPECT_GT(nextLookOf(heldOfEndingCa(), followed, metAtStart(), start), time("2026-01-07T00:00:00Z"))
        << "it is known who follows";
}

TEST(Look, IsDueDailyWhileAWarningOfTheCaOrRaIsDue) {
    const std::vector ending{endingOn("ra", "2026-03-02T00:00:00Z")};
    const auto history = noteLook(metAtStart(), false, time("2026-01-01T00:00:00Z"));

    EXPECT_EQ(nextLookOf(heldOfLastingCa(), ending, history, time("2026-01-01T00:00:00Z")),
              time("2026-01-02T00:00:00Z"));
}

TEST(Look, ThatFailedIsRepeatedAfterSixHours) {
    const auto history = noteLook(metAtStart(), true, time("2026-01-09T00:00:00Z"));
    EXPECT_EQ(nextLookOf(heldOfLastingCa(), none, history, time("2026-01-09T00:00:00Z")), time("2026-01-09T06:00:00Z"));

    const auto mended = noteLook(history, false, time("2026-01-09T06:00:00Z"));
    EXPECT_GT(nextLookOf(heldOfLastingCa(), none, mended, time("2026-01-09T06:00:00Z")), time("2026-01-15T06:00:00Z"));
}

TEST(Look, ThatFailedIsRepeatedAtOnceWhenTheFileThatPinsTheCaChanges) {
    const auto failed = noteLook(metAtStart(), true, time("2026-01-09T00:00:00Z"));

    EXPECT_LT(nextLookOf(heldOfLastingCa(), none, noteFileChange(failed), time("2026-01-09T00:00:01Z")),
              time("2026-01-09T00:00:01Z"));
}

TEST(Look, IsNotDueWhereAttemptsMeetTheCaAnyway) {
    EXPECT_EQ(nextLookOf(std::nullopt, none, metAtStart(), start), never) << "nothing is held";
    EXPECT_EQ(nextLookOf(heldOfLastingCa(), none, metAtStart(), start + days(90)), never) << "expired";
    EXPECT_EQ(nextLookOf(heldOfLastingCa(), none, failed(metAtStart(), 1, start + days(61)), start + days(61)), never);
    auto pending = metAtStart();
    pending.pending = record::PendingTransaction{.id = "ab12", .since = start, .lastPoll = start};
    EXPECT_EQ(nextLookOf(heldOfLastingCa(), none, pending, start + days(61)), never);
}

TEST(Look, IsNeverDueOfACaThatIsAskedByHand) {
    EXPECT_EQ(nextLookOf(heldOfLastingCa(), none, deployed(), start + days(30)), never);
}

TEST(Look, ThatWasNotedUnderAClockThatWasAheadCountsFromNow) {
    const auto history = noteLook(metAtStart(), false, time("2030-01-01T00:00:00Z"));

    EXPECT_LE(nextLookOf(heldOfLastingCa(), none, history, time("2026-02-01T00:00:00Z")), time("2026-02-08T00:00:00Z"));
    EXPECT_EQ(noteClockStep(history, time("2026-02-01T00:00:00Z")).lastLook, time("2026-02-01T00:00:00Z"));
}

TEST(Ca, EndsBeforeTheNextCertificateDoes) {
    auto what = held(); // renewed on March 2nd, so the next one lasts until May 31st
    what.caNotAfter = time("2026-05-30T23:59:59Z");
    EXPECT_TRUE(endsBeforeTheNext(plainPolicy(), what));
    what.caNotAfter = time("2026-05-31T00:00:00Z");
    EXPECT_FALSE(endsBeforeTheNext(plainPolicy(), what));
    what.caNotAfter = never;
    EXPECT_FALSE(endsBeforeTheNext(plainPolicy(), what)) << "not known";
}

TEST(Ca, IsWarnedOfSixtyDaysBeforeItsEndAndThenThreeTimes) {
    EXPECT_THAT(warningTimes(endingOn("ca", "2026-07-01T00:00:00Z")),
                ElementsAre(time("2026-05-02T00:00:00Z"), time("2026-06-01T00:00:00Z"), time("2026-06-24T00:00:00Z"),
                            time("2026-06-30T00:00:00Z")));
}

TEST(Ca, ThatLivesShortIsWarnedOfInTheLastThirdOfItsLife) {
    EXPECT_THAT(warningTimes(authority("ca", "2026-01-31T00:00:00Z", "2026-01-01T00:00:00Z")),
                ElementsAre(time("2026-01-24T00:00:00Z"), time("2026-01-30T00:00:00Z")));
}

TEST(Ca, ThatEndsFirstIsTheOneToTellOf) {
    const auto ca = endingOn("ca", "2026-07-01T00:00:00Z"), ra = endingOn("ra", "2026-06-15T00:00:00Z");
    EXPECT_EQ(endingAuthority(std::vector{ca, ra}, time("2026-04-01T00:00:00Z")), std::nullopt) << "both live long";
    EXPECT_EQ(endingAuthority(std::vector{ca, ra}, time("2026-04-20T00:00:00Z")), ra);
    EXPECT_EQ(endingAuthority(std::vector{ca, ra}, time("2026-06-10T00:00:00Z")), ra);
    EXPECT_EQ(endingAuthority(std::vector{ca}, time("2026-06-10T00:00:00Z")), ca);
}

TEST(Ca, ThatIsFollowedEndsAsItShould) {
    const auto ca = endingOn("ca", "2026-07-01T00:00:00Z"), next = endingOn("next", "2046-01-01T00:00:00Z");
    const auto ra = endingOn("ra", "2026-07-01T00:00:00Z");

    EXPECT_EQ(endingAuthority(std::vector{ca, next}, time("2026-06-10T00:00:00Z")), std::nullopt);
    EXPECT_EQ(endingAuthority(std::vector{ca, ra, next}, time("2026-06-10T00:00:00Z")), ra) << "its RA is not followed";
}

TEST(Ca, ThatEndsMakesAValidCertificateDegraded) {
    const auto ca = endingOn("ca", "2026-07-01T00:00:00Z");
    const auto situation = withEnding({State::valid, "generation 1 is deployed", ""}, ca);

    EXPECT_EQ(situation.state, State::degraded);
    EXPECT_EQ(situation.reason, "generation 1 is deployed, but its CA CN=ca expires on 2026-07-01T00:00:00Z");
    EXPECT_THAT(situation.remedy, HasSubstr("operator"));
    const Situation failing{State::expired, "expired", "hurry"};
    EXPECT_EQ(withEnding(failing, ca), failing) << "what is worse is told first";
}

TEST(ACertificate, IsWarnedOfWhenItShouldHaveBeenRenewedByThen) {
    EXPECT_THAT(warningTimes(plainPolicy(), held(1, days(360))), // renewal begins 120 days before
                ElementsAre(start + days(330), start + days(353), start + days(359)));
    EXPECT_THAT(warningTimes(plainPolicy(), held(1, days(60))), // 20 days before
                ElementsAre(start + days(53), start + days(59)));
    EXPECT_THAT(warningTimes(plainPolicy(), held(1, days(2))), IsEmpty());
}

TEST(ACertificate, ThatIsNeverRenewedByItselfIsWarnedOfInAnyCase) {
    auto policy = plainPolicy();
    policy.renewBefore = Duration::zero();

    EXPECT_THAT(warningTimes(policy, held(1, days(90))),
                ElementsAre(start + days(60), start + days(83), start + days(89)));
}

TEST(AWarning, IsTheLastThatHasComeAndTheNextIsTheFirstToCome) {
    const std::vector times{start + days(60), start + days(83)};

    EXPECT_EQ(lastOf(times, start + days(60) - 1us), never);
    EXPECT_EQ(nextOf(times, start + days(60) - 1us), start + days(60));
    EXPECT_EQ(lastOf(times, start + days(60)), start + days(60));
    EXPECT_EQ(nextOf(times, start + days(60)), start + days(83));
    EXPECT_EQ(nextOf(times, start + days(83)), never);
}

} // namespace
} // namespace scepd::schedule
