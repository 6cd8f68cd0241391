#include "ctl/failure.hpp"
#include "ctl/verbs.hpp"

#include "console_support.hpp"
#include "fake_daemon.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace scepd::ctl {
namespace {

using namespace std::chrono_literals;
using test::FakeCertificate;
using test::FakeSystem;
using test::Shown;
using test::Written;

constexpr std::uint64_t farAway = 7'258'118'400'000'000; // 2200-01-01, days away whenever this runs
constexpr Patience patient{.wait = true, .timeout = 30s};
constexpr Patience hasty{.wait = true, .timeout = 1s};

Ask askFor(std::vector<std::string> names) {
    return {.names = std::move(names)};
}

Shown waiting(const std::string& name) {
    return {.name = name, .reason = "it waits for its turn"};
}

/// What a successful enrollment shows, step by step.
void enroll(FakeCertificate& certificate) {
    auto shown = certificate.shown;
    shown.state = "enrolling";
    shown.attempts += 1;
    for (const auto* phase : {"key", "request"}) {
        shown.attemptPhase = phase;
        certificate.become(shown);
    }
    shown.state = "renewing";
    shown.attemptPhase = "deploy";
    shown.generation += 1;
    certificate.become(shown);
    shown.state = "valid";
    shown.reason = "";
    shown.attemptPhase = "";
    shown.notAfter = farAway;
    shown.nextAction = "renew";
    certificate.become(shown);
}

void refuse(FakeCertificate& certificate) {
    auto shown = certificate.shown;
    shown.state = "enrolling";
    shown.attempts += 1;
    shown.attemptPhase = "request";
    certificate.become(shown);
    shown.state = "failed";
    shown.reason = "the CA refused the request: badRequest";
    shown.remedy = "Check the challenge.";
    shown.attemptPhase = "";
    shown.lastErrorCode = "SCEPD-303";
    certificate.become(shown);
}

void keepPending(FakeCertificate& certificate) {
    auto shown = certificate.shown;
    shown.state = "pending";
    shown.reason = "the CA keeps request 3F for approval";
    shown.remedy = "Approve the request at the CA.";
    shown.attempts += 1;
    shown.nextAction = "poll";
    certificate.become(shown);
}

/// A request for these names against a daemon whose certificates do `what` when they are asked for.
struct Asking {
    Asking(const std::vector<Shown>& certificates, void (*what)(FakeCertificate&)) : system(certificates) {
        system.daemon.afterRequest = [this, what] {
            for (const auto& [name, certificate] : system.daemon.certificates)
                what(*certificate);
        };
    }

    Exit ask(const Ask& wanted, const Patience& patience) {
        return run([&] { return request(written.console, wanted, patience); });
    }
    Exit run(const std::function<Exit()>& verb) {
        system.answer();
        const auto code = guarded(written.console, verb);
        system.rest();
        return code;
    }
    std::string out() const { return written.out.str(); }
    std::string err() const { return written.err.str(); }

