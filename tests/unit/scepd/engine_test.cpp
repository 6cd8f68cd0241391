#include "engine_support.hpp"

#include "base/file.hpp"
#include "store/transaction.hpp"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd {
namespace {

using namespace test;
using record::Action;
using record::State;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

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
    reports("peer", record::Failed{Code::unreachable, "connection refused", std::nullopt});

    engine->reload();
    runUntilState(State::waiting);

    EXPECT_EQ(statuses["peer"].lastErrorCode, "SCEPD-200");
    EXPECT_LT(statuses["peer"].nextActionTime, now() + 2min);
    EXPECT_GT(statuses["peer"].nextActionTime, now() + 30s);
}

TEST_F(EngineTest, ACrashOfTheChildIsAFailedAttemptAndNothingElse) {
    root.write("enroll", "#!/bin/sh\nkill -SEGV $$\n", 0755);

    engine->reload();
    runUntilState(State::waiting);

    EXPECT_THAT(statuses["peer"].reason, HasSubstr("killed by signal 11"));
}

TEST_F(EngineTest, WhatTheChildCommittedBeforeItCrashedIsNotAskedForAgain) {
    for (const unsigned generation : {1U, 2U})
        store::commit(root.path(), "peer", {Secret("key"), "cert", "chain", "ca", held(generation, now(), 24h)});
    store::use(root.path(), "peer", 1);
    root.write("var/lib/scepd/certificates/peer/transaction.key", "key of generation 2");
    deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}};
    root.write("enroll", R"(#!/bin/sh
echo "$@" >> "$(dirname "$0")/calls-peer"
ln -sfn generation-2 "$(dirname "$0")/var/lib/scepd/certificates/peer/current"
kill -SEGV $$
)",
               0755);
    engine->reload();
    engine->request({"peer"}, {.renew = true, .force = false, .challenge = {}, .groups = {}});
    runUntil([this] { return statuses["peer"].held->generation == 2 && statuses["peer"].state == State::valid; });

    EXPECT_THAT(events, Contains("peer issued"));
    EXPECT_EQ(statuses["peer"].attempts, 1U);
    EXPECT_FALSE(std::filesystem::exists(root / "var/lib/scepd/certificates/peer/transaction.key"));
}

TEST_F(EngineTest, WhatWasCommittedWhenTheDaemonWasKilledIsNotAskedForAgain) {
    store::commit(root.path(), "peer", {Secret("key"), "cert", "chain", "ca", held(1, now(), 24h)});
    record::History history;
    history.attempts = 1;
    history.lastAttempt = now() - 1min;
    history.requested = history.lastAttempt - 1s;
    store::writeHistory(root.path(), "peer", history);
    deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}};
    engine->reload();
    runUntil([this] { return statuses["peer"].state == State::valid && statuses["peer"].phase.empty(); });

    EXPECT_EQ(statuses["peer"].nextAction, Action::renew);
    EXPECT_GT(statuses["peer"].nextActionTime, now() + 1h);
    EXPECT_FALSE(std::filesystem::exists(root / "calls-peer"));
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

TEST_F(EngineTest, WhatTheCaDoesNotDecideWithinThePollLimitIsGivenUp) {
    const auto eightDaysAgo = now() - 8 * 24h;
    record::History history;
    history.pending = record::PendingTransaction{"ab12", eightDaysAgo, now() - 2h, 180};
    store::writeHistory(root.path(), "peer", history);
    store::Transaction transaction;
    transaction.id = "ab12";
    transaction.messageType = 19;
    transaction.pending = true;
    store::saveTransaction(root.path(), "peer", transaction);

    engine->reload();
    runUntil([this] { return statuses["peer"].state == State::failed; });

    EXPECT_THAT(statuses["peer"].reason, HasSubstr("the CA did not decide within poll-limit (7d)"));
    EXPECT_EQ(statuses["peer"].nextAction, Action::enroll) << "a new transaction";
    EXPECT_EQ(store::readTransaction(root.path(), "peer"), std::nullopt);
    EXPECT_FALSE(std::filesystem::exists(root / "calls-peer")) << "nothing was asked any more";
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

TEST_F(EngineTest, ADeploymentEndsAlsoWhenWhatComesNextThrows) {
    reports("peer", record::Issued{held(1, now(), 24h)});
    deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}};
    deployerThrowsAt = "confirm";

    engine->reload();
    runUntilState(State::degraded);

    EXPECT_THAT(statuses["peer"].reason, HasSubstr("no memory"));
    EXPECT_LT(statuses["peer"].nextActionTime, now() + 2min);
}

