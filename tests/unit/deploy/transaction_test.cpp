#include "deploy/transaction.hpp"

#include "support.hpp"

#include <gmock/gmock.h>

namespace scepd::deploy::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string keyPath = "/etc/ssl/scepd/web/key.pem";
const std::string certificatePath = "/etc/ssl/scepd/web/cert.pem";

std::vector<PlannedFile> files(const std::string& version) {
    return {{certificatePath, Secret("certificate " + version), {.mode = 0644}},
            {keyPath, Secret("key " + version), {.mode = 0600}}};
}

/// A root on which generation 1 lies, and a transaction for generation 2 that tests stop where they like.
class Interrupted : public ::testing::Test {
protected:
    Interrupted() {
        Transaction first(endpoint.root(), {"web", 1, 0, "deployed", Phase::stage, {}});
        first.stage(files("1"));
        first.install();
        first.accept();
        first.finish();
    }

    /// What a deployer that starts again has: only what lies on the disk.
    [[nodiscard]] Transaction afterTheCrash() const {
        return {endpoint.root(), readIntent(endpoint.root(), "web").value()};
    }

    void expectGeneration(const std::string& version) const {
        EXPECT_EQ(readFile(endpoint.installed("cert.pem")), "certificate " + version);
        EXPECT_EQ(readFile(endpoint.installed("key.pem")), "key " + version);
        EXPECT_EQ(readDeployed(endpoint.root(), "web").generation, static_cast<unsigned>(std::stoi(version)));
    }
    void expectNothingBeside() const { EXPECT_THAT(endpoint.names(), ElementsAre("cert.pem", "key.pem")); }

    /// Does what install() does to its first file and no more, as a crash in the middle leaves it.
    void installHalf() const {
        auto intent = readIntent(endpoint.root(), "web").value();
        intent.files = transaction.intent().files;
        intent.phase = Phase::install;
        write(endpoint.root(), intent);
        Directory::open(endpoint.root(), "/etc/ssl/scepd/web").exchange(nameBeside("cert.pem"), "cert.pem");
    }

    Endpoint endpoint;
    Transaction transaction{endpoint.root(), {"web", 2, 1, "deployed", Phase::stage, {}}};
};

TEST_F(Interrupted, AfterStagingTheOldFilesStandAndTheNewOnesGo) {
    transaction.stage(files("2"));
    expectGeneration("1");
    EXPECT_EQ(modeOf(endpoint.installed(nameBeside("key.pem"))), 0600U);
    auto next = afterTheCrash();
    EXPECT_EQ(next.intent().phase, Phase::stage);
    next.discard();
    expectGeneration("1");
    expectNothingBeside();
    EXPECT_THAT(interrupted(endpoint.root()), IsEmpty());
}

TEST_F(Interrupted, InTheMiddleOfTheExchangesItIsFinished) {
    transaction.stage(files("2"));
    installHalf();
    auto next = afterTheCrash();
    next.install();
    expectGeneration("2");
    next.accept();
    next.finish();
    expectNothingBeside();
}

TEST_F(Interrupted, InTheMiddleOfTheExchangesItCanAlsoBeUndone) {
    transaction.stage(files("2"));
    installHalf();
    auto next = afterTheCrash();
    next.undo();
    expectGeneration("1");
    expectNothingBeside();
}

TEST_F(Interrupted, AfterTheExchangesTheOldFilesWaitBesideAndCanComeBack) {
    transaction.stage(files("2"));
    transaction.install();
    expectGeneration("2");
    EXPECT_EQ(readFile(endpoint.installed(nameBeside("key.pem"))), "key 1");
    auto next = afterTheCrash();
    EXPECT_EQ(next.intent().phase, Phase::reload);
    next.undo();
    expectGeneration("1");
    expectNothingBeside();
    EXPECT_EQ(afterTheCrash().intent().phase, Phase::undone);
}

