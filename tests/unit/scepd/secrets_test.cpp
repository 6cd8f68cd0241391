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
using testing::ElementsAre;

/// A profile that names a file with the challenge.
class SecretsTest : public EngineTest {
protected:
    SecretsTest() {
        root.write("etc/scepd/secrets/peers", "first");
        root.write("etc/scepd/profiles.d/peers.toml", std::string(profileText) + R"(
[scep.challenge]
type = "static"
file = "/etc/scepd/secrets/peers"
)");
    }

    void runUntilAttempt(unsigned number) {
        runUntil([=, this] { return statuses["peer"].attempts == number && statuses["peer"].phase.empty(); });
    }
};

TEST_F(SecretsTest, WhatWasRefusedIsTriedAgainAtOnceWhenItsChallengeIsReplaced) {
    reports("peer", record::Refused{"badRequest", "challenge unknown"});
    engine->reload();
    runUntilAttempt(1);
    EXPECT_GT(statuses["peer"].nextActionTime, now() + 4h);

    file::replace(root / "etc/scepd/secrets/peers", "second");
    engine->reload();
    runUntilAttempt(2);
}

TEST_F(SecretsTest, ARestartedDaemonTriesAgainWhenTheChallengeWasReplacedMeanwhile) {
    reports("peer", record::Refused{"badRequest", "challenge unknown"});
    engine->reload();
    runUntilAttempt(1);
    engine.reset();

    file::replace(root / "etc/scepd/secrets/peers", "second");
    engine = makeEngine();
    engine->reload();
    runUntilAttempt(2);
}

TEST_F(SecretsTest, WhatWasRefusedWaitsWhenItsChallengeWasMerelyRead) {
    reports("peer", record::Refused{"badRequest", "challenge unknown"});
    engine->reload();
    runUntilAttempt(1);

    EXPECT_EQ(file::read(root / "etc/scepd/secrets/peers"), "first");
    engine->reload();
    bool planned = false;
    const auto later = loop.after(500ms, [&] { planned = true; });
    runUntil([&] { return planned; });
    EXPECT_EQ(statuses["peer"].attempts, 1U);
    EXPECT_GT(statuses["peer"].nextActionTime, now() + 4h);
}

TEST_F(SecretsTest, AnExchangeUnderAReplacedChallengeBeginsAgain) {
    root.write("enroll", "#!/bin/sh\nprintf 'phase request\\n' >&3\nexec sleep 600\n", 0755);
    engine->reload();
    runUntil([this] { return statuses["peer"].phase == "request"; });
    root.write("enroll", fakeEnroll, 0755);
    reports("peer", record::Issued{held(1, now(), 24h)});
    deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}};

    file::replace(root / "etc/scepd/secrets/peers", "second");
    engine->reload();
    runUntilState(State::valid);
}

TEST_F(SecretsTest, WhatIsDeployedIsLeftAloneWhenTheChallengeIsReplaced) {
    reports("peer", record::Issued{held(1, now(), 24h)});
    deployerAnswers["deploy"] = {{{"/etc/ssl/scepd/peer/cert.pem", "deployed", ""}}};
    engine->reload();
    runUntilState(State::valid);

    file::replace(root / "etc/scepd/secrets/peers", "second");
    engine->reload();
    EXPECT_EQ(statuses["peer"].state, State::valid);
    EXPECT_THAT(deployerCalls, ElementsAre("deploy 1", "confirm 1"));
}

TEST_F(EngineTest, TheFilesToWatchAreThoseThatAnExchangeDependsOn) {
    root.write("etc/scepd/profiles.d/peers.toml", R"([scep]
url = "https://127.0.0.1:9/scep"
ca-certificate = "/etc/pki/ca.pem"
tls.ca-certificates = "/etc/pki/tls.pem"
tls.client-certificate = "/etc/pki/client.pem"
tls.client-key = "/etc/pki/client.key"

[scep.challenge]
type = "dynamic"
url = "https://127.0.0.1:9/certsrv/mscep_admin/"
username = "scep"
password-file = "/etc/scepd/secrets/ndes"

[certificate.peer]
usage = "p2p"
subject = "CN=peer"
)");
    engine->reload();

    EXPECT_THAT(engine->namedFiles(),
                testing::UnorderedElementsAre(root / "etc/pki/ca.pem", root / "etc/pki/tls.pem",
                                              root / "etc/pki/client.pem", root / "etc/pki/client.key",
                                              root / "etc/scepd/secrets/ndes"));
}

} // namespace
} // namespace scepd
