#include "scepd/engine.hpp"

#include "base/loop.hpp"
#include "base/process.hpp"
#include "profile/request_digest.hpp"
#include "store/authorities.hpp"
#include "store/generation.hpp"
#include "store/history.hpp"
#include "store/report.hpp"
#include "temporary_root.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd {
namespace {

using namespace std::chrono_literals;
using record::Action;
using record::State;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// Plays scepd-enroll: reports what lies in ROOT/report-NAME (ROOT/report-served for the second job) and notes its
/// arguments.
constexpr auto fakeEnroll = R"(#!/bin/sh
for argument; do name=$argument; done
root=$(dirname "$0")
echo "$@" >> "$root/calls-$name"
case "$*" in *--served=*) name=served ;; esac
printf 'phase key\nreport\n' >&3
cat "$root/report-$name" >&3
)";

constexpr auto profileText = R"([scep]
url = "http://127.0.0.1:9/scep"
ca-fingerprint = "sha256:0000000000000000000000000000000000000000000000000000000000000000"

[certificate.peer]
usage = "p2p"
subject = "CN=peer"
)";

record::Held held(unsigned generation, Time from, Duration lifetime) {
    record::Held result;
    result.generation = generation;
    result.subject = "CN=peer";
    result.serialNumber = "0a";
    result.notBefore = from;
    result.notAfter = from + lifetime;
    result.issued = from;
    result.machineId = "0123456789abcdef0123456789abcdef";
    const auto asked = profile::parseProfile(profileText, "peers.toml").value;
    result.configuration = profile::requestDigest(asked->scep, asked->certificates.front());
    return result;
}

/// A real engine and loop on a temporary root, with a script for scepd-enroll and functions for the deployer.
class EngineTest : public testing::Test {
protected:
    EngineTest() {
        root.write("etc/machine-id", "0123456789abcdef0123456789abcdef\n");
        root.write("enroll", fakeEnroll, 0755);
        root.write("etc/scepd/profiles.d/peers.toml", profileText);
        engine = makeEngine();
    }

    std::unique_ptr<Engine> makeEngine() {
        const auto answer = [this](const std::string& what, unsigned generation, Deployer::Done done) {
            deployerCalls.push_back(what + " " + std::to_string(generation));
            pending.push_back(loop.after(0s, [this, what, done = std::move(done)] { done(deployerAnswers[what]); }));
        };
        Deployer deployer{
            .deploy = [=](const auto&, unsigned generation,
                          auto done) { answer("deploy", generation, std::move(done)); },
            .confirm = [=](const auto&, unsigned generation,
                           auto done) { answer("confirm", generation, std::move(done)); },
            .rollback = [=](const auto&, unsigned generation,
                            auto done) { answer("rollback", generation, std::move(done)); },
        };
        Audience audience{
            .all =
                [this](const auto& all) {
                    statuses.clear();
                    for (const auto& status : all)
                        statuses[status.name] = status;
                },
            .one = [this](const auto& status) { statuses[status.name] = status; },
            .overview = [this](const auto& seen) { overview = seen; },
            .event = [this](const auto& name, const auto& event, const auto&,
                            const auto&) { events.push_back(name + " " + event); },
        };
        return std::make_unique<Engine>(loop, Engine::Places{root.path(), root / "enroll"}, deployer, audience);
    }

    void reports(const std::string& name, const record::Report& report) {
        root.write("report-" + name, store::toText(report));
    }

    /// Runs the loop until the condition holds; fails the test after ten seconds.
    void runUntil(const std::function<bool()>& condition) {
        bool late = false;
        const auto deadline = loop.after(10s, [&] { late = true; });
        while (!late && !condition())
            loop.turn();
        ASSERT_TRUE(condition()) << "it did not come to that: " << testing::PrintToString(events);
    }
    /// Until an attempt of this test has ended in the state.
    void runUntilState(State state) {
        runUntil([=, this] {
            const auto& peer = statuses["peer"];
            return peer.attempts > 0 && peer.state == state && peer.phase.empty();
        });
    }