TEST_F(Interrupted, AnUndoThatWasCutShortIsUndoneToItsEnd) {
    transaction.stage(files("2"));
    transaction.install();
    auto intent = readIntent(endpoint.root(), "web").value();
    intent.phase = Phase::undo;
    write(endpoint.root(), intent);
    Directory::open(endpoint.root(), "/etc/ssl/scepd/web").rename(nameBeside("cert.pem"), "cert.pem");
    afterTheCrash().undo();
    expectGeneration("1");
    expectNothingBeside();
}

TEST_F(Interrupted, AcceptingTwiceIsAcceptingOnce) {
    transaction.stage(files("2"));
    transaction.install();
    transaction.accept();
    auto next = afterTheCrash();
    EXPECT_EQ(next.intent().phase, Phase::hooks);
    next.accept();
    next.finish();
    expectGeneration("2");
    expectNothingBeside();
}

TEST_F(Interrupted, AFileThatSomebodyReplacedMeanwhileIsNotTakenBack) {
    transaction.stage(files("2"));
    transaction.install();
    writeFile(endpoint.installed("other"), "an administrator's");
    fs::rename(endpoint.installed("other"), endpoint.installed("cert.pem"));
    afterTheCrash().undo();
    EXPECT_EQ(readFile(endpoint.installed("cert.pem")), "an administrator's");
    EXPECT_EQ(readFile(endpoint.installed("key.pem")), "key 1");
    expectNothingBeside();
}

TEST(Transaction, UndoingAFirstInstallationLeavesNothingOfOurs) {
    const Endpoint endpoint;
    writeFile(endpoint.installed("key.pem"), "an administrator's", 0640);
    Transaction transaction(endpoint.root(), {"web", 1, 0, "deployed", Phase::stage, {}});
    transaction.stage(files("1"));
    transaction.install();
    transaction.undo();
    transaction.finish();
    EXPECT_THAT(endpoint.names(), ElementsAre("key.pem"));
    EXPECT_EQ(readFile(endpoint.installed("key.pem")), "an administrator's");
    EXPECT_EQ(modeOf(endpoint.installed("key.pem")), 0640U);
    EXPECT_EQ(readDeployed(endpoint.root(), "web"), Deployed{});
}

TEST(Transaction, WhatCannotBeStagedLeavesNothing) {
    const Endpoint endpoint;
    auto some = files("1");
    some.push_back({"/etc/ssl/scepd/web/" + std::string(300, 'x'), Secret("too long a name"), {}});
    Transaction transaction(endpoint.root(), {"web", 1, 0, "deployed", Phase::stage, {}});
    EXPECT_THROW(transaction.stage(some), Error);
    EXPECT_THAT(endpoint.names(), IsEmpty());
    EXPECT_THAT(interrupted(endpoint.root()), IsEmpty());
}

TEST(Transaction, ADestinationThatIsNoRegularFileIsRefused) {
    const Endpoint endpoint;
    makeDirectory(endpoint.installed(""));
    fs::create_symlink("/etc/passwd", endpoint.installed("key.pem"));
    Transaction transaction(endpoint.root(), {"web", 1, 0, "deployed", Phase::stage, {}});
    EXPECT_THAT(errorOf([&] { transaction.stage(files("1")); }).what(), HasSubstr("not a regular file"));
    EXPECT_THAT(endpoint.names(), ElementsAre("key.pem"));
}

TEST(Transaction, TwoTargetsMayNotWriteTheSameFile) {
    const Endpoint endpoint;
    auto twice = files("1");
    twice.push_back(twice.front());
    Transaction transaction(endpoint.root(), {"web", 1, 0, "deployed", Phase::stage, {}});
    EXPECT_THAT(errorOf([&] { transaction.stage(twice); }).what(), HasSubstr("two targets write"));
}

TEST(Transaction, MakesDirectoriesOnlyWhereAPresetHasAFolderOfItsOwn) {
    const Endpoint endpoint;
    Transaction transaction(endpoint.root(), {"web", 1, 0, "deployed", Phase::stage, {}});
    EXPECT_THAT(errorOf([&] {
                    transaction.stage({{"/srv/tls/key.pem", Secret("k"), {}}});
                }).what(),
                HasSubstr("/srv/tls does not exist"));
    EXPECT_FALSE(fs::exists(endpoint / "srv"));
}

} // namespace
} // namespace scepd::deploy::test
