#include "engine_support.hpp"

#include "store/lock.hpp"

#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd {
namespace {

using namespace test;
using record::State;
using testing::ElementsAre;
using testing::HasSubstr;

/// A certificate that is held, and asked for by hand only.
class Purge : public EngineTest {
protected:
    Purge() {
        root.write("etc/scepd/profiles.d/peers.toml", std::string("request = \"manual\"\n") + profileText);
        store::commit(root.path(), "peer", {Secret("key"), "cert", "", "", held(1, now(), 24h)});
        record::History history;
        history.attempts = 7;
        store::writeHistory(root.path(), "peer", history);
        engine->reload();
    }

    /// Asks, and waits for the end.
    std::expected<std::string, Error> purge() {
        std::optional<std::expected<std::string, Error>> end;
        EXPECT_TRUE(engine->purge("peer", [&](const auto& result) { end = result; }));
        runUntil([&] { return end.has_value(); });
        return *end;
    }
    [[nodiscard]] bool isKept() const { return engine->keeps("peer"); }
};

TEST_F(Purge, LeavesNothingOnTheTargetsNorHereAndBeginsAnew) {
    ASSERT_TRUE(statuses["peer"].held);
    EXPECT_TRUE(purge().has_value());
    EXPECT_THAT(deployerCalls, ElementsAre("purge 0"));
    EXPECT_FALSE(isKept());
    EXPECT_THAT(events, ElementsAre("peer removed"));
    EXPECT_EQ(statuses["peer"].state, State::notRequested);
    EXPECT_EQ(statuses["peer"].attempts, 0U);
    EXPECT_TRUE(statuses["peer"].phase.empty());
}

TEST_F(Purge, OfACertificateThatNoProfileNamesAnyMoreWorksToo) {
    std::filesystem::remove(root / "etc/scepd/profiles.d/peers.toml");
    engine->reload();
    EXPECT_TRUE(isKept());
    EXPECT_TRUE(statuses.contains("peer"));
    EXPECT_TRUE(purge().has_value());
    EXPECT_FALSE(isKept());
    EXPECT_FALSE(statuses.contains("peer"));
}

TEST_F(Purge, ThatTheDeployerCannotDoLeavesWhatIsKept) {
    deployerAnswers["purge"] = std::unexpected(Error(Fault::local, "read-only"));
    const auto end = purge();
    ASSERT_FALSE(end.has_value());
    EXPECT_THAT(end.error().what(), HasSubstr("purge peer: read-only"));
    EXPECT_TRUE(isKept());
    EXPECT_TRUE(statuses["peer"].held);
    EXPECT_TRUE(statuses["peer"].phase.empty());
}

TEST_F(Purge, WaitsForNobodyWhoWorksOnTheCertificate) {
    const auto locked = store::lock(root.path(), "peer");
    EXPECT_THAT(purge().error().what(), HasSubstr("another attempt for this certificate is running"));
    EXPECT_TRUE(isKept());
}

TEST_F(Purge, IsRefusedWhileSomethingRuns) {
    ASSERT_TRUE(engine->purge("peer", [](const auto&) {}));
    EXPECT_FALSE(engine->purge("peer", [](const auto&) { FAIL(); }));
}

} // namespace
} // namespace scepd
