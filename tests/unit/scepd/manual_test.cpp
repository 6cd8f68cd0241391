#include "engine_support.hpp"

#include "base/file.hpp"
#include "base/process.hpp"
#include "store/authorities.hpp"

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd {
namespace {

using namespace test;
using record::Action;
using record::State;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(EngineTest, TheCasThatWereMetAreKnownAtStartAndAfterEveryAttemptOnceForAProfile) {
    const record::Authority first{"ca", "CN=ca", "ab12", Time(1s), Time(2s)};
    const record::Authority second{"ra", "CN=ra", "cd34", Time(1s), Time(2s)};
    root.write("etc/scepd/profiles.d/peers.toml",
               std::string(profileText) + "\n[certificate.log]\nusage = \"syslog\"\nsubject = \"CN=log\"\n");
    store::writeAuthorities(root.path(), "peer", {first});
    store::writeAuthorities(root.path(), "log", {first});
    reports("peer", record::Refused{"badRequest", "no"});
    reports("log", record::Pending{"ab12"});
    engine->reload();
    const auto file = (root / "etc/scepd/profiles.d/peers.toml").string();
    EXPECT_THAT(engine->authorities(), ElementsAre(record::KnownAuthority{file, first, {"log", "peer"}}));

    store::writeAuthorities(root.path(), "peer", {first, second});
    runUntilState(State::failed);
    EXPECT_THAT(engine->authorities(), ElementsAre(record::KnownAuthority{file, first, {"log", "peer"}},
                                                   record::KnownAuthority{file, second, {"peer"}}));
}

TEST_F(EngineTest, ChallengeAndTraceReachTheAttemptAsDescriptors) {
    root.write("etc/scepd/profiles.d/peers.toml", std::string("request = \"manual\"\n") + profileText);
    reports("peer", record::Pending{"ab12"});
    engine->reload();
    auto trace = process::makePipe();
    auto challenge = process::makePipe();
    ASSERT_EQ(::write(challenge.write.get(), "secret", 6), 6);
    challenge.write = UniqueFd();
    root.write("enroll", std::string(fakeEnroll) + "cat <&4 >&5\n", 0755);

    engine->request(
        {"peer"},
        {.renew = false, .force = false, .challenge = std::move(challenge.read), .trace = std::move(trace.write)});
    runUntilState(State::pending);

    EXPECT_THAT(file::read(root / "calls-peer"), HasSubstr("--report-fd=3 --challenge-fd=4 --trace-fd=5"));
    char text[16]{};
    EXPECT_EQ(::read(trace.read.get(), text, sizeof text), 6) << "and we keep no copy of the descriptor:";
    EXPECT_EQ(::read(trace.read.get(), text, sizeof text), 0);
}

TEST_F(EngineTest, AChallengeThatIsHandedOverIsUsedInThePlaceOfWhatRuns) {
    root.write("enroll", "#!/bin/sh\nprintf 'phase request\\n' >&3\nexec sleep 600\n", 0755);
    engine->reload();
    runUntil([this] { return statuses["peer"].phase == "request"; });
    auto challenge = process::makePipe();
    ASSERT_EQ(::write(challenge.write.get(), "secret", 6), 6);
    challenge.write = UniqueFd();
    reports("peer", record::Pending{"ab12"});
    root.write("enroll", std::string(fakeEnroll) + "cat <&4 > \"$root/challenge\"\n", 0755);

    EXPECT_THAT(engine->request({"peer"}, {.challenge = std::move(challenge.read), .trace = {}, .groups = {}}),
                ElementsAre("peer"));
    EXPECT_EQ(statuses["peer"].phase, "start") << "whoever waits for it sees no end in between";
    runUntilState(State::pending);

    EXPECT_EQ(file::read(root / "challenge"), "secret");
    EXPECT_EQ(statuses["peer"].attempts, 2U);
    EXPECT_THAT(events, ElementsAre("peer requested", "peer requested", "peer pending"));
}

TEST_F(EngineTest, AChallengeIsKeptForTheAttemptWhateverIsAskedForMeanwhile) {
    root.write("etc/scepd/profiles.d/peers.toml", std::string("request = \"manual\"\n") + profileText);
    root.write("enroll", "#!/bin/sh\nexec sleep 600\n", 0755);
    engine->reload();
    ASSERT_TRUE(engine->createRequest("peer", [](const auto&) {}));
    auto challenge = process::makePipe();
    ASSERT_EQ(::write(challenge.write.get(), "secret", 6), 6);
    challenge.write = UniqueFd();
    engine->request({"peer"}, {.challenge = std::move(challenge.read), .trace = {}, .groups = {}});
    engine->request({"peer"}, {.challenge = {}, .trace = {}, .groups = {}});
    reports("peer", record::Pending{"ab12"});
    root.write("enroll", std::string(fakeEnroll) + "cat <&4 > \"$root/challenge\"\n", 0755);

    engine->cancel("peer"); // the request by hand
    runUntilState(State::pending);

    EXPECT_EQ(file::read(root / "challenge"), "secret");
}

TEST_F(EngineTest, ARequestByHandIsMadeAndNoAttemptOfTheHistory) {
    root.write("etc/scepd/profiles.d/peers.toml", std::string("request = \"manual\"\n") + profileText);
    reports("peer", record::RequestMade{"PEM"});
    engine->reload();
    std::expected<std::string, Error> made;
    ASSERT_TRUE(engine->createRequest("peer", [&](const auto& result) { made = result; }));
    EXPECT_FALSE(engine->createRequest("peer", [](const auto&) { FAIL(); })) << "it runs already";
    EXPECT_EQ(statuses["peer"].state, State::notRequested);
    runUntil([&] { return !made || !made->empty(); });

    EXPECT_EQ(made.value(), "PEM");
    EXPECT_THAT(file::read(root / "calls-peer"), HasSubstr("--create-request peer"));
    EXPECT_EQ(store::readHistory(root.path(), "peer").attempts, 0U);
    EXPECT_TRUE(statuses["peer"].phase.empty());
}

TEST_F(EngineTest, WhatIsImportedIsDeployedAsEveryIssuedCertificate) {
    root.write("etc/scepd/profiles.d/peers.toml", std::string("request = \"manual\"\n") + profileText);
    root.write("enroll",
               std::string(fakeEnroll) + "case \"$*\" in *--import-fd=4*) cat <&4 > \"$root/import\" ;; esac\n", 0755);
    reports("peer", record::Issued{held(1, now(), 24h)});
    deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}};
    engine->reload();
    bool done = false;
    const std::string text(200'000, 'x'); // more than a pipe holds
    ASSERT_TRUE(engine->import("peer", text, [&](const auto& result) { done = result.has_value(); }));
    runUntil([&] { return done && statuses["peer"].state == State::valid; });

    EXPECT_THAT(deployerCalls, ElementsAre("deploy 1", "confirm 1"));
    EXPECT_EQ(file::read(root / "import"), text);
    EXPECT_EQ(statuses["peer"].nextAction, Action::renew);
}

TEST_F(EngineTest, AnImportThatFailsChangesNothing) {
    root.write("etc/scepd/profiles.d/peers.toml", std::string("request = \"manual\"\n") + profileText);
    reports("peer", record::Failed{Code::protocol, "another key", std::nullopt});
    engine->reload();
    std::optional<Error> error;
    ASSERT_TRUE(engine->import("peer", "x", [&](const auto& result) { error = result.error(); }));
    runUntil([&] { return error.has_value(); });

    EXPECT_EQ(error->fault(), Fault::protocol);
    EXPECT_EQ(statuses["peer"].state, State::notRequested);
    EXPECT_EQ(store::readHistory(root.path(), "peer").failures, 0U);
    EXPECT_THAT(events, IsEmpty());
}

TEST_F(EngineTest, ACancelledRequestByHandIsNoFailureAndLetsItsAnswerGo) {
    root.write("etc/scepd/profiles.d/peers.toml", std::string("request = \"manual\"\n") + profileText);
    root.write("enroll", "#!/bin/sh\nsleep 60\n", 0755);
    engine->reload();
    auto waiting = std::make_shared<int>();
    ASSERT_TRUE(engine->createRequest("peer", [waiting](const auto&) { FAIL(); }));
    engine->cancel("peer");

    EXPECT_EQ(waiting.use_count(), 1);
    EXPECT_EQ(statuses["peer"].state, State::notRequested);
    EXPECT_EQ(store::readHistory(root.path(), "peer").failures, 0U);
}

} // namespace
} // namespace scepd
