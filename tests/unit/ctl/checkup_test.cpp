#include "ctl/checkup.hpp"

#include "console_support.hpp"
#include "ctl/checkup_disk.hpp"
#include "doctor_support.hpp"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace scepd::ctl {
namespace {

namespace fs = std::filesystem;
using std::chrono::days;
using test::about;
using test::Endpoint;
using test::here;
using testing::Each;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using Result = Check::Result;

const auto allFine = Each(Field(&Check::result, Result::ok));

void expectTrouble(const Check& check, Result result, const std::string& cause, const std::string& remedy) {
    EXPECT_EQ(check.result, result) << check.subject;
    EXPECT_THAT(check.detail, HasSubstr(cause));
    EXPECT_THAT(check.remedy, HasSubstr(remedy));
}

Machine machine(const std::string& root) {
    return Machine::below(root);
}

// ---- clock ----

TEST(CheckClock, SomebodyOrNobodySaysThatItIsSynchronised) {
    const Endpoint endpoint;
    EXPECT_EQ(checkSynchronized(endpoint.machine(), true).result, Result::ok);
    expectTrouble(checkSynchronized(endpoint.machine(), false), Result::warning, "no program", "timedatectl");
    EXPECT_EQ(checkSynchronized(endpoint.machine(), std::nullopt).result, Result::skipped);
    endpoint.root().write("run/systemd/timesync/synchronized", "");
    EXPECT_EQ(checkSynchronized(endpoint.machine(), false).result, Result::ok);
}

TEST(CheckClock, IsNotBeforeWhatIsHeldNorFarBeyond) {
    const Endpoint endpoint;
    Certificate held;
    held.notBefore = here;
    held.notAfter = here + days(90);
    EXPECT_EQ(checkPlausible(endpoint.machine(), here + days(1), {held}).result, Result::ok);
    expectTrouble(checkPlausible(endpoint.machine(), never + days(1), {held}), Result::failed, "1970-01-02",
                  "timedatectl set-time");
    expectTrouble(checkPlausible(endpoint.machine(), here + days(365 * 30), {held}), Result::failed, "long after",
                  "timedatectl set-time");
    endpoint.root().write("var/lib/scepd/clock", rfc3339(here + days(300)) + "\n");
    expectTrouble(checkPlausible(endpoint.machine(), here + days(1), {held}), Result::failed, "must be later", "");
}

// ---- installation and accounts ----

TEST(CheckInstallation, NamesWhatTheBusAndPolkitLack) {
    const Endpoint endpoint;
    expectTrouble(about(checkInstallation(endpoint.machine()), "D-Bus policy"), Result::failed,
                  "system.d/org.scepd1.conf does not exist", "install scepd again");
    for (const auto* file : {"usr/share/dbus-1/system.d/org.scepd1.conf", "etc/polkit-1/rules.d/scepd.rules",
                             "usr/share/dbus-1/system-services/org.scepd1.Deployer.service",
                             "usr/share/polkit-1/actions/org.scepd1.policy"})
        endpoint.root().write(file, "");
    EXPECT_THAT(checkInstallation(endpoint.machine()), allFine);
}

TEST(CheckAccounts, NamesUserAndGroupThatDoNotExist) {
    EXPECT_THAT(checkAccounts("root", "root"), allFine);
    const auto checks = checkAccounts("no-such-user", "no-such-group");
    expectTrouble(about(checks, "user"), Result::failed, "does not exist", "systemd-sysusers");
    expectTrouble(about(checks, "group"), Result::warning, "does not exist", "systemd-sysusers");
}

// ---- files ----

TEST(CheckFiles, OfAnEndpointAsItShouldBeAreFine) {
    const Endpoint endpoint;
    EXPECT_THAT(checkFiles(endpoint.machine()), allFine);
    EXPECT_EQ(about(checkFiles(endpoint.machine()), "office.toml").area, "");
}

TEST(CheckFiles, FindAProfileThatOthersReadOrChange) {
    const Endpoint endpoint;
    const auto profile = endpoint.root() / "etc/scepd/profiles.d/office.toml";
    ::chmod(profile.c_str(), 0644);
    expectTrouble(about(checkFiles(endpoint.machine()), "office.toml"), Result::warning, "everybody on this machine",
                  "chmod 0640 ");
    ::chmod((endpoint.root() / "etc/scepd").c_str(), 0750); // nobody else gets to it now
    EXPECT_EQ(about(checkFiles(endpoint.machine()), "office.toml").result, Result::ok);
    ::chmod(profile.c_str(), 0666);
    expectTrouble(about(checkFiles(endpoint.machine()), "office.toml"), Result::failed, "can be changed by others",
                  "chmod go-w ");
}

TEST(CheckFiles, FindWhatScepdCannotRead) {
    const Endpoint endpoint;
    auto asSomebody = endpoint.machine();
    asSomebody.service = Account{12345, {12345}};
    EXPECT_EQ(about(checkFiles(asSomebody), "office.toml").result, Result::failed);
    expectTrouble(about(checkFiles(asSomebody), "office.toml"), Result::failed, "scepd cannot read it", "chgrp scepd ");
    EXPECT_EQ(about(checkSecrets(asSomebody, endpoint.configuration()), "secrets/office").result, Result::failed);
}

TEST(CheckFiles, FindAFolderThatIsMissing) {
    const scepd::test::TemporaryRoot root;
    expectTrouble(about(checkFiles(machine(root.path().string())), "profiles.d"), Result::failed, "does not exist",
                  "systemd-tmpfiles");
}

TEST(CheckState, FindsAFolderThatOthersLookIntoOrThatIsMissing) {
    const Endpoint endpoint;
    EXPECT_THAT(checkState(endpoint.machine()), allFine);
    ::chmod((endpoint.root() / "var/lib/scepd").c_str(), 0755);
    expectTrouble(about(checkState(endpoint.machine()), "/var/lib/scepd"), Result::failed, "others can look into it",
                  "chmod 0700");
    fs::remove(endpoint.root() / "var/lib/scepd");
    expectTrouble(about(checkState(endpoint.machine()), "/var/lib/scepd"), Result::failed, "does not exist",
                  "systemctl restart scepd");
}

TEST(CheckState, FindsADiskThatIsFullOrReadOnly) {
    EXPECT_EQ(checkSpace("/var/lib/scepd", {.bytes = 1U << 30U}).result, Result::ok);
    expectTrouble(checkSpace("/x", {.bytes = 5U << 20U}), Result::warning, "only 5 MiB free", "delete");
    expectTrouble(checkSpace("/x", {.bytes = 1000}), Result::failed, "too little", "delete");
    expectTrouble(checkSpace("/x", {.bytes = 1U << 30U, .filesLeft = false}), Result::failed, "inodes", "delete");
    expectTrouble(checkSpace("/x", {.bytes = 1U << 30U, .readOnly = true}), Result::failed, "read-only", "mount");
    EXPECT_EQ(checkDisk(Endpoint().machine()).subject, "space in /var/lib/scepd");
}

TEST(CheckSecrets, AreFineMissingOrOpenToAll) {
    const Endpoint endpoint;
    const auto secret = endpoint.root() / "etc/scepd/secrets/office";
    const auto check = [&] { return about(checkSecrets(endpoint.machine(), endpoint.configuration()), "office"); };
    EXPECT_EQ(check().result, Result::ok) << check().detail;
    ::chmod(secret.c_str(), 0644);
    expectTrouble(check(), Result::failed, "everybody on this machine can read it", "chmod 0640");
    fs::remove(secret);
    expectTrouble(check(), Result::failed, "does not exist", "install -m 0640 -g scepd");
}

TEST(CheckSecrets, OfAContainerAreForRootAlone) {
    const Endpoint endpoint;
    const auto password = endpoint.root() / "etc/scepd/secrets/container";
    endpoint.root().write("etc/scepd/profiles.d/office.toml",
                          Endpoint::profile() + "\n[[certificate.web.deploy]]\npkcs12 = \"/etc/ssl/host/web.p12\"\n"
                                                "pkcs12-password-file = \"/etc/scepd/secrets/container\"\n",
                          0640);
    const auto check = [&] { return about(checkSecrets(endpoint.machine(), endpoint.configuration()), "container"); };
    expectTrouble(check(), Result::failed, "does not exist", "install -m 0600 /dev/stdin");
    endpoint.root().write("etc/scepd/secrets/container", "canary\n", 0644);
    expectTrouble(check(), Result::failed, "everybody on this machine can read it", "chmod 0600 " + password.string());
}

TEST(CheckHooks, AreFineMissingWritableOrNoPrograms) {
    const Endpoint endpoint;
    const auto hook = endpoint.root() / "etc/scepd/hooks.d/tell";
    const auto check = [&] { return about(checkHooks(endpoint.machine(), endpoint.configuration()), "tell"); };
    EXPECT_EQ(check().result, Result::ok) << check().detail;
    ::chmod(hook.c_str(), 0757);
    expectTrouble(check(), Result::failed, "can be changed by others", "chmod go-w");
    ::chmod(hook.c_str(), 0644);
    expectTrouble(check(), Result::failed, "is no program", "chmod 0755");
    ::chmod(hook.c_str(), 0755);
    ::chmod(hook.parent_path().c_str(), 0777);
    expectTrouble(check(), Result::failed, "its folder can be changed by others", "chmod go-w");
    fs::remove(hook);
    expectTrouble(check(), Result::failed, "neither in", "take its name out");
}

// ---- profiles and targets ----

TEST(CheckProfiles, TellTheFirstMistakeAndHowManyThereAre) {
    const Endpoint endpoint;
    const auto check = [&] { return checkProfiles(endpoint.machine(), endpoint.configuration()); };
    EXPECT_THAT(check(), allFine);
    endpoint.root().write("etc/scepd/profiles.d/typo.toml", "subjct = 1\n", 0640);
    expectTrouble(about(check(), "typo.toml"), Result::failed, "line 1: ", "scepctl verify");
    EXPECT_THAT(about(check(), "typo.toml").detail, HasSubstr(" in all)"));
    EXPECT_EQ(about(check(), "office.toml").result, Result::ok);
}

TEST(CheckProfiles, LeaveSecretsHooksAndTargetsToTheirOwnChecks) {
    const Endpoint endpoint;
    fs::remove(endpoint.root() / "etc/scepd/secrets/office");
    fs::remove(endpoint.root() / "etc/scepd/hooks.d/tell");
    fs::remove(endpoint.root() / "etc/ssl/host/cert.pem");
    fs::create_directory(endpoint.root() / "etc/ssl/host/cert.pem");
    EXPECT_FALSE(endpoint.configuration().diagnostics.empty());
    EXPECT_THAT(checkProfiles(endpoint.machine(), endpoint.configuration()), allFine);
}

TEST(CheckProfiles, WithoutAnyIsAWarning) {
    const scepd::test::TemporaryRoot root;
    expectTrouble(checkProfiles(machine(root.path().string()), {}).front(), Result::warning, "there is none",
                  "/etc/scepd/profiles.d");
    expectTrouble(checkProfiles(std::vector<record::Rule>{}, {}).front(), Result::warning, "there is none",
                  "/etc/scepd/profiles.d");
}

TEST(CheckProfiles, AsTheDaemonTellsThem) {
    const profile::Diagnostic mistake{"/p/a.toml", 3, 1, profile::Diagnostic::Severity::error, "no"};
    record::Rule rule;
    rule.file = "/p/a.toml";
    rule.applies = true;
    rule.certificates = {"wifi"};
    EXPECT_THAT(checkProfiles({rule}, {}), allFine);
    expectTrouble(checkProfiles({rule}, {mistake}).front(), Result::failed, "line 3: no", "scepctl verify");
}

TEST(CheckTargets, AreFineMissingOrCannotBeWritten) {
    const Endpoint endpoint;
    const auto file = endpoint.root() / "etc/ssl/host/cert.pem";
    std::optional<bool> installed = true;
    const auto check = [&] {
        return about(checkTargets(endpoint.machine(), endpoint.configuration(), [&](const auto&) { return installed; }),
                     "web (files)");
    };
    EXPECT_EQ(check().result, Result::ok) << check().detail;
    fs::remove(file);
    expectTrouble(check(), Result::failed, "/etc/ssl/host/cert.pem does not exist", "scepctl redeploy web");
    installed = false;
    EXPECT_EQ(check().result, Result::ok);
    installed = std::nullopt;
    EXPECT_EQ(check().result, Result::warning);
    fs::create_symlink("other.pem", file);
    expectTrouble(check(), Result::failed, "is not a regular file but a symlink; remove it", "");
    fs::remove(file);
    fs::create_directory(file);
    expectTrouble(check(), Result::failed, "is a directory", "");
    fs::remove_all(file.parent_path());
    expectTrouble(check(), Result::failed, "the folder /etc/ssl/host does not exist", "mkdir");
}

// ---- units ----

TEST(CheckConsumers, AreActiveStoppedFailedOrNotInstalled) {
    const Endpoint endpoint;
    std::string state = "active";
    const auto check = [&] {
        return about(checkConsumers(endpoint.configuration(), [&](const auto&) { return state; }), "web.service");
    };
    EXPECT_EQ(check().result, Result::ok);
    state = "inactive";
    expectTrouble(check(), Result::warning, "does not run", "systemctl start web.service");
    state = "not-found";
    expectTrouble(check(), Result::warning, "is not installed", "install the program");
    state = "failed";
    expectTrouble(check(), Result::failed, "has failed", "systemctl status web.service");
}

TEST(CheckUnits, RunAndStartAtBoot) {
    Units units{
        .daemon = "active", .daemonFile = "enabled", .recover = "inactive", .recoverFile = "enabled", .failed = {}};
    EXPECT_THAT(checkUnits(units), allFine);
    units.daemon = "inactive";
    units.daemonFile = "disabled";
    units.failed = {"scepd-hook@web.service"};
    const auto checks = checkUnits(units);
    expectTrouble(checks.front(), Result::failed, "does not run", "systemctl start scepd");
    expectTrouble(about(checks, "scepd.service at boot"), Result::warning, "disabled", "systemctl enable");
    expectTrouble(about(checks, "scepd-hook@web"), Result::failed, "has failed", "journalctl -u scepd-hook@web");
}

TEST(CheckTimers, FindsOneForACertificateThatNoProfileNames) {
    const auto checks = checkTimers({{"wifi", "daily"}, {"gone", "weekly"}}, {"wifi", "web"});
    EXPECT_EQ(about(checks, "@wifi").result, Result::ok);
    expectTrouble(about(checks, "@gone"), Result::warning, "no profile names", "scepctl schedule gone --off");
}

// ---- CAs ----

TEST(CheckAuthorities, ExpireLaterSoonOrHaveExpired) {
    const auto check = [](Time notAfter) {
        return checkAuthorities({{"/p/a.toml", {"ca", "CN=Root", "aa", never, notAfter}, {}}}, here).front();
    };
    EXPECT_EQ(check(here + days(400)).result, Result::ok);
    expectTrouble(check(here + days(12)), Result::warning, "in 12 days", "successor");
    expectTrouble(check(here - days(1)), Result::failed, "has expired", "successor");
    EXPECT_THAT(checkAuthorities({}, here), IsEmpty());
}

TEST(CheckAuthorities, TellsOfAnOldOneBesideANewOneOfTheSameNameAndOfNoneTwice) {
    const record::KnownAuthority old{"/p/a.toml", {"ca", "CN=Root", "aa", never, here - days(1)}, {}};
    const record::KnownAuthority fresh{"/p/b.toml", {"ca", "CN=Root", "bb", never, here + days(400)}, {}};
    const auto checks = checkAuthorities({fresh, old, fresh}, here);
    ASSERT_EQ(checks.size(), 2U);
    EXPECT_EQ(checks[0].result, Result::ok);
    EXPECT_EQ(checks[1].result, Result::failed);
}

} // namespace
} // namespace scepd::ctl
