#include "deploy/deployer.hpp"

#include "support.hpp"

#include <gmock/gmock.h>
#include <grp.h>
#include <unistd.h>

namespace scepd::deploy::test {
namespace {

using record::TargetState;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Reach = Deployer::Reach;

class Deploying : public Endpoint, public ::testing::Test {
protected:
    Deploying() { profile(""); }

    Deployer deployer{root()};

    [[nodiscard]] std::string installedCertificate() const { return readFile(installed("cert.pem")); }

    /// Generations 1 (deployed) and 2 (not yet), with different keys.
    void deployFirstOfTwo() {
        commit();
        commit(makeGeneration({.key = 1}));
        deployer.deploy("web", 1, today());
    }
    [[nodiscard]] std::string certificateOf(unsigned generation) const {
        return store::readGeneration(root(), "web", generation).certificate;
    }

    /// A transaction for generation 2 as install() begins it.
    Transaction begin() const {
        const auto subject = findSubject(root(), "web");
        Transaction transaction(root(), {"web", 2, 1, "deployed", Phase::stage, {}});
        transaction.stage(
            planAll(root(), subject, check(store::readGeneration(root(), "web", 2), subject.scep, root(), today())));
        return transaction;
    }
};

TEST_F(Deploying, PutsAllFilesInPlaceWithTheirModes) {
    EXPECT_THAT(deployer.deploy("web", commit(), today()),
                ElementsAre(TargetState{"/etc/ssl/scepd/web/cert.pem", "deployed", ""}));
    EXPECT_THAT(names(), ElementsAreArray(filesOfPreset)) << "and leaves nothing beside them";
    EXPECT_EQ(modeOf(installed("key.pem")), 0600U);
    EXPECT_EQ(modeOf(installed("cert.pem")), 0644U);
    EXPECT_TRUE(pairMatches());
    EXPECT_EQ(readFile(installed("ca.pem")), crypto::Certificate::fromPem(ourCa().pem()).toPem());
    EXPECT_EQ(readFile(installed("fullchain.pem")), installedCertificate()) << "the root issued it: no intermediates";
    EXPECT_EQ(readFile(installed("chain.pem")), readFile(installed("ca.pem"))) << "no consumer likes an empty file";
    EXPECT_EQ(readDeployed(root(), "web").generation, 1U);
    EXPECT_THAT(interrupted(root()), IsEmpty());
}

TEST_F(Deploying, WritesCombinedFilesAndTraditionalKeys) {
    makeDirectory(*this / "srv");
    profile(
        "[[certificate.web.deploy]]\ncombined = \"/etc/all.pem\"\nkey-format = \"traditional\"\nkey-mode = \"0640\"\n");
    EXPECT_EQ(deployer.deploy("web", commit(), today())[0].target, "/etc/all.pem");
    const auto text = readFile(*this / "etc/all.pem");
    EXPECT_THAT(text, HasSubstr("BEGIN RSA PRIVATE KEY"));
    EXPECT_TRUE(text.starts_with("-----BEGIN CERTIFICATE"));
    EXPECT_EQ(modeOf(*this / "etc/all.pem"), 0640U);
}

TEST_F(Deploying, GivesFilesToTheOwnerThatTheProfileNames) {
    profile("[[certificate.web.deploy]]\nkey = \"/etc/key.pem\"\nowner = \"daemon\"\ngroup = \"daemon\"\n");
    deployer.deploy("web", commit(), today());
    struct stat status {};
    ASSERT_EQ(::stat((*this / "etc/key.pem").c_str(), &status), 0);
    const bool isRoot = ::geteuid() == 0; // Others keep what they cannot give away.
    EXPECT_EQ(status.st_uid, isRoot ? 1U : ::geteuid());
    EXPECT_THAT(deployer.verify("web"), ElementsAre(TargetState{"/etc/key.pem", "deployed", ""}));
}

TEST_F(Deploying, ATargetThatMustBeLookedAtIsUnconfirmedUntilConfirm) {
    profile("[[certificate.web.deploy]]\npreset = \"files\"\nserved = \"localhost:443\"\n");
    EXPECT_EQ(deployer.deploy("web", commit(), today())[0].state, "unconfirmed");
    EXPECT_EQ(deployer.verify("web")[0].state, "unconfirmed");
    deployer.confirm("web", 1);
    EXPECT_EQ(deployer.verify("web")[0].state, "deployed");
    EXPECT_THROW(deployer.confirm("web", 2), Error);
    EXPECT_THROW(deployer.confirm("web", 0), Error);
}

TEST_F(Deploying, WithoutSystemdTheReloadIsSkippedAndSaid) {
    profile("[[certificate.web.deploy]]\npreset = \"nginx\"\n");
    const auto states = deployer.deploy("web", commit(), today());
    ASSERT_EQ(states.size(), 1U);
    EXPECT_EQ(states[0].target, "/etc/nginx/scepd/web/fullchain.pem");
    EXPECT_THAT(states[0].detail, HasSubstr("nginx.service was not told"));
    EXPECT_EQ(modeOf(*this / "etc/nginx/scepd/web/key.pem"), 0600U);
}

TEST_F(Deploying, AGenerationThatDoesNotVerifyChangesNothing) {
    deployFirstOfTwo();
    auto mixed = makeGeneration();
    mixed.key = keyNumber(1).toPem();
    const auto error = errorOf([&] { deployer.deploy("web", commit(mixed), today()); });
    EXPECT_EQ(error.fault(), Fault::protocol);
    EXPECT_THAT(error.what(), HasSubstr("deploy generation 3 of web"));
    EXPECT_EQ(installedCertificate(), certificateOf(1));
    EXPECT_THROW(deployer.deploy("web", 9, today()), Error);
    EXPECT_EQ(installedCertificate(), certificateOf(1));
}

TEST_F(Deploying, OnlyCertificatesThatApplyHereAreDeployed) {
    const auto generation = commit();
    for (const auto* name : {"wifi", "../web", ""}) {
        const auto error = errorOf([&] { deployer.deploy(name, generation, today()); });
        EXPECT_EQ(error.fault(), Fault::configuration) << name;
    }
    writeFile(*this / "etc/scepd/profiles.d/test.toml",
              "groups = [\"elsewhere\"]\n" + readFile(*this / "etc/scepd/profiles.d/test.toml"));
    EXPECT_THAT(errorOf([&] { deployer.deploy("web", generation, today()); }).what(),
                HasSubstr("no profile that applies"));
}

TEST_F(Deploying, ASymlinkOnTheWayToATargetIsRefused) {
    makeDirectory(*this / "srv/elsewhere");
    fs::create_directory_symlink("../srv/elsewhere", *this / "etc/ssl");
    EXPECT_THAT(errorOf([&] { deployer.deploy("web", commit(), today()); }).what(), HasSubstr("etc/ssl is a symlink"));
    EXPECT_TRUE(fs::is_empty(*this / "srv/elsewhere"));
}

TEST_F(Deploying, APlaceWhereNoCertificateBelongsIsRefusedAlsoHere) {
    profile::Target target;
    target.key = "/etc/cron.d/key.pem";
    const auto material = check(makeGeneration(), findSubject(root(), "web").scep, root(), today());
    EXPECT_THAT(errorOf([&] { plan(root(), "web", target, material); }).what(), HasSubstr("belongs to cron"));
    target.key = "/etc/ssl/../cron.d/key.pem";
    EXPECT_THROW(plan(root(), "web", target, material), Error);
    target.key = "relative/key.pem";
    EXPECT_THROW(plan(root(), "web", target, material), Error);
    target.key = "/etc/ssl/a\nb.pem";
    EXPECT_THROW(plan(root(), "web", target, material), Error);
}

TEST_F(Deploying, RollbackPutsTheConfirmedGenerationBack) {
    deployFirstOfTwo();
    EXPECT_THAT(errorOf([&] { deployer.rollback("web", 0, today()); }).what(), HasSubstr("ever confirmed"));
    deployer.confirm("web", 1);
    deployer.deploy("web", 2, today());
    EXPECT_EQ(installedCertificate(), certificateOf(2));
    EXPECT_EQ(deployer.rollback("web", 0, today())[0].state, "deployed");
    EXPECT_EQ(installedCertificate(), certificateOf(1));
    EXPECT_TRUE(pairMatches());
    EXPECT_EQ(readDeployed(root(), "web").generation, 1U);
    deployer.rollback("web", 2, today());
    EXPECT_EQ(installedCertificate(), certificateOf(2));
}

TEST_F(Deploying, WhatHasExpiredIsRefusedUnlessTheClockCannotBeRight) {
    const auto generation = commit();
    EXPECT_THROW(deployer.deploy("web", generation, today() + std::chrono::days(200)), Error);
    EXPECT_EQ(deployer.deploy("web", generation, today() + std::chrono::days(20 * 365)).at(0).state, "deployed");
}

TEST_F(Deploying, VerifyNamesEveryKindOfDrift) {
    EXPECT_THAT(deployer.verify("web"),
                ElementsAre(TargetState{"/etc/ssl/scepd/web/cert.pem", "failed", "nothing is deployed"}));
    deployer.deploy("web", commit(), today());
    EXPECT_THAT(deployer.verify("web"), ElementsAre(TargetState{"/etc/ssl/scepd/web/cert.pem", "deployed", ""}));
    writeFile(installed("cert.pem"), "something else");
    ::chmod(installed("key.pem").c_str(), 0644);
    fs::remove(installed("ca.pem"));
    fs::remove(installed("chain.pem"));
    fs::create_symlink("cert.pem", installed("chain.pem"));
    const auto states = deployer.verify("web");
    ASSERT_EQ(states.size(), 1U);
    EXPECT_EQ(states[0].state, "drifted");
    EXPECT_EQ(states[0].detail,
              "cert.pem holds something else; key.pem: mode 0644 instead of 0600; chain.pem is no longer a "
              "regular file; ca.pem is missing");
}

TEST_F(Deploying, VerifyGoesByTheProfileAsItIsNow) {
    deployer.deploy("web", commit(), today());
    EXPECT_EQ(deployer.verify("web").at(0).target, "/etc/ssl/scepd/web/cert.pem");
    profile("[[certificate.web.deploy]]\nkey = \"/etc/elsewhere.pem\"\n");
    EXPECT_THAT(deployer.verify("web"),
                ElementsAre(TargetState{"/etc/elsewhere.pem", "drifted", "elsewhere.pem is missing"}));
}

TEST_F(Deploying, VerifySeesFilesThatAreCutShortEmptyOrOfAnotherGeneration) {
    deployFirstOfTwo();
    const auto driftAfter = [&](const std::string& name, const std::string& content) {
        const auto before = readFile(installed(name));
        writeFile(installed(name), content, modeOf(installed(name)));
        const auto row = deployer.verify("web").at(0);
        writeFile(installed(name), before, modeOf(installed(name)));
        return row;
    };
    const std::string target = "/etc/ssl/scepd/web/cert.pem";
    const auto whole = readFile(installed("cert.pem"));
    auto oneBitWrong = whole;
    oneBitWrong.at(100) ^= 1;

    EXPECT_EQ(driftAfter("key.pem", ""), (TargetState{target, "drifted", "key.pem is empty"}));
    const TargetState another{target, "drifted", "cert.pem holds something else"};
    EXPECT_EQ(driftAfter("cert.pem", whole.substr(0, 100)), another);
    EXPECT_EQ(driftAfter("cert.pem", whole + std::string(2 << 20, '#')), another);
    EXPECT_EQ(driftAfter("cert.pem", oneBitWrong), another);
    EXPECT_EQ(driftAfter("cert.pem", certificateOf(2)), another) << "it does not belong to the key";
    EXPECT_EQ(deployer.verify("web"), (Deployer::Targets{{target, "deployed", ""}}));
}

TEST_F(Deploying, VerifySaysWhyATargetCannotBeComparedAndGoesOnWithTheNext) {
    profile("[[certificate.web.deploy]]\npreset = \"files\"\n"
            "[[certificate.web.deploy]]\nkey = \"/etc/key.pem\"\n");
    deployer.deploy("web", commit(), today());
    fs::rename(*this / "etc/ssl/scepd", *this / "elsewhere");
    fs::create_symlink(*this / "elsewhere", *this / "etc/ssl/scepd");
    fs::remove(*this / "etc/key.pem");

    const auto rows = deployer.verify("web");

    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].state, "failed");
    EXPECT_THAT(rows[0].detail, HasSubstr("etc/ssl/scepd is a symlink"));
    EXPECT_EQ(rows[1], (TargetState{"/etc/key.pem", "drifted", "key.pem is missing"}));
}

