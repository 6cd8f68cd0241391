#include "engine_support.hpp"

#include "base/file.hpp"
#include "store/authorities.hpp"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd {
namespace {

using namespace test;
using record::State;
using std::chrono::days;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

/// A certificate is held and deployed that this daemon has asked for eight days ago.
class LooksTest : public EngineTest {
protected:
    LooksTest() {
        auto what = held(1, now() - days(8), days(90));
        what.caNotAfter = now() + days(3650);
        store::commit(root.path(), "peer", {Secret("key"), "cert", "chain", "ca", what});
        record::History history;
        history.attempts = 1;
        history.lastAttempt = history.lastSuccess = now() - days(8);
        history.deployment = {.generation = 1, .confirmed = true, .lastAttempt = never, .error = {}, .targets = {}};
        store::writeHistory(root.path(), "peer", history);
        deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}};
        reports("peer", record::Looked{});
    }

    void isOfACa(Duration remaining, bool followed = false) {
        const record::Authority ca{.role = "ca",
                                   .subject = "CN=ca",
                                   .fingerprint = std::string(64, 'a'),
                                   .notBefore = now() - days(3000),
                                   .notAfter = now() + remaining};
        auto next = ca;
        next.role = "next";
        next.notAfter = now() + days(3650);
        store::writeAuthorities(root.path(), "peer",
                                followed ? std::vector{ca, next} : std::vector<record::Authority>{ca});
    }

    void startOnline() {
        engine->reload();
        engine->networkOnline(true);
        runUntil(
            [this] { return statuses["peer"].state == State::valid || statuses["peer"].state == State::degraded; });
    }

    /// The overview is shown at the end of a plan.
    void runUntilPlanned() {
        runUntil([this] { return !overview.rules.empty(); });
    }

    [[nodiscard]] std::string calls() const { return file::readIfExists(root / "calls-peer").value_or(""); }
    [[nodiscard]] bool looked() const { return store::readHistory(root.path(), "peer").lastLook != never; }
};

TEST_F(LooksTest, ThatAreDueAreMadeAndNoted) {
    isOfACa(days(3650));
    startOnline();
    runUntil([this] { return looked() && statuses["peer"].phase.empty(); });

    EXPECT_THAT(calls(), HasSubstr("--look peer"));
    EXPECT_EQ(statuses["peer"].state, State::valid);
    EXPECT_EQ(statuses["peer"].attempts, 1U) << "a look is no attempt";
}

TEST_F(LooksTest, WaitForTheNetwork) {
    engine->reload();
    runUntilPlanned();
    EXPECT_THAT(calls(), Not(HasSubstr("--look")));

    engine->networkOnline(true);
    runUntil([this] { return looked(); });
}

TEST_F(LooksTest, ThatFailChangeNothingButTheirNextTime) {
    reports("peer", record::Failed{Code::protocol, "look at the CA of peer: the pin fits none", std::nullopt});
    startOnline();
    runUntil([this] { return store::readHistory(root.path(), "peer").lastFailedLook != never; });

    const auto history = store::readHistory(root.path(), "peer");
    EXPECT_EQ(history.failures, 0U);
    EXPECT_EQ(history.lastLook, never);
    EXPECT_EQ(statuses["peer"].state, State::valid);
    EXPECT_THAT(events, Not(Contains("peer failed")));
}

TEST_F(LooksTest, GiveWayToWhatSomebodyAsksFor) {
    root.write("enroll", "#!/bin/sh\nprintf 'phase authority\\n' >&3\nexec sleep 600\n", 0755);
    startOnline();
    runUntil([this] { return statuses["peer"].phase == "authority"; });
    root.write("enroll", fakeEnroll, 0755);
    reports("peer", record::Issued{held(2, now(), days(90))});

    engine->request({"peer"}, {.renew = true, .force = false, .challenge = {}, .groups = {}});
    runUntil([this] { return statuses["peer"].held->generation == 2; });
}

TEST_F(LooksTest, TellOfACaThatEndsSoonOnce) {
    isOfACa(days(20));
    startOnline();
    runUntil([this] { return looked(); });

    EXPECT_EQ(statuses["peer"].state, State::degraded);
    EXPECT_THAT(statuses["peer"].reason, HasSubstr("its CA CN=ca expires on"));
    overview = {};
    engine->reload();
    runUntilPlanned();
    EXPECT_EQ(std::ranges::count(events, "peer expiring"), 1);
}

TEST_F(LooksTest, SayNothingOfACaThatHasNamedTheOneWhichFollowsIt) {
    isOfACa(days(20), true);
    startOnline();
    runUntil([this] { return looked(); });

    EXPECT_EQ(statuses["peer"].state, State::valid);
    EXPECT_THAT(events, Not(Contains("peer expiring")));
}

TEST_F(LooksTest, TellOfACertificateThatShouldHaveBeenRenewedByNow) {
    auto what = held(1, now() - days(84), days(90));
    what.caNotAfter = now() + days(3650);
    store::commit(root.path(), "peer", {Secret("key"), "cert", "chain", "ca", what});
    reports("peer", record::Failed{Code::unreachable, "connection refused", std::nullopt});
    engine->reload();

    runUntil([this] { return std::ranges::count(events, "peer expiring") == 1; });
}

} // namespace
} // namespace scepd
