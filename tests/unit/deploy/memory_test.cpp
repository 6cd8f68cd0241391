#include "deploy/memory.hpp"

#include "support.hpp"

#include <gmock/gmock.h>

namespace scepd::deploy::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Intent anIntent{
    "wifi", 7, 6, "deployed", Phase::install, {{"/etc/ssl/a b/key.pem", 4711}, {"/etc/ssl/cert.pem", 12}}};

TEST(Memory, AnIntentIsReadAsItWasWritten) {
    const TemporaryRoot root;
    EXPECT_FALSE(readIntent(root.path(), "wifi"));
    for (const auto phase : {Phase::stage, Phase::install, Phase::reload, Phase::hooks, Phase::undo, Phase::undone}) {
        auto intent = anIntent;
        intent.phase = phase;
        write(root.path(), intent);
        EXPECT_EQ(readIntent(root.path(), "wifi"), intent);
    }
    EXPECT_THAT(interrupted(root.path()), ElementsAre("wifi"));
    EXPECT_EQ(modeOf(root.path() / "var/lib/scepd-deploy/intent"), 0700U);
    dropIntent(root.path(), "wifi");
    dropIntent(root.path(), "wifi");
    EXPECT_THAT(interrupted(root.path()), IsEmpty());
}

TEST(Memory, WhatIsDeployedIsReadAsItWasWritten) {
    const TemporaryRoot root;
    EXPECT_EQ(readDeployed(root.path(), "wifi"), Deployed{});
    const Deployed deployed{3, 2, {"/etc/ssl/scepd/wifi/key.pem"}};
    write(root.path(), "wifi", deployed);
    EXPECT_EQ(readDeployed(root.path(), "wifi"), deployed);
    dropDeployed(root.path(), "wifi");
    EXPECT_EQ(readDeployed(root.path(), "wifi"), Deployed{});
}

TEST(Memory, ADamagedRecordIsSetAsideAndCountsAsNone) {
    const TemporaryRoot root;
    write(root.path(), anIntent);
    const auto file = root.path() / "var/lib/scepd-deploy/intent/wifi";
    const auto whole = readFile(file);
    const auto cutOff = whole.substr(0, whole.size() - 4);
    for (const auto& damage :
         {std::string(), std::string("something else\n"), cutOff, std::string("\0\0\0\0", 4),
          std::string("scepd-deploy-intent 1\ngeneration x\nend\n"),
          std::string("scepd-deploy-intent 1\nphase nowhere\nend\n"), std::string("scepd-deploy-intent 2\nend\n")}) {
        writeFile(file, damage);
        EXPECT_FALSE(readIntent(root.path(), "wifi")) << damage;
        EXPECT_FALSE(fs::exists(file));
        EXPECT_EQ(readFile(root.path() / "var/lib/scepd-deploy/damaged/intent-wifi"), damage);
    }
}

TEST(Memory, ANameThatIsNoCertificatesNeverBecomesAPath) {
    const TemporaryRoot root;
    for (const auto* name : {"", ".", "..", "../deployed/x", "/etc/shadow", "a/b", "Wifi", "-a", "a.b"}) {
        EXPECT_THROW(readDeployed(root.path(), name), Error) << name;
        EXPECT_THROW(readIntent(root.path(), name), Error) << name;
        EXPECT_THROW(write(root.path(), name, Deployed{}), Error) << name;
    }
}

TEST(Memory, AWriteThatWasCutShortIsNoInterruptedTransaction) {
    const TemporaryRoot root;
    writeFile(root.path() / "var/lib/scepd-deploy/intent/.wifi.1.0.tmp", "scepd-dep");
    EXPECT_THAT(interrupted(root.path()), IsEmpty());
    EXPECT_FALSE(fs::exists(root.path() / "var/lib/scepd-deploy/intent/.wifi.1.0.tmp"));
}

} // namespace
} // namespace scepd::deploy::test