TEST_F(EngineTest, ANewCertificateThatIsNotServedIsRolledBack) {
    record::History before;
    before.deployment = {
        .generation = 1, .confirmed = true, .failures = 0, .lastAttempt = now(), .error = "", .targets = {}};
    store::writeHistory(root.path(), "peer", before);
    reports("peer", record::Issued{held(2, now(), 24h)});
    reports("served", record::Failed{Code::local, "localhost:443 still presents serial 09", std::nullopt});
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

TEST_F(EngineTest, ARenewalThatIsAskedForDuringADeploymentFollowsIt) {
    reports("peer", record::Issued{held(1, now(), 24h)});
    deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}};
    engine->reload();
    runUntil([this] { return deployerCalls == std::vector<std::string>{"deploy 1"}; });
    reports("peer", record::Issued{held(2, now(), 24h)});
    EXPECT_THAT(engine->request({"peer"}, {.renew = true, .force = false, .challenge = {}, .groups = {}}),
                ElementsAre("peer"));
    runUntil([this] { return statuses["peer"].state == State::valid && statuses["peer"].held->generation == 2; });
    EXPECT_THAT(deployerCalls, ElementsAre("deploy 1", "confirm 1", "deploy 2", "confirm 2"));
}

TEST_F(EngineTest, AHookThatFailedDegradesAndLeavesTheCertificateDeployed) {
    reports("peer", record::Issued{held(1, now(), 24h)});
    deployerAnswers["deploy"] = {
        {{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}, {"hook tell", "failed", "exit code 3"}}};

    engine->reload();
    runUntilState(State::degraded);

    EXPECT_THAT(deployerCalls, ElementsAre("deploy 1", "confirm 1"));
    EXPECT_EQ(statuses["peer"].reason, "generation 1 is deployed, but hook tell failed: exit code 3");
    EXPECT_EQ(statuses["peer"].nextAction, Action::deploy);
    EXPECT_THAT(statuses["peer"].nextActionReason, HasSubstr("its hooks failed 1 time in a row"));
}

TEST_F(EngineTest, HooksThatFailedAreRunAgainUntilTheySucceed) {
    retryAtOnce();
    const record::TargetState well{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""};
    const record::TargetState tell{"hook tell", "failed", "exit code 3"};
    reports("peer", record::Issued{held(1, now(), 24h)});
    deployerAnswers["deploy"] = {{well, tell, {"hook other", "failed", "exit code 1"}}};
    deployerAnswers["hooks deployed tell other"] = {{tell}};
    deployerAnswers["hooks deployed tell"] = std::vector<record::TargetState>{};

    engine->reload();
    runUntilState(State::valid);

    EXPECT_THAT(deployerCalls,
                ElementsAre("deploy 1", "confirm 1", "hooks deployed tell other 0", "hooks deployed tell 0"));
    EXPECT_THAT(statuses["peer"].targets, ElementsAre(well));
    EXPECT_EQ(statuses["peer"].nextAction, Action::renew);
}

TEST_F(EngineTest, HooksOfADeployerThatDoesNotAnswerAreOwedStill) {
    retryAtOnce();
    reports("peer", record::Issued{held(1, now(), 24h)});
    deployerAnswers["deploy"] = {{{"hook tell", "failed", "exit code 3"}}};
    deployerAnswers["hooks deployed tell"] = std::unexpected(Error(Fault::local, "the deployer cannot be started"));

    engine->reload();
    runUntil([this] { return statuses["peer"].reason.ends_with("the deployer cannot be started"); });
    EXPECT_EQ(statuses["peer"].state, State::degraded);
    EXPECT_EQ(statuses["peer"].nextAction, Action::deploy);
}

TEST_F(EngineTest, HooksAreToldOfWhatFailed) {
    root.write("etc/scepd/profiles.d/peers.toml", std::string(profileText) + "hooks = [\"tell\"]\n");
    reports("peer", record::Failed{Code::unreachable, "no route", {}});
    engine->reload();
    runUntil([this] { return std::ranges::count(deployerCalls, "hooks failed  0") == 1; });
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

TEST_F(EngineTest, ARenewalThatSomebodyAskedForIsOwedUntilItSucceeds) {
    reports("peer", record::Issued{held(1, now(), 24h)});
    deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}};
    engine->reload();
    runUntilState(State::valid);

    reports("peer", record::Failed{Code::unreachable, "connection refused", std::nullopt});
    engine->request({"peer"}, {.renew = true, .force = false, .challenge = {}, .groups = {}});
    runUntilState(State::degraded);

    EXPECT_EQ(statuses["peer"].nextAction, Action::renew);
    EXPECT_LT(statuses["peer"].nextActionTime, now() + 2min);
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
    store::commitUpcoming(root.path(), "peer", {Secret("key"), "cert 2", "chain", "ca", held(2, now() + 3s, 24h)});
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

TEST_F(EngineTest, ARequestForAGroupIsForProfilesThatNameIt) {
    root.write("etc/scepd/scepd.toml", "groups = [\"kiosk\"]\n");
    auto kiosk = std::string(profileText);
    kiosk.replace(kiosk.find("peer"), 4, "door");
    for (const auto* file : {"peers", "doors"})
        root.write(fmt::format("etc/scepd/profiles.d/{}.toml", file),
                   "request = \"manual\"\n" +
                       (file == std::string("doors") ? "groups = [\"kiosk\"]\n" + kiosk : std::string(profileText)));
    engine->reload();

    const auto asked = [&](const std::string& group) {
        return engine->request({}, {.challenge = {}, .trace = {}, .groups = {group}});
    };
    EXPECT_THAT(asked("office"), IsEmpty());
    EXPECT_THAT(asked("kiosk"), ElementsAre("door")) << "the other one is for every endpoint, in no group";
}

