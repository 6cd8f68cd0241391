#include "engine_support.hpp"

#include "record/history.hpp"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd {
namespace {

using namespace test;
using record::Outcome;
using record::State;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

/// What the engine counts and knows for a monitoring system.
class EngineMetrics : public EngineTest {
protected:
    EngineMetrics() { deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}}; }
};

TEST_F(EngineMetrics, CountHowAttemptsEndedAlsoOverAReload) {
    reports("peer", record::Failed{Code::unreachable, "connection refused", {}});
    engine->reload();
    EXPECT_THAT(engine->metrics().certificates.front().attempts, IsEmpty());
    runUntil([this] { return statuses["peer"].attempts == 1 && statuses["peer"].phase.empty(); });
    EXPECT_THAT(engine->metrics().certificates.front().attempts, ElementsAre(Pair(Outcome::failed, 1)));
    store::commit(root.path(), "peer", {Secret("key"), "cert", "chain", "ca", held(1, now(), 24h)});
    reports("peer", record::Issued{held(1, now(), 24h)});
    engine->reload();
    engine->request({"peer"}, {.force = true, .challenge = {}, .trace = {}, .groups = {}});
    runUntilState(State::valid);
    const auto metrics = engine->metrics();
    EXPECT_THAT(metrics.certificates.front().attempts, ElementsAre(Pair(Outcome::issued, 1), Pair(Outcome::failed, 1)));
    EXPECT_NE(metrics.certificates.front().lastSuccess, never);
    EXPECT_EQ(metrics.certificates.front().status.state, State::valid);
    EXPECT_TRUE(metrics.clockSynchronized);
}

TEST_F(EngineMetrics, AreWantedWhereTheSettingsSayBelowTheRoot) {
    engine->reload();
    EXPECT_EQ(engine->metricsFile(), std::nullopt);
    root.write("etc/scepd/scepd.toml", "[metrics]\ntextfile = \"/run/scepd-metrics/scepd.prom\"\n");
    engine->reload();
    EXPECT_EQ(engine->metricsFile(), root / "run/scepd-metrics/scepd.prom");
    std::filesystem::remove(root / "etc/scepd/scepd.toml");
    engine->reload();
    EXPECT_EQ(engine->metricsFile(), std::nullopt);
}

} // namespace
} // namespace scepd