TEST_F(Deploying, VerifySeesAFolderThatOthersMayWriteIn) {
    deployer.deploy("web", commit(), today());
    ::chmod((*this / "etc/ssl/scepd").c_str(), 0777);

    EXPECT_EQ(deployer.verify("web")[0].state, "failed");
    EXPECT_THAT(deployer.verify("web")[0].detail, HasSubstr("etc/ssl/scepd can be written by others (mode 0777)"));
}

TEST_F(Deploying, VerifySeesAnotherOwner) {
    deployer.deploy("web", commit(), today());
    const bool isRoot = ::geteuid() == 0; // Others cannot give a file away, and nobody can take theirs.
    EXPECT_EQ(::chown(installed("key.pem").c_str(), 1, 1) == 0, isRoot);
    EXPECT_EQ(deployer.verify("web")[0].detail,
              isRoot ? "key.pem: owner 1 instead of 0; key.pem: group 1 instead of 0" : "");
}

TEST_F(Deploying, ADriftIsHealedByDeployingAgain) {
    deployer.deploy("web", commit(), today());
    fs::remove_all(*this / "etc/ssl");
    EXPECT_EQ(deployer.verify("web")[0].state, "drifted");
    deployer.deploy("web", 1, today());
    EXPECT_EQ(deployer.verify("web")[0].state, "deployed");
}

