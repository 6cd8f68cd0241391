#include "ctl/failure.hpp"
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
using testing::HasSubstr;

constexpr std::uint64_t farAway = 7'258'118'400'000'000; // 2200-01-01, days away whenever this runs

Shown valid(const std::string& name) {
    return {.name = name,
            .state = "valid",
            .reason = "valid until 2200",
            .nextAction = "nothing",
            .notAfter = farAway,
            .generation = 1};
}

Exit run(Written& written, const std::function<Exit()>& verb) {
    return guarded(written.console, verb);
}

TEST(Verbs, StatusIsATableOfWhatAppliesHereWithASummary) {
    FakeSystem system({valid("web"), {.name = "wifi", .usage = "802.1x", .state = "failed", .reason = "badRequest"}});
    system.daemon.elsewhere = {"kiosk"};
    system.answer();
    Written written;
    written.console.width = 70;
    EXPECT_EQ(run(written, [&] { return status(written.console, ""); }), Exit::done);
    const auto text = written.out.str();
    EXPECT_TRUE(text.starts_with("NAME  USAGE    STATE   EXPIRES        NEXT    REASON\n")) << text;
    EXPECT_NE(text.find("\nwifi  802.1x   failed                 enroll  badRequest\n"), std::string::npos) << text;
    EXPECT_TRUE(text.ends_with("\n\n2 certificates: 1 valid, 1 failed.\n")) << text;
}

TEST(Verbs, StatusTellsReasonsBelowATableInWhichTheyHaveNoRoom) {
    FakeSystem system({valid("web"), {.name = "wifi", .usage = "802.1x", .state = "failed", .reason = "badRequest"}});
    system.answer();
    Written written;
    written.console.width = 60;
    EXPECT_EQ(run(written, [&] { return status(written.console, ""); }), Exit::done);
    const auto text = written.out.str();
    EXPECT_EQ(text.find("REASON"), std::string::npos) << text;
    EXPECT_TRUE(text.ends_with("\n\nwifi: badRequest\n\n2 certificates: 1 valid, 1 failed.\n")) << text;
}

TEST(Verbs, StatusOfOneTellsWhyAndWhatToDo) {
    FakeSystem system({{.name = "wifi",
                        .usage = "802.1x",
                        .state = "failed",
                        .reason = "badRequest",
                        .remedy = "Ask.",
                        .nextAction = "nothing"}});
    system.answer();
    Written written;
    EXPECT_EQ(run(written, [&] { return status(written.console, "wifi"); }), Exit::done);
    EXPECT_EQ(written.out.str(), "● wifi (802.1x) is failed\n"
                                 "  Reason: badRequest\n"
                                 "  Remedy: Ask.\n");
}

TEST(Verbs, StatusWithoutCertificatesSaysWhereProfilesGo) {
    FakeSystem system;
    system.answer();
    Written written;
    EXPECT_EQ(run(written, [&] { return status(written.console, ""); }), Exit::done);
    EXPECT_TRUE(written.out.str().starts_with("No certificates apply here.\nRemedy: put a profile into "))
        << written.out.str();
}

TEST(Verbs, ListNamesWhatDoesNotApplyOnlyWhenAsked) {
    FakeSystem system({valid("web")});
    system.daemon.elsewhere = {"kiosk"};
    system.answer();
    Written some;
    EXPECT_EQ(run(some, [&] { return list(some.console, false); }), Exit::done);
    EXPECT_EQ(some.out.str(), "NAME  USAGE    STATE\nweb   generic  valid\n");
    Written reasons;
    EXPECT_EQ(run(reasons, [&] { return list(reasons.console, true); }), Exit::done);
    EXPECT_THAT(reasons.out.str(),
                HasSubstr("\nkiosk  generic  not-applicable  the profile is for the groups kiosk\n"));
    Written all;
    all.console.json = true;
    EXPECT_EQ(run(all, [&] { return list(all.console, true); }), Exit::done);
    EXPECT_NE(all.out.str().find("\"name\" : \"kiosk\""), std::string::npos) << all.out.str();
    EXPECT_NE(all.out.str().find("\"notAfter\" : \"2200-01-01T00:00:00Z\""), std::string::npos) << all.out.str();
}