    test::TemporaryRoot root;
    Loop loop;
    std::map<std::string, std::expected<std::vector<record::TargetState>, Error>> deployerAnswers;
    std::vector<std::string> deployerCalls, events;
    std::vector<Loop::Handle> pending;
    std::map<std::string, record::Status> statuses;
    record::Overview overview;
    std::unique_ptr<Engine> engine;
};

TEST_F(EngineTest, AProfileBecomesADeployedCertificate) {
    reports("peer", record::Issued{held(1, now(), 24h)});
    deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}};

    engine->reload();
    runUntilState(State::valid);

    EXPECT_THAT(deployerCalls, ElementsAre("deploy 1", "confirm 1"));
    EXPECT_THAT(events, ElementsAre("peer requested", "peer issued", "peer deployed"));
    const auto history = store::readHistory(root.path(), "peer");
    EXPECT_TRUE(history.deployment.confirmed);
    EXPECT_EQ(history.deployment.generation, 1U);
    EXPECT_EQ(history.attempts, 1U);
    EXPECT_EQ(statuses["peer"].nextAction, Action::renew);
}

TEST_F(EngineTest, ARefusalIsAFailedStateWithTheReasonAndALateNextAttempt) {
    reports("peer", record::Refused{"badRequest", "the CA refused: badRequest: challenge unknown"});

    engine->reload();
    runUntilState(State::failed);

    EXPECT_THAT(statuses["peer"].reason, HasSubstr("challenge unknown"));
    EXPECT_THAT(statuses["peer"].remedy, HasSubstr("challenge"));
    EXPECT_EQ(statuses["peer"].nextAction, Action::enroll);
    EXPECT_GT(statuses["peer"].nextActionTime, now() + 4h);
    EXPECT_THAT(deployerCalls, IsEmpty());
}

TEST_F(EngineTest, AnUnreachableCaIsTriedAgainSoon) {
    reports("peer", record::Failed{Fault::unreachable, "connection refused", std::nullopt});

    engine->reload();
    runUntilState(State::waiting);

    EXPECT_EQ(statuses["peer"].lastErrorCode, "unreachable");
    EXPECT_LT(statuses["peer"].nextActionTime, now() + 2min);
    EXPECT_GT(statuses["peer"].nextActionTime, now() + 30s);
}

TEST_F(EngineTest, ACrashOfTheChildIsAFailedAttemptAndNothingElse) {
    root.write("enroll", "#!/bin/sh\nkill -SEGV $$\n", 0755);

    engine->reload();
    runUntilState(State::waiting);

    EXPECT_THAT(statuses["peer"].reason, HasSubstr("killed by signal 11"));
}

TEST_F(EngineTest, AMissingEnrollProgramIsAFailedAttemptToo) {
    std::filesystem::remove(root / "enroll");

    engine->reload();
    runUntilState(State::waiting);

    EXPECT_THAT(statuses["peer"].reason, HasSubstr("No such file"));
}

TEST_F(EngineTest, WhatTheCaKeepsForApprovalIsPolled) {
    reports("peer", record::Pending{"ab12"});

    engine->reload();
    runUntilState(State::pending);

    EXPECT_EQ(statuses["peer"].nextAction, Action::poll);
    EXPECT_THAT(statuses["peer"].reason, HasSubstr("ab12"));
    EXPECT_GT(statuses["peer"].nextActionTime, now() + 50s);
}

TEST_F(EngineTest, AskingForAPendingOnePollsNow) {
    reports("peer", record::Pending{"ab12"});
    engine->reload();
    runUntilState(State::pending);
    reports("peer", record::Issued{held(1, now(), 24h)});
    deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}};

    EXPECT_THAT(engine->request({"peer"}, {}), ElementsAre("peer"));
    runUntilState(State::valid);
}

