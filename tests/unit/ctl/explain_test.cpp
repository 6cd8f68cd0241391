#include "ctl/failure.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

#include "console_support.hpp"
#include "fake_daemon.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd::ctl {
namespace {

using test::FakeSystem;
using test::Shown;
using test::Written;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t farAway = 7'258'118'400'000'000; // 2200-01-01, days away whenever this runs
constexpr std::uint64_t day = 86'400'000'000;

Shown wifi() {
    return {.name = "wifi",
            .usage = "802.1x",
            .state = "valid",
            .reason = "generation 3 is deployed",
            .nextAction = "renew",
            .notAfter = farAway,
            .nextActionTime = farAway - 30 * day};
}

test::Properties facts() {
    return {{"Rule", sdbus::Variant(std::string("renewal begins 30d before expiry"))},
            {"Due", sdbus::Variant(farAway - 30 * day)},
            {"Expected", sdbus::Variant(farAway - 29 * day)},
            {"Before", sdbus::Variant(std::vector<std::string>{"syslog"})},
            {"Overtakes", sdbus::Variant(farAway - 15 * day)},
            {"Emergency", sdbus::Variant(farAway - 4 * day)},
            {"Changes", sdbus::Variant(std::vector<std::string>{"scepctl renew wifi: at once"})}};
}

std::string explained(const Shown& shown, const test::Properties& explanation, bool json = false) {
    FakeSystem system({shown});
    system.daemon.certificates.at(shown.name)->explanation = explanation;
    system.answer();
    Written written;
    written.console.json = json;
    EXPECT_EQ(guarded(written.console, [&] { return explain(written.console, shown.name); }), Exit::done);
    return written.out.str();
}

std::string date(std::uint64_t time) {
    return spoken(Time(Duration(static_cast<Duration::rep>(time))), now());
}

TEST(Explain, TellsStateNextStepRuleQueueAndWhatWouldChangeIt) {
    const auto text = explained(wifi(), facts());

    EXPECT_TRUE(text.starts_with("wifi is valid until " + date(farAway) + ".\n")) << text;
    EXPECT_THAT(text, HasSubstr("It will be renewed on " + date(farAway - 29 * day)));
    EXPECT_THAT(text, HasSubstr("renewal begins 30d before expiry"));
    EXPECT_THAT(text, HasSubstr("syslog"));
    EXPECT_THAT(text, HasSubstr("from " + date(farAway - 15 * day) + " on it does not wait for those before it"));
    EXPECT_THAT(text, HasSubstr("from " + date(farAway - 4 * day) + " on renewals need not be spaced apart"));
    EXPECT_THAT(text, HasSubstr("scepctl renew wifi: at once"));
}

TEST(Explain, OfWhatIsNotHeldHasNoDates) {
    const auto text =
        explained({.name = "web", .state = "waiting", .reason = "connection refused", .remedy = "Check the network."},
                  {{"Rule", sdbus::Variant(std::string("no certificate is held"))},
                   {"Before", sdbus::Variant(std::vector<std::string>{})},
                   {"Changes", sdbus::Variant(std::vector<std::string>{"scepctl request web: at once"})}});

    EXPECT_TRUE(text.starts_with("web is waiting.\n")) << text;
    EXPECT_THAT(text, HasSubstr("It will be enrolled now."));
    EXPECT_THAT(text, HasSubstr("Check the network."));
    EXPECT_THAT(text, Not(HasSubstr("Overtakes")));
    EXPECT_THAT(text, Not(HasSubstr("Before it")));
}

TEST(Explain, NamesTheCodeOfWhatWentWrong) {
    const auto text = explained({.name = "web", .state = "waiting", .lastErrorCode = "SCEPD-202"},
                                {{"Rule", sdbus::Variant(std::string("no certificate is held"))},
                                 {"Before", sdbus::Variant(std::vector<std::string>{})},
                                 {"Changes", sdbus::Variant(std::vector<std::string>{})}});

    EXPECT_THAT(text, HasSubstr("SCEPD-202, \"Nobody accepts the connection\"; more: scepctl explain SCEPD-202"));
}

TEST(Explain, OfACodeTellsCauseAndRemedyWithoutADaemon) {
    Written written;
    EXPECT_EQ(explain(written.console, "scepd-202"), Exit::done);
    EXPECT_TRUE(written.out.str().starts_with("SCEPD-202: Nobody accepts the connection\n")) << written.out.str();
    EXPECT_THAT(written.out.str(), AllOf(HasSubstr("Cause"), HasSubstr("Remedy"), HasSubstr("scepctl probe")));

    Written json;
    json.console.json = true;
    EXPECT_EQ(explain(json.console, "SCEPD-202"), Exit::done);
    EXPECT_THAT(json.out.str(), HasSubstr("\"title\" : \"Nobody accepts the connection\""));
}

TEST(Explain, JsonCarriesTheSameFacts) {
    const auto text = explained(wifi(), facts(), true);

    EXPECT_THAT(text, HasSubstr("\"due\" : \"2199-12-02T00:00:00Z\""));
    EXPECT_THAT(text, HasSubstr("\"expected\" : \"2199-12-03T00:00:00Z\""));
    EXPECT_THAT(text, HasSubstr("\"rule\" : \"renewal begins 30d before expiry\""));
}

TEST(Spoken, NamesTheYearOnlyWhenItIsAnotherOne) {
    const auto at = parseRfc3339("2026-06-15T12:00:00Z");
    EXPECT_EQ(spoken(parseRfc3339("2026-02-09T12:12:00Z"), at).find("2026"), std::string::npos);
    EXPECT_THAT(spoken(parseRfc3339("2027-03-03T12:12:00Z"), at), HasSubstr("3 March 2027 "));
    EXPECT_EQ(spoken(never, at), "");
}

} // namespace
} // namespace scepd::ctl
