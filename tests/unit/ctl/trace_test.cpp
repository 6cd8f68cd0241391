#include "ctl/failure.hpp"
#include "ctl/verbs.hpp"

#include "console_support.hpp"
#include "fake_daemon.hpp"

#include <chrono>
#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd::ctl {
namespace {

using namespace std::chrono_literals;
using test::FakeCertificate;
using test::FakeSystem;
using test::Shown;
using test::Written;
using testing::HasSubstr;

constexpr std::uint64_t farAway = 7'258'118'400'000'000; // 2200-01-01, days away whenever this runs
constexpr Duration patience = 30s;

/// A trace of "wifi" by a daemon whose attempt writes a line and ends as `become` says.
struct Tracing {
    explicit Tracing(std::function<void(Shown&)> become)
        : system(std::vector<Shown>{{.name = "wifi", .reason = "it waits for its turn"}}) {
        system.daemon.afterRequest = [this, become = std::move(become)] {
            auto& certificate = *system.daemon.certificates.at("wifi");
            auto shown = certificate.shown;
            shown.state = "enrolling";
            shown.attempts = 1;
            shown.attemptPhase = "request";
            certificate.become(shown);
            const std::string text = "   0.010 s  POST http://ca.example.com/scep\n            sent:  \033[1m\n";
            EXPECT_EQ(::write(system.daemon.trace.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
            system.daemon.trace = {};
            shown.attemptPhase = "";
            become(shown);
            certificate.become(shown);
        };
    }

    Exit run(Duration timeout = patience) {
        system.answer();
        const auto code = guarded(written.console, [&] { return trace(written.console, "wifi", timeout); });
        system.rest();
        return code;
    }

    FakeSystem system;
    Written written;
};

void issue(Shown& shown) {
    shown.state = "valid";
    shown.notAfter = farAway;
    shown.generation = 1;
    shown.nextAction = "renew";
}

TEST(Trace, ShowsTheLinesAndEndsWithTheOutcome) {
    Tracing tracing(issue);
    EXPECT_EQ(tracing.run(), Exit::done);
    const auto text = tracing.written.out.str();
    EXPECT_TRUE(text.starts_with("   0.010 s  POST http://ca.example.com/scep\n            sent:  ?[1m\n"
                                 "wifi: valid until 2200-01-01 (in "))
        << text;
    EXPECT_TRUE(tracing.system.daemon.options.at("renew").get<bool>());
    EXPECT_TRUE(tracing.system.daemon.options.at("force").get<bool>());
}

TEST(Trace, AnUnreachableCaIsNotWaitedFor) {
    Tracing tracing([](Shown& shown) {
        shown.state = "waiting";
        shown.reason = "connection refused";
        shown.remedy = "Check the network.";
        shown.lastErrorCode = "SCEPD-202";
    });
    EXPECT_EQ(tracing.run(), Exit::failed);
    EXPECT_THAT(tracing.written.out.str(), HasSubstr("POST http://"));
    EXPECT_EQ(tracing.written.err.str(), "scepctl: wifi: waiting: connection refused\nRemedy: Check the network.\n");
}

TEST(Trace, APendingRequestIsExitCodeSixAtOnce) {
    Tracing tracing([](Shown& shown) {
        shown.state = "pending";
        shown.reason = "the CA keeps request 3F for approval";
        shown.nextAction = "poll";
    });
    EXPECT_EQ(tracing.run(), Exit::pending);
    EXPECT_THAT(tracing.written.err.str(), HasSubstr("wifi: pending: the CA keeps request 3F for approval\n"));
}

TEST(Trace, JsonIsOneDocumentWithTheLines) {
    Tracing tracing(issue);
    tracing.written.console.json = true;
    EXPECT_EQ(tracing.run(), Exit::done);
    const auto text = tracing.written.out.str();
    EXPECT_THAT(text, HasSubstr("\"trace\" : [\n        \"   0.010 s  POST http://ca.example.com/scep\""));
    EXPECT_THAT(text, HasSubstr("\"result\" : \"done\""));
}

TEST(Trace, OfSomethingThatRunsAlreadyIsAFailureThatSaysSo) {
    Tracing tracing(issue);
    tracing.system.daemon.onRequest = [](const auto&, const auto&) -> std::vector<std::string> {
        throw sdbus::Error("org.scepd1.Error.Busy", "an attempt runs for wifi now");
    };
    EXPECT_EQ(tracing.run(), Exit::failed);
    EXPECT_THAT(tracing.written.err.str(), HasSubstr("scepctl: an attempt runs for wifi now\nRemedy: "));
}

} // namespace
} // namespace scepd::ctl