    FakeSystem system;
    Written written;
};

void nothing(FakeCertificate&) {}

TEST(Request, WithoutWaitItAsksAndReturns) {
    Asking run({waiting("wifi")}, nothing);
    EXPECT_EQ(run.ask(askFor({"wifi"}), {}), Exit::done);
    EXPECT_EQ(run.out(), "wifi: requested\n\"scepctl status\" tells how it goes.\n");
}

TEST(Request, OptionsReachTheDaemonAndTheChallengeAsADescriptor) {
    Asking run({waiting("wifi")}, nothing);
    const auto file = testing::TempDir() + "/scepctl-challenge-" + std::to_string(::getpid());
    { std::ofstream(file) << "s3cret\n"; }
    auto ask = askFor({"wifi"});
    ask.force = true;
    ask.groups = {"kiosk"};
    ask.challengeFile = file;
    EXPECT_EQ(run.ask(ask, {}), Exit::done);
    std::filesystem::remove(file);
    EXPECT_TRUE(run.system.daemon.options.at("force").get<bool>());
    EXPECT_EQ(run.system.daemon.options.at("groups").get<std::vector<std::string>>(),
              std::vector<std::string>{"kiosk"});
    EXPECT_EQ(run.system.daemon.challenge, "s3cret\n");
    EXPECT_FALSE(run.system.daemon.options.contains("renew"));
}

TEST(Request, APersonMayBeAskedForAPasswordAndAScriptNot) {
    Asking script({waiting("wifi")}, nothing);
    EXPECT_EQ(script.ask(askFor({"wifi"}), {}), Exit::done);
    EXPECT_FALSE(script.system.daemon.mayAskPerson);
    Asking person({waiting("wifi")}, nothing);
    person.written.console.interactive = true;
    EXPECT_EQ(person.ask(askFor({"wifi"}), {}), Exit::done);
    EXPECT_TRUE(person.system.daemon.mayAskPerson);
}

TEST(Request, AChallengeFileThatIsMissingIsNamed) {
    Asking run({waiting("wifi")}, nothing);
    auto ask = askFor({"wifi"});
    ask.challengeFile = "/nowhere/challenge";
    EXPECT_EQ(run.ask(ask, {}), Exit::failed);
    EXPECT_EQ(run.err(), "scepctl: open the challenge file /nowhere/challenge: No such file or directory\n");
}

TEST(RequestWait, TellsEveryStepAndEndsWithTheCertificate) {
    Asking run({waiting("wifi")}, enroll);
    EXPECT_EQ(run.ask(askFor({"wifi"}), patient), Exit::done);
    EXPECT_TRUE(run.out().starts_with("wifi: waiting: it waits for its turn\n"
                                      "wifi: enrolling: making the key\n"
                                      "wifi: enrolling: sending the request\n"
                                      "wifi: renewing: deploying\n"
                                      "wifi: valid until 2200-01-01 (in "))
        << run.out();
    EXPECT_TRUE(run.out().ends_with(" days), generation 1\n")) << run.out();
    EXPECT_EQ(run.err(), "");
}

TEST(RequestWait, WhatHappensBeforeTheAnswerIsNotMissed) {
    Asking run({waiting("wifi")}, nothing);
    run.system.daemon.onRequest = [&](const auto& names, const auto&) {
        enroll(*run.system.daemon.certificates.at("wifi"));
        return names;
    };
    EXPECT_EQ(run.ask(askFor({"wifi"}), patient), Exit::done);
}

TEST(RequestWait, ARefusalIsExitCodeOneWithReasonAndRemedy) {
    Asking run({waiting("wifi")}, refuse);
    EXPECT_EQ(run.ask(askFor({"wifi"}), patient), Exit::failed);
    EXPECT_EQ(run.err(),
              "scepctl: wifi: failed: the CA refused the request: badRequest\nRemedy: Check the challenge.\n");
}

TEST(RequestWait, ATimeoutWhileTheAuthorityDecidesIsExitCodeSix) {
    Asking run({waiting("wifi")}, keepPending);
    EXPECT_EQ(run.ask(askFor({"wifi"}), hasty), Exit::pending);
    EXPECT_EQ(run.err(), "scepctl: wifi: not there after 1s: pending: the CA keeps request 3F for approval\n"
                         "Remedy: Approve the request at the CA.\n");
}

TEST(RequestWait, AnyOtherTimeoutIsExitCodeFive) {
    Asking run({waiting("wifi")}, nothing);
    EXPECT_EQ(run.ask(askFor({"wifi"}), hasty), Exit::timeout);
    EXPECT_EQ(run.err(), "scepctl: wifi: not there after 1s: waiting: it waits for its turn\n"
                         "Remedy: It goes on by itself; \"scepctl status\" tells how it goes.\n");
}

TEST(RequestWait, ADaemonThatDoesNotAnswerIsExitCodeSeven) {
    FakeSystem silent({waiting("wifi")});
    Written written;
    const auto code = guarded(written.console, [&] { return request(written.console, askFor({"wifi"}), hasty); });
    EXPECT_EQ(code, Exit::noDaemon);
    EXPECT_EQ(
        written.err.str(),
        "scepctl: scepd does not answer: nothing came within 1s, and nothing was requested\n"
        "Remedy: See what it does with \"systemctl status scepd\", or restart it with \"systemctl restart scepd\".\n");
}

TEST(RequestWait, AnApprovalWhileWaitingIsASuccess) {
    Asking run({waiting("wifi")}, [](FakeCertificate& certificate) {
        keepPending(certificate);
        enroll(certificate);
    });
    EXPECT_EQ(run.ask(askFor({"wifi"}), patient), Exit::done);
    EXPECT_NE(run.out().find("wifi: pending: the CA keeps request 3F for approval"), std::string::npos) << run.out();
}

TEST(RequestWait, AValidCertificateIsLeftAlone) {
    Asking run({{.name = "wifi", .state = "valid", .nextAction = "renew", .notAfter = farAway, .generation = 3}},
               nothing);
    run.system.daemon.onRequest = [](const auto&, const auto&) { return std::vector<std::string>{}; };
    EXPECT_EQ(run.ask(askFor({"wifi"}), patient), Exit::done);
    EXPECT_TRUE(run.out().ends_with("; \"scepctl renew wifi\" replaces it\n")) << run.out();
}

TEST(RequestWait, SeveralAreWaitedForAndOneRefusalIsARefusal) {
    Asking run({waiting("log"), waiting("web")}, [](FakeCertificate& certificate) {
        certificate.shown.name == "log" ? refuse(certificate) : enroll(certificate);
    });
    EXPECT_EQ(run.ask(askFor({"log", "web"}), patient), Exit::failed);
    EXPECT_NE(run.out().find("\nweb: valid until "), std::string::npos) << run.out();
    EXPECT_NE(run.err().find("scepctl: log: failed: "), std::string::npos) << run.err();
}

TEST(RequestWait, WithoutNamesItWaitsForWhatTheDaemonChose) {
    Asking run({waiting("log"), waiting("web")}, enroll);
    run.system.daemon.onRequest = [](const auto&, const auto&) { return std::vector<std::string>{"web"}; };
    run.system.daemon.elsewhere = {"kiosk"};
    EXPECT_EQ(run.ask(askFor({}), patient), Exit::done);
    EXPECT_NE(run.out().find("web: valid until "), std::string::npos) << run.out();
    EXPECT_EQ(run.out().find("log"), std::string::npos) << run.out();
}

TEST(RequestWait, NothingToAskForIsNothingToDo) {
    Asking run({}, nothing);
    EXPECT_EQ(run.ask(askFor({}), patient), Exit::done);
    EXPECT_EQ(run.out(), "Nothing to do.\n");
}

TEST(RequestWait, JsonIsOneDocumentAtTheEnd) {
    Asking run({waiting("wifi")}, refuse);
    run.written.console.json = true;
    EXPECT_EQ(run.ask(askFor({"wifi"}), patient), Exit::failed);
    EXPECT_TRUE(run.out().starts_with("{\n    \"certificates\" : [\n")) << run.out();
    EXPECT_NE(run.out().find("\"result\" : \"failed\""), std::string::npos) << run.out();
    EXPECT_NE(run.out().find("\"remedy\" : \"Check the challenge.\""), std::string::npos) << run.out();
}

TEST(RequestWait, OnATerminalOneLineIsWrittenOverAndFits) {
    Asking run({waiting("wifi")}, enroll);
    run.written.console.terminal = true;
    run.written.console.width = 30;
    EXPECT_EQ(run.ask(askFor({"wifi"}), patient), Exit::done);
    EXPECT_NE(run.out().find("\r\033[Kwifi: waiting: it waits for …\r\033[K"), std::string::npos) << run.out();
    EXPECT_EQ(run.out().find('\n'), run.out().size() - 1) << "only the end is a line of its own";
}

TEST(RequestWait, AnUnknownNameIsExitCodeThree) {
    Asking run({waiting("wifi")}, nothing);
    EXPECT_EQ(run.ask(askFor({"wify"}), patient), Exit::noSuchCertificate);
    EXPECT_TRUE(run.err().starts_with("scepctl: no profile names wify\n")) << run.err();
}

TEST(RequestWait, ADeniedRequestIsExitCodeFourAndSaysWhoMay) {
    Asking run({waiting("wifi")}, nothing);
    run.system.daemon.onRequest = [](const auto&, const auto&) -> std::vector<std::string> {
        throw sdbus::Error("org.freedesktop.DBus.Error.AccessDenied", "org.scepd1.request");
    };
    EXPECT_EQ(run.ask(askFor({"wifi"}), patient), Exit::notAuthorized);
    EXPECT_EQ(run.err(), "scepctl: not authorized: org.scepd1.request\n"
                         "Remedy: Run it as root (sudo scepctl ...) or as a member of group scepd-admin.\n");
}

TEST(RequestWait, ADaemonThatEndsMeanwhileIsExitCodeSeven) {
    Asking run({waiting("wifi")}, nothing);
    run.system.daemon.afterRequest = [&] { run.system.daemon.leave(); };
    EXPECT_EQ(run.ask(askFor({"wifi"}), patient), Exit::noDaemon);
    EXPECT_TRUE(run.err().starts_with("scepctl: scepd does not answer: it ended while we waited")) << run.err();
}

TEST(RequestWait, ACertificateThatIsTakenOutOfTheProfilesIsAFailure) {
    Asking run({waiting("wifi")}, [](FakeCertificate& certificate) { certificate.announceRemoval(); });
    EXPECT_EQ(run.ask(askFor({"wifi"}), patient), Exit::failed);
    EXPECT_TRUE(run.err().starts_with("scepctl: wifi: no profile asks for it any more\n")) << run.err();
}

TEST(RenewWait, EndsWithANewGeneration) {
    Asking run({{.name = "wifi", .state = "valid", .nextAction = "renew", .notAfter = farAway, .generation = 3}},
               enroll);
    EXPECT_EQ(run.run([&] { return renew(run.written.console, {"wifi"}, patient); }), Exit::done);
    EXPECT_TRUE(run.system.daemon.options.at("renew").get<bool>());
    EXPECT_TRUE(run.out().ends_with(", generation 4\n")) << run.out();
}

} // namespace
} // namespace scepd::ctl