TEST_F(Deploying, VerifyStillComparesWhenTheCertificateHasExpired) {
    deployer.deploy("web", commit(makeGeneration({.notBefore = today() - 2h, .notAfter = today() - 1h})),
                    today() - 90min);
    EXPECT_EQ(deployer.verify("web")[0].state, "deployed");
}

TEST_F(Deploying, PurgeRemovesEveryFileThatWasEverInstalledAlsoWithoutAProfile) {
    deployer.deploy("web", commit(), today());
    profile("[[certificate.web.deploy]]\nkey = \"/etc/moved.pem\"\n");
    deployer.deploy("web", 1, today());
    writeFile(installed("README"), "not ours");
    fs::remove_all(*this / "etc/scepd");
    deployer.purge("web");
    EXPECT_THAT(names(), ElementsAre("README"));
    EXPECT_FALSE(fs::exists(*this / "etc/moved.pem"));
    EXPECT_EQ(readDeployed(root(), "web"), Deployed{});
    deployer.purge("web");
}

TEST_F(Deploying, PurgeLeavesNothingOfTheCertificateInTheDeployersMemoryEither) {
    const auto memory = *this / "var/lib/scepd-deploy";
    deployer.deploy("web", commit(), today());
    writeFile(memory / "intent/web", "damaged");
    deployer.verify("web");
    deployer.deploy("web", 1, today());
    writeFile(memory / "deployed/web", "damaged");
    deployer.verify("web");
    EXPECT_THAT(scepd::test::namesIn(memory / "damaged"),
                ::testing::UnorderedElementsAre("intent-web", "deployed-web"));
    deployer.deploy("web", 1, today());
    deployer.purge("web");
    for (const auto* folder : {"intent", "deployed", "damaged"})
        EXPECT_THAT(scepd::test::namesIn(memory / folder), IsEmpty()) << folder;
}