TEST_F(EngineTest, WhatAnAttemptTellsIsNotTrusted) {
    reports("peer", record::Pending{"ab12"});
    root.write(
        "enroll",
        "#!/bin/sh\n{ printf 'phase key\\nphase \\nphase k\\351y\\nphase KEY\\ntransaction a b\\nno word\\n'\n"
        "head -c 300000 /dev/zero\nprintf '\\nphase request\\nreport\\n'\ncat \"$(dirname \"$0\")/report-peer\"\n"
        "} >&3\n",
        0755);
    engine->reload();
    runUntilState(State::pending);

    EXPECT_THAT(phases, ElementsAre("", "key", "request", "start"));
}

TEST_F(EngineTest, ACancelledAttemptEndsItsChild) {
    root.write("enroll", "#!/bin/sh\nprintf 'phase key\\n' >&3\nexec sleep 600\n", 0755);
    engine->reload();
    runUntil([this] { return statuses["peer"].phase == "key"; });

    engine->cancel("peer");
    EXPECT_EQ(statuses["peer"].state, State::waiting);
    EXPECT_THAT(statuses["peer"].reason, HasSubstr("cancelled"));
}

// ---- what holds for the whole endpoint ----

TEST_F(EngineTest, NothingIsSentUntilTheClockIsSynchronisedOrTheWaitIsOver) {
    // A machine that has not been up for that long: the wait counts from its boot.
    root.write("etc/scepd/scepd.toml", "[clock]\nwait-for-sync = \"36500d\"\n");
    reports("peer", record::Issued{held(1, now(), 24h)});
    deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}};
    engine->clockSynchronized(false);

    engine->reload();
    runUntil([this] { return !overview.rules.empty(); });
    EXPECT_EQ(statuses["peer"].state, State::waiting);
    EXPECT_THAT(statuses["peer"].reason, HasSubstr("the clock is not synchronised yet"));
    EXPECT_GT(statuses["peer"].nextActionTime, now());
    EXPECT_THAT(events, IsEmpty());

    engine->clockSynchronized(true);
    runUntilState(State::valid);
}

TEST_F(EngineTest, AnAttemptUnderAClockThatCannotBeRightIsToldTheEarliestTime) {
    root.write("etc/scepd/scepd.toml", "[clock]\nwait-for-sync = \"0s\"\n");
    const auto begins = std::chrono::floor<std::chrono::seconds>(now() + std::chrono::days(400));
    reports("peer", record::Issued{held(1, begins, 24h)});
    deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}};
    engine->reload();
    runUntilState(State::valid);
    EXPECT_THAT(file::read(root / "calls-peer"), Not(HasSubstr("--earliest"))) << "synchronised";

    engine->clockSynchronized(false);
    engine->reload();
    engine->request({"peer"}, {.renew = true, .force = false, .challenge = {}, .groups = {}});
    runUntil([this] { return statuses["peer"].attempts > 1 && statuses["peer"].phase.empty(); });
    EXPECT_THAT(file::read(root / "calls-peer"), HasSubstr("--earliest=" + rfc3339(begins).substr(0, 10)));
}

TEST_F(EngineTest, WhatWasUnreachableIsTriedAgainWhenTheNetworkHasChanged) {
    reports("peer", record::Failed{Code::unreachable, "connection refused", std::nullopt});
    engine->reload();
    runUntilState(State::waiting);
    ASSERT_GT(statuses["peer"].nextActionTime, now() + 30s);
    reports("peer", record::Issued{held(1, now(), 24h)});
    deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}};

    engine->networkChanged();
    EXPECT_LE(statuses["peer"].nextActionTime, now() + 5s);
    runUntilState(State::valid);
}

TEST_F(EngineTest, TheMachinesClockAndNetworkAreShown) {
    engine->networkOnline(true);
    engine->reload();
    runUntil([this] { return overview.surroundings.networkOnline; });

    EXPECT_TRUE(overview.surroundings.clockSynchronized);
}

TEST_F(EngineTest, AnExplanationNamesRuleProfileAndWhatComesBefore) {
    reports("peer", record::Failed{Code::unreachable, "connection refused", std::nullopt});
    engine->reload();
    runUntilState(State::waiting);

    const auto explanation = engine->explain("peer");
    EXPECT_THAT(explanation.rule, HasSubstr("no certificate is held; after 1 failed attempt in a row"));
    EXPECT_THAT(explanation.changes, Contains(HasSubstr("a change of the network")));
    EXPECT_THROW(static_cast<void>(engine->explain("nobody")), Error);
}

} // namespace
} // namespace scepd