TEST_F(EngineTest, AFailedDeploymentLeavesADegradedStateAndIsTriedAgain) {
    reports("peer", record::Issued{held(1, now(), 24h)});
    deployerAnswers["deploy"] = std::unexpected(Error(Fault::local, "/etc/ssl: read-only file system"));

    engine->reload();
    runUntilState(State::degraded);

    EXPECT_THAT(statuses["peer"].reason, HasSubstr("read-only file system"));
    EXPECT_EQ(statuses["peer"].nextAction, Action::deploy);

    deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}};
    engine->request({"peer"}, {});
    runUntilState(State::valid);
}

TEST_F(EngineTest, ANewCertificateThatIsNotServedIsRolledBack) {
    record::History before;
    before.deployment = {
        .generation = 1, .confirmed = true, .failures = 0, .lastAttempt = now(), .error = "", .targets = {}};
    store::writeHistory(root.path(), "peer", before);
    reports("peer", record::Issued{held(2, now(), 24h)});
    reports("served", record::Failed{Fault::local, "localhost:443 still presents serial 09", std::nullopt});
    deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "unconfirmed", ""}}};
    deployerAnswers["rollback"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", "generation 1"}}};

    engine->reload();
    runUntilState(State::degraded);

    EXPECT_THAT(deployerCalls, ElementsAre("deploy 2", "rollback 0"));
    EXPECT_THAT(events, Contains("peer rolled-back"));
    EXPECT_THAT(statuses["peer"].reason, HasSubstr("still presents serial 09"));
}

TEST_F(EngineTest, WhatIsServedIsConfirmed) {
    reports("peer", record::Issued{held(1, now(), 24h)});
    reports("served", record::Served{});
    deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "unconfirmed", ""}}};

    engine->reload();
    runUntilState(State::valid);

    EXPECT_THAT(deployerCalls, ElementsAre("deploy 1", "confirm 1"));
    EXPECT_EQ(statuses["peer"].targets.front().state, "deployed");
}

TEST_F(EngineTest, OnlyListenersOfUnconfirmedTargetsAreLookedAt) {
    root.write("etc/scepd/profiles.d/peers.toml", std::string(profileText) + R"(
[[certificate.peer.deploy]]
fullchain = "/etc/ssl/a.pem"
key = "/etc/ssl/a.key"
served = "localhost:443"
[[certificate.peer.deploy]]
fullchain = "/etc/ssl/b.pem"
key = "/etc/ssl/b.key"
served = "localhost:8443"
)");
    reports("peer", record::Issued{held(1, now(), 24h)});
    reports("served", record::Served{});
    deployerAnswers["deploy"] = {
        {{"/etc/ssl/a.pem", "deployed", "a.service is not active"}, {"/etc/ssl/b.pem", "unconfirmed", ""}}};

    engine->reload();
    runUntilState(State::valid);

    const auto calls = file::read(root / "calls-peer");
    EXPECT_THAT(calls, HasSubstr("--served=1 --listener=localhost:8443 peer"));
    EXPECT_THAT(calls, Not(HasSubstr("localhost:443")));
}

TEST_F(EngineTest, AHookThatFailedDegradesAndLeavesTheCertificateDeployed) {
    reports("peer", record::Issued{held(1, now(), 24h)});
    deployerAnswers["deploy"] = {
        {{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}, {"hook tell", "failed", "exit code 3"}}};

    engine->reload();
    runUntilState(State::degraded);

    EXPECT_THAT(deployerCalls, ElementsAre("deploy 1", "confirm 1"));
    EXPECT_EQ(statuses["peer"].reason, "generation 1 is deployed, but hook tell failed: exit code 3");
    EXPECT_EQ(statuses["peer"].nextAction, Action::renew);
}

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

TEST_F(EngineTest, AValidCertificateIsLeftAloneUnlessRenewalIsAskedFor) {
    reports("peer", record::Issued{held(1, now(), 24h)});
    deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}};
    engine->reload();
    runUntilState(State::valid);

    EXPECT_THAT(engine->request({}, {}), IsEmpty());

    reports("peer", record::Issued{held(2, now(), 24h)});
    EXPECT_THAT(engine->request({"peer"}, {.renew = true, .force = false, .challenge = {}, .groups = {}}),
                ElementsAre("peer"));
    runUntil([this] { return statuses["peer"].held->generation == 2 && statuses["peer"].state == State::valid; });
    EXPECT_THAT(file::read(root / "calls-peer"), HasSubstr("--renew"));
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

