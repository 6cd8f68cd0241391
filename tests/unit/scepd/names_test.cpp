#include "engine_support.hpp"
#include "own_network.hpp"

#include "base/file.hpp"
#include "scepd/hostname_watch.hpp"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

namespace scepd {
namespace {

using namespace test;
using record::Action;
using record::State;
using testing::HasSubstr;
using testing::Not;

/// A certificate with a variable in its names is held and deployed, issued when those came to "old".
class NamesTest : public EngineTest {
protected:
    void holding(const std::string& subjectChange) {
        const auto text =
            replaced(profileText, "CN=peer", "CN=${hostname}") + "subject-change = \"" + subjectChange + "\"\n";
        root.write("etc/scepd/profiles.d/peers.toml", text);
        store::commit(root.path(), "peer", {Secret("key"), "cert", "chain", "ca", named(1, "old")});
        deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}};
        reports("peer", record::Issued{named(2, "new")});
        engine->reload();
        runUntil([this] { return statuses["peer"].state == State::valid; });
    }

    [[nodiscard]] record::Held named(unsigned generation, const std::string& names) const {
        auto result = held(generation, now(), 24h);
        const auto asked =
            profile::parseProfile(replaced(profileText, "CN=peer", "CN=${hostname}"), "peers.toml").value;
        result.configuration = profile::requestDigest(asked->scep, asked->certificates.front());
        result.names = names;
        return result;
    }

    static std::string replaced(std::string text, const std::string& before, const std::string& after) {
        return text.replace(text.find(before), before.size(), after);
    }

    void namesAre(const std::string& digest) {
        record::NamesNow told;
        if (!digest.empty()) told.digests["peer"] = digest;
        reports("names", told);
    }

    /// Looks, and waits until what scepd-enroll told was taken: then every certificate is shown again.
    void look() {
        statuses.clear();
        engine->lookAtNames();
        runUntil([this] { return statuses.contains("peer"); });
    }

    /// It is renewed when its time comes, and neither before nor anew.
    void expectNothingIsDueSoon() {
        EXPECT_EQ(statuses["peer"].nextAction, Action::renew);
        EXPECT_GT(statuses["peer"].nextActionTime, now() + 12h);
    }
};

TEST_F(NamesTest, ThatChangeUnderACertificateMakeAFreshEnrollmentNow) {
    namesAre("old");
    holding("reenroll");
    namesAre("new");
    engine->lookAtNames();
    runUntil([this] { return statuses["peer"].held->generation == 2 && statuses["peer"].state == State::valid; });

    EXPECT_THAT(file::read(root / "calls-peer"), Not(HasSubstr("--renew")));
    look();
    expectNothingIsDueSoon();
}

TEST_F(NamesTest, ThatChangedWhileTheDaemonWasAwayAreNoticedAtItsStart) {
    namesAre("old");
    holding("reenroll");
    engine.reset();
    namesAre("new");
    engine = makeEngine();
    engine->reload();
    runUntil([this] { return statuses["peer"].held->generation == 2; });
}

TEST_F(NamesTest, ThatChangeAreKeptWhenTheProfileSaysSo) {
    namesAre("old");
    holding("keep");
    namesAre("new");
    look();

    EXPECT_EQ(statuses["peer"].state, State::valid);
    expectNothingIsDueSoon();
}

TEST_F(NamesTest, ThatAreKeptAreNoRenewalWhenItsTimeComes) {
    namesAre("old");
    holding("keep");
    namesAre("new");
    look();
    engine->request({"peer"}, {.renew = true, .force = false, .challenge = {}, .groups = {}});
    runUntil([this] { return statuses["peer"].held->generation == 2; });

    EXPECT_THAT(file::read(root / "calls-peer"), Not(HasSubstr("--renew")));
}

TEST_F(NamesTest, ThatChangeAreShownWhenTheProfileWantsAnAlert) {
    namesAre("old");
    holding("alert");
    namesAre("new");
    look();
    EXPECT_EQ(statuses["peer"].state, State::degraded);
    EXPECT_THAT(statuses["peer"].reason, HasSubstr("names are others now"));
    expectNothingIsDueSoon();

    namesAre("old");
    look();
    EXPECT_EQ(statuses["peer"].state, State::valid);
}

TEST_F(NamesTest, ThatAreNotKnownNowChangeNothing) {
    namesAre("old");
    holding("reenroll");
    namesAre("");
    look();

    EXPECT_EQ(statuses["peer"].state, State::valid);
    expectNothingIsDueSoon();
}

TEST_F(NamesTest, ThatHangOnNoVariableAreNotLookedUp) {
    auto constant = held(1, now(), 24h);
    constant.names = "old";
    store::commit(root.path(), "peer", {Secret("key"), "cert", "chain", "ca", constant});
    engine->reload();
    runUntil([this] { return statuses["peer"].state == State::valid; });

    EXPECT_FALSE(std::filesystem::exists(root / "calls-names"));
}

TEST(HostnameWatchTest, TellsThatTheHostnameWasSet) {
    inOwnNetwork([] {
        ASSERT_EQ(::unshare(CLONE_NEWUTS), 0);
        Loop loop;
        int changes = 0;
        const HostnameWatch watch(loop, [&] { ++changes; });
        ASSERT_EQ(::sethostname("another", 7), 0);
        bool late = false;
        const auto deadline = loop.after(10s, [&] { late = true; });
        while (changes == 0 && !late)
            loop.turn();
        EXPECT_GE(changes, 1);
    });
}

} // namespace
} // namespace scepd