TEST(Verbs, ShowTellsWhatIsHeldAndWhereItLies) {
    FakeSystem system({valid("web")});
    system.answer();
    Written written;
    EXPECT_EQ(run(written, [&] { return show(written.console, "web"); }), Exit::done);
    const auto text = written.out.str();
    EXPECT_NE(text.find("\nSubject:       CN=host\n"), std::string::npos) << text;
    EXPECT_NE(text.find("\nTargets:       /etc/ssl/host.pem: deployed\n"), std::string::npos) << text;
}

TEST(Verbs, AnUnknownNameAndOneOfOtherEndpointsHaveTheirExitCodes) {
    FakeSystem system;
    system.daemon.elsewhere = {"kiosk"};
    system.answer();
    Written written;
    EXPECT_EQ(run(written, [&] { return show(written.console, "nope"); }), Exit::noSuchCertificate);
    EXPECT_EQ(run(written, [&] { return status(written.console, "kiosk"); }), Exit::notApplicable);
    EXPECT_TRUE(written.err.str().starts_with("scepctl: no profile names nope\nRemedy: ")) << written.err.str();
}

TEST(Verbs, ReloadPrintsWhatIsWrongAndFailsForAnError) {
    FakeSystem system;
    system.daemon.findings = {{"/etc/scepd/profiles.d/a.toml", 3, 7, "error", "no such usage"}};
    system.answer();
    Written written;
    EXPECT_EQ(run(written, [&] { return reload(written.console); }), Exit::failed);
    EXPECT_EQ(written.out.str(), "/etc/scepd/profiles.d/a.toml:3:7: error: no such usage\n"
                                 "The profiles were read again: 1 error, 0 warnings.\n");
}

TEST(Verbs, ProfilesShowsTheRulesAndWhatIsWrongWithThem) {
    FakeSystem system;
    system.daemon.findings = {{"/etc/scepd/profiles.d/a.toml", 3, 7, "error", "no such usage"}};
    system.answer();
    Written written;
    EXPECT_EQ(run(written, [&] { return profiles(written.console, ""); }), Exit::done);
    EXPECT_EQ(written.out.str(),
              "PROFILE                            APPLIES  GROUPS  CERTIFICATES  CA\n"
              "/etc/scepd/profiles.d/office.toml  yes      office  wifi          http://ca.example.com/scep\n"
              "\n"
              "/etc/scepd/profiles.d/a.toml:3:7: error: no such usage\n");
    Written one;
    EXPECT_EQ(run(one, [&] { return profiles(one.console, "office.toml"); }), Exit::done);
    EXPECT_NE(one.out.str().find("Trust:        sha256:aa\n"), std::string::npos) << one.out.str();
    Written none;
    EXPECT_EQ(run(none, [&] { return profiles(none.console, "nope.toml"); }), Exit::failed);
}

TEST(Verbs, VersionTellsBoth) {
    FakeSystem system;
    system.answer();
    Written written;
    EXPECT_EQ(run(written, [&] { return version(written.console, "1.0"); }), Exit::done);
    EXPECT_EQ(written.out.str(), "scepctl 1.0\nscepd 0.9\n");
}

TEST(Verbs, WithoutADaemonTheExitCodeIsSevenAndTheRemedySaysHowToStartIt) {
    const scepd::test::PrivateBus bus;
    Written written;
    EXPECT_EQ(run(written, [&] { return status(written.console, ""); }), Exit::noDaemon);
    EXPECT_TRUE(written.err.str().starts_with("scepctl: scepd does not answer: it is not running\n"))
        << written.err.str();
    EXPECT_NE(written.err.str().find("\nRemedy: Start it with \"systemctl start scepd\""), std::string::npos);
    EXPECT_EQ(run(written, [&] { return request(written.console, {.names = {"wifi"}}, {.wait = true}); }),
              Exit::noDaemon);
    EXPECT_EQ(run(written, [&] { return monitor(written.console); }), Exit::noDaemon);
}

} // namespace
} // namespace scepd::ctl