TEST_F(EngineTest, ARenewalThatSomebodyAskedForIsOwedUntilItSucceeds) {
    reports("peer", record::Issued{held(1, now(), 24h)});
    deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}};
    engine->reload();
    runUntilState(State::valid);

    reports("peer", record::Failed{Fault::unreachable, "connection refused", std::nullopt});
    engine->request({"peer"}, {.renew = true, .force = false, .challenge = {}, .groups = {}});
    runUntilState(State::degraded);

    EXPECT_EQ(statuses["peer"].nextAction, Action::renew);
    EXPECT_LT(statuses["peer"].nextActionTime, now() + 2min);
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
    reports("peer", record::Failed{Fault::protocol, "another key", std::nullopt});
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

TEST_F(EngineTest, ARestartedDaemonKnowsWhatIsHeldAndDoesNothing) {
    auto generation = store::Generation{Secret("key"), "cert", "chain", "ca", held(1, now(), 24h)};
    store::commit(root.path(), "peer", generation);
    reports("peer", record::Issued{held(1, now(), 24h)});
    deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}};
    engine->reload();
    runUntil([this] { return statuses["peer"].state == State::valid; });
    deployerCalls.clear();

    engine = makeEngine();
    engine->reload();
    runUntil([this] { return !overview.rules.empty() && statuses["peer"].state == State::valid; });

    EXPECT_THAT(deployerCalls, IsEmpty());
    EXPECT_FALSE(std::filesystem::exists(root / "calls-peer"));
    EXPECT_EQ(engine->pem("peer", "certificate"), "cert");
}

TEST_F(EngineTest, WhatTheComingCaIssuedIsInstalledWhenItBecomesValid) {
    store::commit(root.path(), "peer", {Secret("key"), "cert", "chain", "ca", held(1, now() - 1h, 2h)});
    store::commitUpcoming(root.path(), "peer", {Secret("key"), "cert 2", "chain", "ca", held(2, now() + 300ms, 24h)});
    deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}};

    engine->reload();
    runUntil([this] { return statuses["peer"].state == State::valid && statuses["peer"].held->generation == 1; });
    EXPECT_THAT(statuses["peer"].nextActionReason, HasSubstr("of the coming CA"));
    runUntil([this] { return statuses["peer"].state == State::valid && statuses["peer"].held->generation == 2; });

    EXPECT_THAT(deployerCalls, ElementsAre("deploy 1", "confirm 1", "deploy 2", "confirm 2"));
    EXPECT_EQ(engine->pem("peer", "certificate"), "cert 2");
}

TEST_F(EngineTest, WhatTheComingCaIssuesIsNotDeployedYet) {
    store::commit(root.path(), "peer", {Secret("key"), "cert", "chain", "ca", held(1, now(), 24h)});
    deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}};
    engine->reload();
    runUntil([this] { return statuses["peer"].state == State::valid; });

    reports("peer", record::Issued{held(2, now() + 12h, 24h), true});
    engine->request({"peer"}, {.renew = true, .force = false, .challenge = {}, .groups = {}});
    runUntil([this] { return statuses["peer"].attempts == 1 && statuses["peer"].state == State::valid; });

    EXPECT_EQ(statuses["peer"].held->generation, 1U);
    EXPECT_EQ(statuses["peer"].nextAction, Action::deploy);
    EXPECT_GT(statuses["peer"].nextActionTime, now() + 11h);
}

TEST_F(EngineTest, AGenerationOfAnotherMachineIsNotUsed) {
    auto foreign = held(1, now(), 24h);
    foreign.machineId = "ffffffffffffffffffffffffffffffff";
    store::commit(root.path(), "peer", {Secret("key"), "cert", "chain", "ca", foreign});
    reports("peer", record::Pending{"ab12"});

    engine->reload();
    runUntilState(State::pending);

    EXPECT_FALSE(statuses["peer"].held);
}

