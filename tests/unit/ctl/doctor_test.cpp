#include "base/file.hpp"
#include "console_support.hpp"
#include "ctl/failure.hpp"
#include "ctl/report_text.hpp"
#include "ctl/verbs.hpp"
#include "doctor_support.hpp"
#include "fake_daemon.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace scepd::ctl {
namespace {

using test::Endpoint;
using test::FakeSystem;
using test::Written;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t farAway = 7'258'118'400'000'000; // 2200-01-01, to come whenever this runs

struct Visited {
    Exit code;
    std::string text;
};

Visited visit(const Endpoint& endpoint, const std::string& report = {}, bool json = false,
              const std::string& version = "0.9") {
    Written written;
    written.console.json = json;
    const auto code = guarded(written.console, [&] {
        return doctor(written.console, {.root = endpoint.root().path(), .report = report, .version = version});
    });
    return {code, written.out.str() + written.err.str()};
}

TEST(Doctor, OfAHealthyEndpointFindsNoFailure) {
    FakeSystem system({{.name = "web", .state = "valid", .notAfter = farAway}});
    system.answer();
    const Endpoint endpoint;
    const auto [code, text] = visit(endpoint);
    EXPECT_EQ(code, Exit::done) << text;
    EXPECT_THAT(text, HasSubstr("\nDaemon\n  ok       answers on the bus: "));
    EXPECT_THAT(text, HasSubstr("\n  ok       version: scepd and scepctl are 0.9\n"));
    EXPECT_THAT(text, HasSubstr("\nCertificates\n  ok       web: valid, expires "));
    EXPECT_THAT(text, HasSubstr(", 0 failures"));
    EXPECT_THAT(text, Not(HasSubstr("\033"))) << "colours are for terminals";
}

TEST(Doctor, NamesCertificatesInTroubleAndAnotherVersion) {
    FakeSystem system({{.name = "web", .state = "failed", .reason = "the CA refuses", .remedy = "Ask the CA."},
                       {.name = "wifi", .state = "waiting", .reason = "no network"}});
    system.answer();
    const Endpoint endpoint;
    const auto [code, text] = visit(endpoint, {}, false, "0.8");
    EXPECT_EQ(code, Exit::failed);
    EXPECT_THAT(text,
                HasSubstr("  FAILED   web\n           is failed: the CA refuses\n           Remedy: Ask the CA.\n"));
    EXPECT_THAT(text, HasSubstr("  warning  wifi\n           is waiting: no network\n"));
    EXPECT_THAT(text, HasSubstr("  warning  version\n           scepctl is 0.8, the scepd that runs is 0.9\n"));
}

TEST(Doctor, LooksOnWithoutADaemon) {
    const scepd::test::PrivateBus bus;
    const Endpoint endpoint;
    const auto [code, text] = visit(endpoint);
    EXPECT_EQ(code, Exit::failed);
    EXPECT_THAT(text, HasSubstr("  FAILED   answers on the bus\n           scepd does not answer"));
    EXPECT_THAT(text, HasSubstr("systemctl start scepd"));
    EXPECT_THAT(text, HasSubstr("  -        certificates: not looked at: the daemon does not answer\n"));
    EXPECT_THAT(text, HasSubstr("Profiles\n  ok       "));
}

TEST(Doctor, OfAnotherRootWithoutABusLooksOnlyAtWhatLiesThere) {
    ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
    const Endpoint endpoint;
    const auto [code, text] = visit(endpoint);
    EXPECT_EQ(code, Exit::done) << text;
    EXPECT_THAT(text, Not(HasSubstr("Daemon\n")));
    EXPECT_THAT(text, Not(HasSubstr("Units\n")));
    EXPECT_THAT(text, HasSubstr("Secrets\n  ok       "));
}

TEST(Doctor, JsonTellsEveryCheck) {
    FakeSystem system;
    system.answer();
    const Endpoint endpoint;
    const auto [code, text] = visit(endpoint, {}, true);
    EXPECT_EQ(code, Exit::done);
    EXPECT_THAT(text, HasSubstr("\"area\" : \"Hooks\""));
    EXPECT_THAT(text, HasSubstr("\"result\" : \"ok\""));
    EXPECT_THAT(text, HasSubstr("\"remedy\" : \"\""));
    EXPECT_THAT(text, HasSubstr("\"failures\" : 0"));
}

TEST(Doctor, AReportTellsAllAndIsForItsOwnerAlone) {
    FakeSystem system({{.name = "web", .state = "valid", .notAfter = farAway}});
    system.answer();
    const Endpoint endpoint;
    const auto file = endpoint.root() / "report.txt";
    const auto [code, text] = visit(endpoint, file.string());
    EXPECT_EQ(code, Exit::done);
    EXPECT_THAT(text, HasSubstr("The report is in " + file.string() + ". Challenges and passwords are masked"));
    struct stat status {};
    ASSERT_EQ(::stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
    const auto report = file::read(file);
    for (const auto* words :
         {"== Versions", "Kernel:", "scepd:        0.9", "== Checks", "Hooks\n  ok ", "== Certificates",
          "web   generic  valid", "== Profiles as loaded", "Certificate: web (web)",
          "static, from the file /etc/scepd/secrets/office", "== Settings", "renewal-spacing:", "== Journal"})
        EXPECT_THAT(report, HasSubstr(words));
}

TEST(Doctor, AReportHoldsNoSecret) {
    FakeSystem system(
        {{.name = "web",
          .state = "failed",
          .reason = "http://svc:canary-in-a-url@ca.example.com/scep?token=canary-in-a-query: inline-canary"}});
    system.answer();
    Endpoint endpoint;
    endpoint.root().write("etc/scepd/profiles.d/office.toml", Endpoint::profile("value = \"inline-canary\""), 0640);
    endpoint.root().write("etc/scepd/profiles.d/proxy.toml",
                          "[scep]\nurl = \"http://svc:canary-in-a-url@ca.example.com/scep\"\n"
                          "proxy = \"svc:canary-in-a-proxy@proxy.example.com:3128\"\n"
                          "[scep.challenge]\ntype = \"static\"\nvalue = \"canary-that-does-not-load\"\n",
                          0640);
    endpoint.root().write("etc/scepd/scepd.toml", "[endpoint]\nadmin-password = \"canary-in-a-variable\"\n", 0640);
    const auto report = visit(endpoint, "-").text;
    EXPECT_THAT(report, HasSubstr("static, *** in the profile"));
    EXPECT_THAT(report, HasSubstr("://***@ca.example.com/scep?***"));
    EXPECT_THAT(report, HasSubstr("proxy.toml"));
    EXPECT_THAT(report, HasSubstr("endpoint.admin-password: "));
    EXPECT_THAT(report, Not(HasSubstr("canary")));
}

TEST(Masked, LeavesWhatIsNoSecret) {
    EXPECT_EQ(masked("http://ca.example.com/scep email:a@example.com x\033[31m\n", {}),
              "http://ca.example.com/scep email:a@example.com x?[31m\n");
    EXPECT_EQ(masked("a secret b\nsecret", {"secret"}), "a *** b\n***\n");
    EXPECT_EQ(masked("office-7Kq", {"office", "office-7Kq"}), "***\n") << "one begins like the other";
    EXPECT_EQ(masked("\"svc:p/w@host:3128\" https://me@host/", {}), "\"***@host:3128\" https://***@host/\n");
    EXPECT_EQ(masked("http://svc:passwo... http://host:80: https://[::1]:443/x", {}),
              "http://*** http://host:80: https://[::1]:443/x\n");
}

} // namespace
} // namespace scepd::ctl
