#include "engine_support.hpp"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd {
namespace {

namespace fs = std::filesystem;
using namespace test;
using record::Action;
using record::State;
using record::TargetState;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

/// A certificate that is held, and a deployer that tells of its installed files what the test says.
class DriftTest : public EngineTest {
protected:
    DriftTest() {
        hold("peer");
        deployerAnswers["deploy"] = {{well}};
    }

    void hold(const std::string& name) {
        store::commit(root.path(), name, {Secret("key"), "cert", "chain", "ca", held(1, now(), 24h)});
    }
    void finds(const TargetState& row) { deployerAnswers["verify"] = {{row}}; }

    /// Runs until everything is deployed and was looked at once.
    void runUntilInspected() {
        const auto before = inspections.size();
        engine->reload();
        runUntil([&] { return inspections.size() > before && openInspections == 0; });
    }
    /// A new start looks at once: what may take a day otherwise.
    void restart() {
        engine = makeEngine();
        runUntilInspected();
    }
    [[nodiscard]] auto countOf(const std::string& event) const { return std::ranges::count(events, event); }

    const TargetState well{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""};
    const TargetState keyGone{"/etc/ssl/scepd/peer/cert.pem", "drifted", "key.pem is missing"};
    const TargetState modeWrong{"/etc/ssl/scepd/peer/cert.pem", "drifted", "key.pem: mode 0666 instead of 0600"};
};

class ReportedDriftTest : public DriftTest {
protected:
    ReportedDriftTest() {
        root.write("etc/scepd/profiles.d/peers.toml", std::string(profileText) + "drift = \"report\"\n");
    }
};

TEST_F(DriftTest, InstalledFilesAreLookedAtOncePerStart) {
    finds(well);
    runUntilInspected();
    EXPECT_THAT(inspections, ElementsAre("peer"));
    EXPECT_EQ(statuses["peer"].state, State::valid);

    restart();
    EXPECT_THAT(inspections, ElementsAre("peer", "peer"));
    EXPECT_THAT(deployerCalls, ElementsAre("deploy 1", "confirm 1")) << "and nothing else comes of it";
    EXPECT_THAT(events, Not(Contains("peer drifted")));
}

TEST_F(DriftTest, ADeletedKeyIsHealed) {
    finds(keyGone);
    engine->reload();
    runUntil([this] { return statuses["peer"].state == State::degraded; });
    EXPECT_EQ(statuses["peer"].reason,
              "/etc/ssl/scepd/peer/cert.pem was changed behind scepd's back: key.pem is missing");
    EXPECT_THAT(statuses["peer"].targets, ElementsAre(keyGone));

    finds(well);
    runUntil([this] { return statuses["peer"].state == State::valid; });
    EXPECT_THAT(deployerCalls, ElementsAre("deploy 1", "confirm 1", "deploy 1", "confirm 1"));
    EXPECT_THAT(events, ElementsAre("peer deployed", "peer drifted", "peer deployed"));
    EXPECT_THAT(statuses["peer"].targets, ElementsAre(well));
    EXPECT_EQ(store::readHistory(root.path(), "peer").deployment.heals, 1U);
}

TEST_F(DriftTest, WhoeverKeepsChangingTheFilesIsGivenWayToUntilSomebodyAsks) {
    finds(keyGone);
    engine->reload();
    runUntil([this] { return countOf("peer deployed") == 2; });
    finds(modeWrong);
    restart();

    EXPECT_EQ(countOf("peer drifted"), 2);
    EXPECT_EQ(statuses["peer"].state, State::degraded);
    EXPECT_EQ(statuses["peer"].nextAction, Action::deploy);
    EXPECT_GT(statuses["peer"].nextActionTime, now() + 30s);
    EXPECT_EQ(countOf("peer deployed"), 2);

    engine->request({"peer"}, {});
    runUntil([this] { return countOf("peer deployed") == 3; });
    EXPECT_EQ(statuses["peer"].state, State::valid);
}

TEST_F(DriftTest, ATargetThatCannotBeComparedIsDeployedAgainToo) {
    finds({"/etc/ssl/scepd/peer/cert.pem", "failed", "nothing is deployed"});
    engine->reload();
    runUntil([this] { return countOf("peer drifted") == 1; });
    finds(well);
    runUntil([this] { return statuses["peer"].state == State::valid; });

    EXPECT_THAT(deployerCalls, ElementsAre("deploy 1", "confirm 1", "deploy 1", "confirm 1"));
}

TEST_F(DriftTest, AHookThatFailedStaysKnownWhenFilesAreLookedAt) {
    const TargetState hook{"hook tell", "failed", "exit code 3"};
    deployerAnswers["deploy"] = {{well, hook}};
    finds(well);
    runUntilInspected();

    EXPECT_THAT(statuses["peer"].targets, ElementsAre(well, hook));
    EXPECT_EQ(statuses["peer"].state, State::degraded);
    EXPECT_EQ(countOf("peer drifted"), 0);
}

TEST_F(DriftTest, ADeployerThatDoesNotAnswerChangesNothing) {
    deployerAnswers["verify"] = std::unexpected(Error(Fault::local, "the deployer cannot be started"));
    runUntilInspected();

    EXPECT_EQ(statuses["peer"].state, State::valid);
    EXPECT_THAT(statuses["peer"].targets, ElementsAre(well));
    EXPECT_THAT(events, ElementsAre("peer deployed"));
}

TEST_F(DriftTest, ManyCertificatesAreLookedAtOneAtATime) {
    for (const std::string name : {"a", "b", "c", "d"}) {
        root.write("etc/scepd/profiles.d/" + name + ".toml",
                   "[scep]\nurl = \"http://127.0.0.1:9/scep\"\ntrust = \"first-use\"\n[certificate." + name +
                       "]\nusage = \"generic\"\nsubject = \"CN=peer\"\n");
        auto mine = held(1, now(), 24h);
        const auto asked = profile::parseProfile(file::read(root / ("etc/scepd/profiles.d/" + name + ".toml")), name);
        mine.configuration = profile::requestDigest(asked.value->scep, asked.value->certificates.front());
        store::commit(root.path(), name, {Secret("key"), "cert", "chain", "ca", mine});
    }
    finds(well);
    engine->reload();
    runUntil([this] { return inspections.size() == 5 && openInspections == 0; });

    EXPECT_THAT(inspections, testing::UnorderedElementsAre("a", "b", "c", "d", "peer"));
    EXPECT_EQ(mostInspectionsAtATime, 1);
}

TEST_F(DriftTest, NothingIsLookedAtThatLiesOnNoTarget) {
    deployerAnswers["deploy"] = std::unexpected(Error(Fault::local, "nginx.service: reload failed"));
    engine->reload();
    runUntil([this] { return statuses["peer"].state == State::degraded; });
    root.write("etc/scepd/profiles.d/peers.toml", std::string(profileText) + "deploy = []\n");
    deployerAnswers["deploy"] = {{}};
    engine->reload();
    runUntil([this] { return statuses["peer"].state == State::valid; });

    EXPECT_THAT(inspections, IsEmpty());
}

TEST_F(DriftTest, FilesThatAreTouchedAreLookedAtSoon) {
    root.write("etc/ssl/scepd/peer/key.pem", "key");
    finds(well);
    runUntilInspected();

    finds(keyGone);
    fs::remove(root / "etc/ssl/scepd/peer/key.pem");
    runUntil([this] { return countOf("peer drifted") == 1; });
    EXPECT_EQ(inspections.size(), 2U);
}

TEST_F(DriftTest, BetweenLooksNothingWakesTheDaemon) {
    root.write("etc/ssl/scepd/peer/key.pem", "key");
    finds(well);
    runUntilInspected();
    const auto turnsWithin = [this](Duration time) {
        bool isOver = false;
        const auto end = loop.after(time, [&] { isOver = true; });
        unsigned turns = 0;
        for (; !isOver; ++turns)
            loop.turn();
        return turns;
    };
    turnsWithin(100ms); // what follows from the first look

    EXPECT_EQ(turnsWithin(2s), 1U) << "the end of the two seconds and nothing else";
}

TEST_F(DriftTest, TheLifeOfAShortLivedCertificateIsShortForItsFilesToo) {
    store::commit(root.path(), "peer", {Secret("key"), "cert", "chain", "ca", held(2, now() - 1s, 20s)});
    finds(well);
    engine->reload();

    runUntil([this] { return inspections.size() == 3; });
    EXPECT_THAT(inspections, Each("peer"));
}

TEST_F(ReportedDriftTest, ADeletedKeyIsReportedAndNothingIsDeployed) {
    finds(keyGone);
    runUntilInspected();

    EXPECT_EQ(statuses["peer"].state, State::degraded);
    EXPECT_THAT(statuses["peer"].reason, AllOf(HasSubstr("behind scepd's back"), HasSubstr("key.pem is missing")));
    EXPECT_THAT(statuses["peer"].remedy, HasSubstr("Restore the files"));
    EXPECT_NE(statuses["peer"].nextAction, Action::deploy);
    EXPECT_THAT(deployerCalls, ElementsAre("deploy 1", "confirm 1"));
    EXPECT_THAT(events, ElementsAre("peer deployed", "peer drifted"));
}

TEST_F(ReportedDriftTest, AFindingIsTakenUpByWhoeverIsToldOfEveryPlan) {
    finds(keyGone);
    runUntilInspected();
    overview = {};
    runUntil([this] { return !overview.rules.empty(); });
}

TEST_F(ReportedDriftTest, AFindingIsOneEventAndAnotherFindingIsAnother) {
    finds(keyGone);
    runUntilInspected();
    restart();
    EXPECT_EQ(countOf("peer drifted"), 1);
    EXPECT_EQ(statuses["peer"].state, State::degraded) << "it is known after a restart";

    finds(modeWrong);
    restart();
    EXPECT_EQ(countOf("peer drifted"), 2);
    EXPECT_THAT(statuses["peer"].reason, HasSubstr("mode 0666"));
}

TEST_F(ReportedDriftTest, WhatWasRestoredIsValidAgain) {
    finds(keyGone);
    runUntilInspected();
    finds(well);
    restart();

    EXPECT_EQ(statuses["peer"].state, State::valid);
    EXPECT_THAT(statuses["peer"].targets, ElementsAre(well));
    EXPECT_EQ(countOf("peer drifted"), 1);
    EXPECT_EQ(countOf("peer deployed"), 1);
}

TEST_F(ReportedDriftTest, AProfileThatHealsFromNowOnPutsTheFilesBack) {
    finds(keyGone);
    runUntilInspected();
    finds(well);
    root.write("etc/scepd/profiles.d/peers.toml", profileText);
    engine->reload();
    runUntil([this] { return statuses["peer"].state == State::valid; });

    EXPECT_EQ(countOf("peer deployed"), 2);
}

} // namespace
} // namespace scepd