TEST_F(EngineTest, WhatAProfileAsksForOtherwiseIsEnrolledAnew) {
    store::commit(root.path(), "peer", {Secret("key"), "cert", "chain", "ca", held(1, now(), 24h)});
    auto text = std::string(profileText);
    root.write("etc/scepd/profiles.d/peers.toml", text.replace(text.find("CN=peer"), 7, "CN=other"));
    reports("peer", record::Pending{"ab12"});
    deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}};

    engine->reload();
    runUntil([this] { return statuses["peer"].attempts == 1 && statuses["peer"].phase.empty(); });

    EXPECT_THAT(statuses["peer"].nextActionReason, HasSubstr("keeps request ab12"));
    EXPECT_THAT(file::read(root / "calls-peer"), Not(HasSubstr("--renew")));
}

TEST_F(EngineTest, ABrokenNewVersionOfAProfileDoesNotReplaceTheOneThatRuns) {
    reports("peer", record::Issued{held(1, now(), 24h)});
    deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}};
    engine->reload();
    runUntilState(State::valid);

    root.write("etc/scepd/profiles.d/peers.toml", "[scep\n");
    engine->reload();
    runUntil([this] { return !overview.findings.empty(); });

    EXPECT_EQ(statuses["peer"].state, State::valid);
}

TEST_F(EngineTest, ARemovedProfileEndsItsCertificateAndKeepsItsFiles) {
    store::commit(root.path(), "peer", {Secret("key"), "cert", "chain", "ca", held(1, now(), 24h)});
    engine->reload();
    std::filesystem::remove(root / "etc/scepd/profiles.d/peers.toml");
    engine->reload();

    EXPECT_THAT(events, Contains("peer removed"));
    EXPECT_FALSE(statuses.contains("peer"));
    EXPECT_TRUE(std::filesystem::exists(store::certificateDirectory(root.path(), "peer") / "current/key.pem"));
}

TEST_F(EngineTest, AManualProfileWaitsUntilSomebodyAsks) {
    root.write("etc/scepd/profiles.d/peers.toml", std::string("request = \"manual\"\n") + profileText);
    reports("peer", record::Pending{"ab12"});
    engine->reload();
    EXPECT_EQ(statuses["peer"].state, State::notRequested);

    engine->request({"peer"}, {});
    runUntilState(State::pending);
}

TEST_F(EngineTest, WhatThisVersionDoesNotSupportFailsAloneAndSaysSo) {
    root.write("etc/scepd/profiles.d/peers.toml",
               std::string(profileText) + "\n[certificate.suite-b]\nusage = \"p2p-suite-b\"\nsubject = \"CN=a,O=b\"\n"
                                          "key = { type = \"ec\", curve = \"P-384\", store = \"tpm2\" }\n");
    reports("peer", record::Pending{"ab12"});
    engine->reload();
    runUntilState(State::pending);

    EXPECT_EQ(statuses["suite-b"].state, State::failed);
    EXPECT_THAT(statuses["suite-b"].reason, HasSubstr("not supported by this version"));
    EXPECT_THROW(engine->request({"suite-b"}, {}), Error);
}

TEST_F(EngineTest, ProfilesOfOtherGroupsAreNotApplicable) {
    root.write("etc/scepd/profiles.d/peers.toml", std::string("groups = [\"kiosk\"]\n") + profileText);
    engine->reload();

    EXPECT_EQ(statuses["peer"].state, State::notApplicable);
    EXPECT_THAT(statuses["peer"].reason, HasSubstr("kiosk"));
}

TEST_F(EngineTest, ACancelledAttemptEndsItsChild) {
    root.write("enroll", "#!/bin/sh\nprintf 'phase key\\n' >&3\nexec sleep 600\n", 0755);
    engine->reload();
    runUntil([this] { return statuses["peer"].phase == "key"; });

    engine->cancel("peer");
    EXPECT_EQ(statuses["peer"].state, State::waiting);
    EXPECT_THAT(statuses["peer"].reason, HasSubstr("cancelled"));
}

} // namespace
} // namespace scepd