TEST_F(Deploying, PurgeTakesTheFolderThatBearsTheCertificatesName) {
    deployer.deploy("web", commit(), today());
    deployer.purge("web");
    EXPECT_FALSE(fs::exists(*this / "etc/ssl/scepd/web"));
    EXPECT_TRUE(fs::exists(*this / "etc/ssl/scepd"));
}

TEST_F(Deploying, RecoveryTakesAwayWhatWasOnlyStaged) {
    deployFirstOfTwo();
    begin();
    EXPECT_THAT(names(), Not(ElementsAreArray(filesOfPreset)));
    EXPECT_EQ(Deployer(root()).recover(Reach::filesOnly), 0U);
    EXPECT_THAT(names(), ElementsAreArray(filesOfPreset));
    EXPECT_EQ(installedCertificate(), certificateOf(1));
    EXPECT_THAT(interrupted(root()), IsEmpty());
}

TEST_F(Deploying, RecoveryWithoutABusFinishesTheFilesAndOwesTheRest) {
    deployFirstOfTwo();
    auto transaction = begin();
    auto intent = transaction.intent();
    intent.phase = Phase::install;
    write(root(), intent);
    Directory::open(root(), "/etc/ssl/scepd/web").exchange(nameBeside("key.pem"), "key.pem");
    ASSERT_FALSE(pairMatches());
    fs::remove_all(*this / "var/lib/scepd");
    fs::remove_all(*this / "etc/scepd");

    EXPECT_EQ(Deployer(root()).recover(Reach::filesOnly), 0U) << "with neither profile nor store";
    EXPECT_TRUE(pairMatches());
    EXPECT_EQ(readIntent(root(), "web")->phase, Phase::reload);

    profile("");
    EXPECT_EQ(Deployer(root()).recover(Reach::consumersToo), 0U);
    EXPECT_THAT(interrupted(root()), IsEmpty());
    EXPECT_THAT(names(), ElementsAreArray(filesOfPreset));
    EXPECT_EQ(readDeployed(root(), "web").generation, 2U);
}

