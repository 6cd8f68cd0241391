#include "engine_support.hpp"

#include "base/file.hpp"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd {
namespace {

using namespace test;
using record::State;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace fs = std::filesystem;

/// A certificate that is held and installed, and whose profile goes and comes.
class RemovedProfile : public EngineTest {
protected:
    RemovedProfile() {
        store::commit(root.path(), "peer", {Secret("key"), "cert", "chain", "ca", held(1, now(), 24h)});
        deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}};
        engine->reload();
        runUntil([this] { return statuses["peer"].state == State::valid && statuses["peer"].phase.empty(); });
        deployerCalls.clear();
    }

    void remove() {
        fs::remove(profile);
        engine->reload();
        runUntil([this] { return overview.rules.empty(); }); // and what was due then has been started
    }
    void bringBack(const std::string& text = profileText) {
        root.write("etc/scepd/profiles.d/peers.toml", text);
        engine->reload();
        runUntil([this] { return !overview.rules.empty(); });
    }
    [[nodiscard]] bool wasAsked() const { return fs::exists(root / "calls-peer"); }

    fs::path profile = root / "etc/scepd/profiles.d/peers.toml";
};

TEST_F(RemovedProfile, EndsItsCertificateWhichSaysSoAndKeepsItsFiles) {
    remove();
    EXPECT_THAT(events, Contains("peer removed"));
    EXPECT_EQ(statuses["peer"].state, State::notApplicable);
    EXPECT_EQ(statuses["peer"].reason, "its profile was removed");
    EXPECT_EQ(file::read(store::certificateDirectory(root.path(), "peer") / "current/key.pem"), "key");
    EXPECT_THAT(deployerCalls, IsEmpty());
    EXPECT_EQ(engine->summary(), "0 certificates");
}

TEST_F(RemovedProfile, IsRememberedByADaemonThatDidNotSeeItGo) {
    fs::remove(profile);
    engine = makeEngine();
    engine->reload();
    EXPECT_EQ(statuses["peer"].state, State::notApplicable);
    EXPECT_EQ(statuses["peer"].reason, "its profile was removed");
}

TEST_F(RemovedProfile, IsNotSaidOfOneThatHasAMistake) {
    root.write("etc/scepd/profiles.d/peers.toml", "[scep\n");
    engine = makeEngine();
    engine->reload();
    EXPECT_EQ(statuses["peer"].state, State::notApplicable);
    EXPECT_EQ(statuses["peer"].reason, "no profile that loads asks for it, and some have errors");
}

TEST_F(RemovedProfile, IsNotSaidOfOneForOtherGroups) {
    bringBack(std::string("groups = [\"kiosk\"]\n") + profileText);
    EXPECT_EQ(statuses["peer"].state, State::notApplicable);
    EXPECT_THAT(statuses["peer"].reason, HasSubstr("kiosk"));
}

TEST_F(RemovedProfile, ThatReturnsGoesOnWithWhatIsHeld) {
    remove();
    bringBack();
    EXPECT_EQ(statuses["peer"].state, State::valid);
    EXPECT_EQ(statuses["peer"].held->generation, 1U);
    EXPECT_THAT(statuses["peer"].targets, ElementsAre(testing::Field(&record::TargetState::state, "deployed")));
    EXPECT_FALSE(wasAsked());
    EXPECT_THAT(deployerCalls, IsEmpty());
}

TEST_F(RemovedProfile, ThatReturnsAfterARestartGoesOnWithWhatIsHeld) {
    remove();
    engine = makeEngine();
    bringBack();
    EXPECT_EQ(statuses["peer"].state, State::valid);
    EXPECT_FALSE(wasAsked());
    EXPECT_THAT(deployerCalls, IsEmpty());
}

TEST_F(RemovedProfile, ThatReturnsWithAnotherSubjectIsAskedForAnew) {
    remove();
    reports("peer", record::Pending{"ab12"});
    auto text = std::string(profileText);
    bringBack(text.replace(text.find("CN=peer"), 7, "CN=other"));
    runUntil([this] { return wasAsked(); });
}

TEST_F(RemovedProfile, ThatReturnsStillKnowsTheRequestThatTheCaKeeps) {
    reports("peer", record::Pending{"ab12"});
    engine->request({"peer"}, {.renew = true, .challenge = {}, .trace = {}, .groups = {}});
    runUntil([this] { return statuses["peer"].reason.contains("ab12") && statuses["peer"].phase.empty(); });
    const auto calls = file::read(root / "calls-peer");
    remove();
    bringBack();
    EXPECT_EQ(statuses["peer"].nextAction, record::Action::poll);
    EXPECT_EQ(file::read(root / "calls-peer"), calls) << "not before its time";
}

TEST_F(RemovedProfile, UnderAnotherFileNameIsTheSameProfile) {
    fs::rename(profile, root / "etc/scepd/profiles.d/office.toml");
    engine->reload();
    runUntil([this] { return overview.rules.front().file.ends_with("office.toml"); });
    EXPECT_EQ(statuses["peer"].state, State::valid);
    EXPECT_THAT(statuses["peer"].profile, HasSubstr("office.toml"));
    EXPECT_THAT(events, Not(Contains("peer removed")));
    EXPECT_FALSE(wasAsked());
    EXPECT_THAT(deployerCalls, IsEmpty());
}

TEST_F(RemovedProfile, UnderAnotherFileNameLetsTheAttemptThatRunsGoOn) {
    root.write("enroll",
               "#!/bin/sh\necho once >> \"$(dirname \"$0\")/calls-peer\"\nprintf 'phase key\\n' >&3\nexec sleep 600\n",
               0755);
    engine->request({"peer"}, {.renew = true, .challenge = {}, .trace = {}, .groups = {}});
    runUntil([this] { return statuses["peer"].phase == "key"; });
    fs::rename(profile, root / "etc/scepd/profiles.d/office.toml");
    engine->reload();
    runUntil([this] { return overview.rules.front().file.ends_with("office.toml"); });
    EXPECT_EQ(statuses["peer"].phase, "key");
    EXPECT_EQ(file::read(root / "calls-peer"), "once\n");
}

TEST_F(RemovedProfile, IsSaidOfTheOldNameOfACertificateThatGotAnother) {
    auto text = std::string(profileText);
    bringBack("request = \"manual\"\n" + text.replace(text.find(".peer]"), 6, ".friend]"));
    EXPECT_EQ(statuses["peer"].state, State::notApplicable);
    EXPECT_EQ(statuses["friend"].state, State::notRequested);
}

} // namespace
} // namespace scepd
