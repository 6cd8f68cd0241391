#include "engine_support.hpp"

#include <optional>
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

/// Three generations are kept and valid; of the first two the renewal is due.
class Rollback : public EngineTest {
protected:
    Rollback() {
        root.write("etc/scepd/profiles.d/peers.toml", std::string("request = \"manual\"\n") + profileText);
        for (unsigned generation = 1; const auto age : {80, 70, 10})
            store::commit(root.path(), "peer",
                          {Secret("key"), "cert", "", "", held(generation++, now() - 24h * age, 24h * 90)});
        record::History history;
        history.attempts = 3;
        history.deployment = {.generation = 3, .confirmed = true, .lastAttempt = never, .error = {}, .targets = {}};
        store::writeHistory(root.path(), "peer", history);
        engine->reload();
    }

    using End = std::expected<std::string, Error>;
    End ended(const std::function<bool(Engine::Done)>& begin) {
        std::optional<End> end;
        EXPECT_TRUE(begin([&](const auto& result) { end = result; }));
        runUntil([&] { return end.has_value(); });
        return *end;
    }
    End rollback(unsigned generation) {
        return ended([&](auto done) { return engine->rollback("peer", generation, std::move(done)); });
    }
    std::string refusal(unsigned generation) {
        try {
            engine->rollback("peer", generation, [](const auto&) { FAIL(); });
        } catch (const Error& error) {
            return error.what();
        }
        return "none";
    }
};

TEST_F(Rollback, InstallsTheOneBeforeAndDoesNotReplaceItAtOnce) {
    EXPECT_TRUE(rollback(0).has_value());
    EXPECT_THAT(deployerCalls, ElementsAre("rollback 2", "confirm 2"));
    EXPECT_THAT(events, Contains("peer rolled-back"));
    const auto& peer = statuses["peer"];
    EXPECT_EQ(peer.state, State::valid);
    EXPECT_EQ(peer.held->generation, 2U);
    EXPECT_EQ(peer.nextAction, Action::renew);
    EXPECT_THAT(peer.nextActionReason, HasSubstr("put back on request"));
    EXPECT_NEAR(static_cast<double>((peer.nextActionTime - now()) / 1h), 240, 1) << "half of its 20 days";
    EXPECT_EQ(store::readHeld(root.path(), "peer")->generation, 2U);
}

TEST_F(Rollback, ThatCannotBeInstalledSaysWhyAndIsTriedAgain) {
    deployerAnswers["rollback"] = std::unexpected(Error(Fault::local, "read-only"));
    const auto end = rollback(1);
    ASSERT_FALSE(end.has_value());
    EXPECT_THAT(end.error().what(), HasSubstr("read-only"));
    EXPECT_EQ(statuses["peer"].state, State::degraded);
    EXPECT_EQ(statuses["peer"].nextAction, Action::deploy);
}

TEST_F(Rollback, IsChosenFromWhatIsKept) {
    const auto uses = [&] {
        std::string text;
        for (const auto& [facts, use] : engine->generations("peer"))
            text += std::to_string(facts.generation) + ' ' + use + '\n';
        return text;
    };
    EXPECT_EQ(uses(), "3 deployed\n2 earlier\n1 earlier\n");
    deployerAnswers["rollback"] = std::unexpected(Error(Fault::local, "read-only"));
    rollback(2);
    EXPECT_EQ(uses(), "3 deployed\n2 held\n1 earlier\n") << "in use, and the targets do not have it yet";
    root.write("var/lib/scepd/certificates/peer/generation-1/facts.toml", "damaged");
    EXPECT_EQ(uses(), "3 deployed\n2 held\n");
}

TEST_F(Rollback, ToWhatIsNotThereIsRefused) {
    EXPECT_EQ(refusal(3), "generation 3 of peer is in use already");
    EXPECT_EQ(refusal(9), "generation 9 of peer is not kept, only 1, 2, 3");
    store::use(root.path(), "peer", 1);
    engine = makeEngine();
    engine->reload();
    EXPECT_EQ(refusal(0), "no generation of peer before 1 is kept");
}

TEST_F(Rollback, ToWhatTheComingCaHasIssuedIsRefusedBeforeItsTime) {
    store::commitUpcoming(root.path(), "peer", {Secret("key"), "cert", "", "", held(4, now() + 24h, 24h * 90)});
    engine = makeEngine();
    engine->reload();
    EXPECT_THAT(refusal(4), HasSubstr("used by itself when it becomes valid"));
}

TEST_F(Rollback, WhatIsHeldCanBeInstalledAnew) {
    EXPECT_TRUE(ended([&](auto done) { return engine->redeploy("peer", std::move(done)); }).has_value());
    EXPECT_EQ(deployerCalls.back(), "confirm 3");
}

TEST_F(Rollback, IsRefusedWhileSomethingRuns) {
    ASSERT_TRUE(engine->redeploy("peer", [](const auto&) {}));
    EXPECT_FALSE(engine->rollback("peer", 1, [](const auto&) { FAIL(); }));
    EXPECT_FALSE(engine->redeploy("peer", [](const auto&) { FAIL(); }));
}

} // namespace
} // namespace scepd