TEST_F(Deploying, RecoveryUndoesWhatItCannotFinish) {
    deployFirstOfTwo();
    auto transaction = begin();
    auto intent = transaction.intent();
    intent.phase = Phase::install;
    write(root(), intent);
    Directory::open(root(), "/etc/ssl/scepd/web").exchange(nameBeside("cert.pem"), "cert.pem");
    fs::remove(installed(nameBeside("key.pem")));
    EXPECT_EQ(Deployer(root()).recover(Reach::consumersToo), 0U);
    EXPECT_EQ(installedCertificate(), certificateOf(1));
    EXPECT_TRUE(pairMatches());
    EXPECT_THAT(names(), ElementsAreArray(filesOfPreset));
    EXPECT_EQ(readDeployed(root(), "web").generation, 1U);
    EXPECT_THAT(interrupted(root()), IsEmpty());
}

TEST_F(Deploying, ADeploymentFirstEndsWhatWasInterrupted) {
    deployFirstOfTwo();
    begin().install();
    EXPECT_EQ(installedCertificate(), certificateOf(2));
    deployer.deploy("web", 1, today());
    EXPECT_EQ(installedCertificate(), certificateOf(1));
    EXPECT_THAT(names(), ElementsAreArray(filesOfPreset));
}

TEST_F(Deploying, OneTransactionThatCannotBeEndedDoesNotHoldUpTheOthers) {
    deployFirstOfTwo();
    begin();
    auto stuck = readIntent(root(), "web").value();
    stuck.certificate = "another";
    stuck.phase = Phase::undo;
    stuck.files = {{"/etc/open/key.pem", 1}};
    write(root(), stuck);
    makeDirectory(*this / "etc/open");
    ::chmod((*this / "etc/open").c_str(), 0777);
    EXPECT_EQ(Deployer(root()).recover(Reach::filesOnly), 1U);
    EXPECT_THAT(interrupted(root()), ElementsAre("another"));
}

TEST_F(Deploying, APurgeEndsAnInterruptedTransactionToo) {
    deployFirstOfTwo();
    begin().install();
    deployer.purge("web");
    EXPECT_FALSE(fs::exists(*this / "etc/ssl/scepd/web"));
    EXPECT_THAT(interrupted(root()), IsEmpty());
}

} // namespace
} // namespace scepd::deploy::test
