#include "engine_support.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd {
namespace {

using namespace test;
using record::State;
using testing::HasSubstr;

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size()))
        ++found;
    return found;
}

/// What the journal would be told.
class Journal : public EngineTest {
protected:
    template <typename Body>
    static std::string saidDuring(Body body) {
        testing::internal::CaptureStderr();
        body();
        return testing::internal::GetCapturedStderr();
    }
};

TEST_F(Journal, HasALineForEachThingThatHappens) {
    reports("peer", record::Issued{held(1, now(), 24h)});
    deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}};

    const auto said = saidDuring([&] {
        engine->reload();
        runUntilState(State::valid);
    });

    EXPECT_EQ(count(said, "\n"), 3U) << said;
    EXPECT_THAT(said, HasSubstr("peer: asking for a certificate\npeer: issued: generation 1, serial 0a, valid until "));
    EXPECT_THAT(said, HasSubstr("peer: generation 1 is deployed\n"));
}

TEST_F(Journal, SaysTheSameFailureOnce) {
    retryAtOnce();
    reports("peer", record::Failed{Code::notConnected, "connection refused", std::nullopt});

    const auto said = saidDuring([&] {
        engine->reload();
        runUntil([&] { return statuses["peer"].attempts >= 3; });
    });

    EXPECT_EQ(count(said, "peer: connection refused\n"), 1U) << said;
    EXPECT_EQ(count(said, "peer: asking for a certificate\n"), 1U) << said;
    EXPECT_EQ(count(said, "\n"), 2U) << said;
}

TEST_F(Journal, SaysOnceWhatEveryAttemptRemarks) {
    retryAtOnce();
    root.write("enroll",
               "#!/bin/sh\nprintf 'log 5 peer: trying the next URL\\nlog 5 web: issued\\nlog x\\nlog 9 no\\nlog 7 "
               "no\\n' >&3\n",
               0755);

    const auto said = saidDuring([&] {
        engine->reload();
        runUntil([&] { return statuses["peer"].attempts >= 3; });
    });

    EXPECT_EQ(count(said, "peer: trying the next URL\n"), 1U) << said;
    EXPECT_EQ(count(said, "\npeer: web: issued\n"), 1U) << "it cannot speak for another one: " << said;
    EXPECT_EQ(count(said, "no\n"), 0U) << said;
}

TEST_F(Journal, IsNotFloodedByAnAttempt) {
    root.write("enroll", "#!/bin/sh\nfor i in $(seq 100); do echo \"log 4 remark $i\" >&3; done\n", 0755);

    const auto said = saidDuring([&] {
        engine->reload();
        runUntilState(State::waiting);
    });

    EXPECT_EQ(count(said, "peer: remark "), 20U) << said;
}

TEST_F(Journal, SaysOnceThatAHookFailsWhateverItSays) {
    retryAtOnce();
    reports("peer", record::Issued{held(1, now(), 24h)});
    deployerAnswers["deploy"] = {{{"hook tell", "failed", "exit code 3 after 12ms: oops"}}};
    deployerAnswers["hooks deployed tell"] = {{{"hook tell", "failed", "exit code 3 after 9ms: oops again"}}};

    const auto said = saidDuring([&] {
        engine->reload();
        runUntil([&] { return std::ranges::count(deployerCalls, "hooks deployed tell 0") == 2; });
    });

    EXPECT_EQ(count(said, "hook tell"), 1U) << said;
    EXPECT_EQ(count(said, "peer: hook tell failed: exit code 3 after 12ms: oops\n"), 1U) << said;
}

TEST_F(Journal, SaysThatAHookFailsWhichIsToldOfAFailure) {
    root.write("etc/scepd/profiles.d/peers.toml", std::string(profileText) + "hooks = [\"tell\"]\n");
    reports("peer", record::Failed{Code::unreachable, "no route", {}});
    deployerAnswers["hooks failed "] = {{{"hook tell", "failed", "exit code 1 after 2ms"}}};

    const auto said = saidDuring([&] {
        engine->reload();
        runUntil([&] { return std::ranges::count(deployerCalls, "hooks failed  0") == 1; });
        loop.turn();
    });

    EXPECT_EQ(count(said, "peer: hook tell failed: exit code 1 after 2ms\n"), 1U) << said;
}

TEST_F(Journal, HasALineForAChangeOfStateThatNothingElseTells) {
    const auto manual = "request = \"manual\"\n" + std::string(profileText);
    root.write("etc/scepd/profiles.d/peers.toml", manual);
    engine->reload();
    runUntil([&] { return statuses["peer"].state == State::notRequested; });
    loop.turn();

    const auto said = saidDuring([&] {
        root.write("etc/scepd/profiles.d/peers.toml", manual + "key = { store = \"tpm2\" }\n");
        engine->reload();
        runUntil([&] { return statuses["peer"].state == State::failed; });
        loop.turn();
    });

    EXPECT_EQ(statuses["peer"].lastErrorCode, "SCEPD-101");
    EXPECT_EQ(said, "peer: failed: key.store = \"tpm2\" is not supported by this version\n");
}

TEST_F(Journal, SaysThatItHasExpiredAlsoWhenAnAttemptBeginsAtThatMoment) {
    root.write("etc/scepd/profiles.d/peers.toml", std::string(profileText) + "renew = \"0\"\n");
    reports("peer", record::Issued{held(1, now(), 4s)});
    deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}};
    engine->reload();
    runUntilState(State::valid);
    reports("peer", record::Failed{Code::notConnected, "connection refused", std::nullopt});

    const auto said = saidDuring([&] { runUntilState(State::expired); });

    EXPECT_EQ(count(said, "peer: asking for a certificate\n"), 1U) << said;
    EXPECT_EQ(count(said, "peer: expired: expired on "), 1U) << said;
}

} // namespace
} // namespace scepd
