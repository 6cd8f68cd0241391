#include "deploy/consumer.hpp"

#include "bus/fake_systemd.hpp"
#include "bus/private_bus.hpp"
#include "bus/systemd.hpp"
#include "deploy/hook.hpp"
#include "support.hpp"

#include <map>
#include <vector>

#include <gmock/gmock.h>

namespace scepd::deploy::test {
namespace {

using scepd::test::FakeSystemd;
using scepd::test::PrivateBus;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

profile::Target unitTarget(const std::string& unit, profile::Reload reload) {
    profile::Target target;
    target.unit = unit;
    target.reload = reload;
    return target;
}

const auto nginx = unitTarget("nginx.service", profile::Reload::reload);
const auto rsyslog = unitTarget("rsyslog.service", profile::Reload::tryRestart);

class Consumers : public Endpoint, public ::testing::Test {
protected:
    PrivateBus bus;
    FakeSystemd systemd;
};

TEST_F(Consumers, AreReloadedOrRestartedAsTheirTargetSaysEachUnitOnce) {
    systemd.set("nginx.service", {});
    systemd.set("rsyslog.service", {});
    EXPECT_THAT(tellConsumers(root(), {nginx, rsyslog, nginx}), ElementsAre(Told{}, Told{}, Told{}));
    EXPECT_THAT(systemd.calls(), ElementsAre("ReloadOrTryRestartUnit nginx.service", "TryRestartUnit rsyslog.service"));
}

TEST_F(Consumers, ThatDoNotRunAreNotStarted) {
    systemd.set("nginx.service", {.activeState = "inactive"});
    const auto told = tellConsumers(root(), {nginx, rsyslog});
    EXPECT_THAT(systemd.calls(), IsEmpty());
    EXPECT_FALSE(told[0].runs);
    EXPECT_THAT(told[0].note, HasSubstr("nginx.service is inactive"));
    EXPECT_THAT(told[1].note, HasSubstr("rsyslog.service is not-found"));
}

TEST_F(Consumers, WhoseJobFailsAreAnErrorThatNamesThem) {
    systemd.set("nginx.service", {.jobResult = "failed"});
    EXPECT_THAT(errorOf([&] { tellConsumers(root(), {nginx}); }).what(),
                HasSubstr("reload nginx.service: systemd says failed"));
}

TEST_F(Consumers, ThatDoNotComeBackAreAnError) {
    systemd.set("rsyslog.service", {.afterJob = "failed"});
    EXPECT_THAT(errorOf([&] { tellConsumers(root(), {rsyslog}); }).what(),
                HasSubstr("rsyslog.service is failed after"));
}

TEST_F(Consumers, ThatEndAMomentAfterTheirJobAreAnError) {
    systemd.set("nginx.service", {.aMomentLater = "failed"});
    EXPECT_THAT(errorOf([&] { tellConsumers(root(), {nginx}); }).what(), HasSubstr("nginx.service is failed after"));
}

TEST_F(Consumers, ThatSystemdMustStartAgainAreAnError) {
    systemd.set("rsyslog.service", {.afterJob = "activating"});
    EXPECT_THAT(errorOf([&] { tellConsumers(root(), {rsyslog}); }).what(), HasSubstr("is activating after"));
    systemd.set("rsyslog.service", {.aMomentLater = "active", .restarts = 4, .restartsLater = 5});
    EXPECT_THAT(errorOf([&] { tellConsumers(root(), {rsyslog}); }).what(),
                HasSubstr("rsyslog.service has ended and was started again after"));
    systemd.set("rsyslog.service", {.restarts = 5});
    EXPECT_EQ(tellConsumers(root(), {rsyslog}).front(), Told{}) << "what was before does not count";
}

TEST_F(Consumers, AJobThatDoesNotEndIsGivenUpAtItsLimit) {
    systemd.set("slow.service", {.jobResult = ""});
    const auto real = bus::Systemd::find();
    EXPECT_THAT(errorOf([&] { real->tryRestart("slow.service", 200ms); }).what(),
                HasSubstr("slow.service: no end after"));
}

TEST_F(Consumers, AFailedReloadPutsTheFormerFilesBackAndTellsTheConsumerAgain) {
    profile("[[certificate.web.deploy]]\npreset = \"files\"\nunit = \"app.service\"\nreload = \"try-restart\"\n");
    systemd.set("app.service", {});
    Deployer deployer(root());
    deployer.deploy("web", commit(), today());
    const auto before = readFile(installed("cert.pem"));
    commit(makeGeneration({.key = 1}));
    std::vector<std::string> seen;
    systemd.set("app.service",
                {.afterJob = "failed", .onJob = [&] { seen.push_back(readFile(installed("cert.pem"))); }});

    const auto error = errorOf([&] { deployer.deploy("web", 2, today()); });
    EXPECT_EQ(error.fault(), Fault::local);
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("what lay there before was put back"), HasSubstr("app.service is failed")));
    EXPECT_THAT(seen, ElementsAre(store::readGeneration(root(), "web", 2).certificate, before))
        << "told when the new files lay there, and started again when the former did";
    EXPECT_EQ(readFile(installed("cert.pem")), before);
    EXPECT_EQ(systemd.calls().back(), "StartUnit app.service");
    EXPECT_TRUE(pairMatches());
    EXPECT_THAT(names(), ::testing::ElementsAreArray(filesOfPreset));
    EXPECT_EQ(readDeployed(root(), "web").generation, 1U);
    EXPECT_THAT(interrupted(root()), IsEmpty());
}

TEST_F(Consumers, ThatCannotBeStartedWithTheFormerFilesEitherAreInTheError) {
    profile("[[certificate.web.deploy]]\npreset = \"files\"\nunit = \"app.service\"\nreload = \"try-restart\"\n");
    systemd.set("app.service", {});
    Deployer deployer(root());
    deployer.deploy("web", commit(), today());
    commit(makeGeneration({.key = 1}));
    systemd.set("app.service", {.afterJob = "failed", .jobResult = "failed"});
    EXPECT_THAT(errorOf([&] { deployer.deploy("web", 2, today()); }).what(),
                HasSubstr("what lay there before was put back (start app.service: systemd says failed; journalctl"));
}

TEST_F(Consumers, ThatEndAMomentAfterTheReloadAreStartedWhenTheirListenerIsRolledBack) {
    profile("[[certificate.web.deploy]]\npreset = \"nginx\"\nserved = \"localhost:443\"\n");
    systemd.set("nginx.service", {});
    Deployer deployer(root());
    deployer.deploy("web", commit(), today());
    deployer.confirm("web", 1);
    commit(makeGeneration({.key = 1}));
    deployer.deploy("web", 2, today());
    systemd.set("nginx.service", {.activeState = "failed"});
    deployer.rollback("web", 0, today());
    EXPECT_EQ(systemd.calls().back(), "StartUnit nginx.service");
}

/// With nginx running and a generation installed; the check passes as long as nobody says otherwise.
class Checks : public Consumers {
protected:
    Checks() {
        profile("[[certificate.web.deploy]]\npreset = \"nginx\"\n");
        systemd.set("nginx.service", {});
        deployer.deploy("web", commit(), today());
        before = readFile(fullchain);
        commit(makeGeneration({.key = 1}));
        systemd.onCommand = [this](const auto& command, const auto& binds) {
            commands.push_back(command);
            const auto bind = binds.find(fullchain);
            seen.push_back(bind == binds.end() ? readFile(fullchain) : readFile(bind->second));
            return check(seen.back());
        };
    }

    Deployer deployer{root()};
    std::string fullchain = *this / "etc/nginx/scepd/web/fullchain.pem";
    std::string before;
    std::vector<std::vector<std::string>> commands;
    std::vector<std::string> seen; ///< By the check, where the final files are.
    std::function<int(const std::string& fullchain)> check = [](const auto&) { return 0; };
};

TEST_F(Consumers, WhoseCheckFailsAreNotRestartedBecauseTheyWouldEnd) {
    auto target = unitTarget("lighttpd.service", profile::Reload::tryRestart);
    target.check = {"/usr/sbin/lighttpd", "-tt"};
    systemd.set("lighttpd.service", {});
    systemd.onCommand = [](const auto&, const auto&) { return 1; };
    const auto told = tellConsumers(root(), {target}).front();
    EXPECT_FALSE(told.runs);
    EXPECT_THAT(told.note, HasSubstr("was not restarted because it would end: `/usr/sbin/lighttpd -tt` fails"));
    EXPECT_THAT(systemd.calls(), Not(::testing::Contains("TryRestartUnit lighttpd.service")));

    systemd.onCommand = [](const auto&, const auto&) { return 0; };
    EXPECT_EQ(tellConsumers(root(), {target}).front(), Told{});
    EXPECT_THAT(systemd.calls(), ::testing::Contains("TryRestartUnit lighttpd.service"));
}

/// strongSwan, with a generation installed and the command's runs written down.
class Commands : public Consumers {
protected:
    Commands() {
        for (const auto* made : {"x509", "x509ca", "private"}) // by strongSwan's package
            makeDirectory(*this / "etc/swanctl" / made);
        profile("[[certificate.web.deploy]]\npreset = \"strongswan\"\n");
        systemd.set("strongswan.service", {});
        systemd.onCommand = [this](const auto& command, const auto& binds) {
            commands.push_back(command);
            foundBeside.clear();
            for (const auto& name : scepd::test::namesIn(folder))
                if (const auto bind = binds.find(folder / name); name.starts_with("."))
                    foundBeside.push_back(readFile(bind == binds.end() ? (folder / name).string() : bind->second));
            return exitCode;
        };
        deployer.deploy("web", commit(), today());
        commit(makeGeneration({.key = 1}));
    }

    Deployer deployer{root()};
    fs::path folder = *this / "etc/swanctl/private";
    std::vector<std::vector<std::string>> commands;
    std::vector<std::string> foundBeside; ///< By the last command, in the hidden files of a folder.
    int exitCode = 0;
};

TEST_F(Commands, FindTheNewFilesInThePlaceOfTheFormerOnes) {
    EXPECT_THAT(foundBeside, IsEmpty()) << "there were none";
    deployer.deploy("web", 2, today());
    const std::vector<std::string> command{"/usr/sbin/swanctl", "--load-creds", "--noprompt"};
    EXPECT_THAT(commands, ElementsAre(command, command));
    EXPECT_THAT(foundBeside, ElementsAre(readFile(folder / "web.pem")));
    EXPECT_THAT(systemd.calls(), Not(::testing::Contains("ReloadOrTryRestartUnit strongswan.service")));
    EXPECT_THAT(scepd::test::namesIn(folder), ElementsAre("web.pem"));
}

TEST_F(Commands, ThatFailPutTheFormerFilesBack) {
    const auto before = readFile(folder / "web.pem");
    exitCode = 64;
    EXPECT_THAT(errorOf([&] { deployer.deploy("web", 2, today()); }).what(),
                AllOf(HasSubstr("what lay there before was put back"),
                      HasSubstr("`/usr/sbin/swanctl --load-creds --noprompt` fails; journalctl -u "
                                "scepd-tell-strongswan.service tells why")));
    EXPECT_EQ(readFile(folder / "web.pem"), before);
    EXPECT_THAT(foundBeside, IsEmpty()) << "and it was told again";
    EXPECT_EQ(commands.size(), 3U);
}

TEST_F(Commands, AreNotRunWhenTheirUnitDoesNotRun) {
    systemd.set("strongswan.service", {.activeState = "inactive"});
    deployer.deploy("web", 2, today());
    EXPECT_EQ(commands.size(), 1U);
}

TEST_F(Commands, FollowAReloadBecauseThatHasReadTheFormerFilesAsWell) {
    profile("[[certificate.web.deploy]]\npreset = \"strongswan\"\nreload = \"reload\"\n");
    deployer.deploy("web", 2, today());
    EXPECT_THAT(systemd.calls(), ::testing::Contains("ReloadOrTryRestartUnit strongswan.service"));
    EXPECT_EQ(commands.size(), 2U);
}

TEST_F(Checks, SeeTheNewFilesBeforeTheOldOnesGo) {
    check = [this](const auto&) {
        EXPECT_EQ(readFile(fullchain), before);
        return 0;
    };
    deployer.deploy("web", 2, today());
    EXPECT_THAT(commands, ElementsAre(ElementsAre("/usr/sbin/nginx", "-t")));
    EXPECT_THAT(seen, ElementsAre(readFile(fullchain)));
    EXPECT_NE(readFile(fullchain), before);
}

TEST_F(Checks, ThatRefuseOnlyTheNewFilesKeepTheOldOnes) {
    check = [this](const auto& text) { return text == before ? 0 : 1; };
    const auto error = errorOf([&] { deployer.deploy("web", 2, today()); });
    EXPECT_EQ(error.fault(), Fault::local);
    EXPECT_THAT(error.what(), HasSubstr("`/usr/sbin/nginx -t` fails with the new certificate and passes with the one "
                                        "that is installed, which stays; journalctl -u scepd-check-web-1.service"));
    EXPECT_EQ(readFile(fullchain), before);
    EXPECT_THAT(scepd::test::namesIn(root() / "etc/nginx/scepd/web"),
                ::testing::UnorderedElementsAre("fullchain.pem", "key.pem"));
    EXPECT_THAT(interrupted(root()), IsEmpty());
    EXPECT_EQ(readDeployed(root(), "web").generation, 1U);
    EXPECT_THAT(systemd.calls(), ::testing::Contains("ReloadOrTryRestartUnit nginx.service").Times(1))
        << "it was told of the first generation only";
}

TEST_F(Checks, ThatFailBeforeAndAfterSayNothingAboutTheCertificate) {
    check = [](const auto&) { return 1; };
    deployer.deploy("web", 2, today());
    EXPECT_NE(readFile(fullchain), before);
    EXPECT_EQ(commands.size(), 2U);
}

TEST_F(Checks, OfAConsumerThatDoesNotRunAreNotAsked) {
    systemd.set("nginx.service", {.activeState = "inactive"});
    deployer.deploy("web", 2, today());
    EXPECT_THAT(commands, IsEmpty());
}

TEST_F(Checks, AreNotAskedWithoutSomethingToCompareWith) {
    fs::remove_all(root() / "etc/nginx/scepd/web");
    deployer.deploy("web", 2, today());
    EXPECT_THAT(commands, IsEmpty());
}

TEST_F(Consumers, AReloadThatWasOwedIsDoneAtRecovery) {
    profile("[[certificate.web.deploy]]\npreset = \"files\"\nunit = \"app.service\"\nreload = \"reload\"\n");
    systemd.set("app.service", {});
    Deployer deployer(root());
    deployer.deploy("web", commit(), today());
    write(root(), Intent{"web", 1, 0, "deployed", Phase::reload, {}});
    deployer.recover(Deployer::Reach::consumersToo);
    EXPECT_THAT(systemd.calls(),
                ElementsAre("ReloadOrTryRestartUnit app.service", "ReloadOrTryRestartUnit app.service"));
    EXPECT_THAT(interrupted(root()), IsEmpty());
}

TEST_F(Consumers, NothingThatIsServedIsExpectedOfAConsumerThatDoesNotRun) {
    profile("[[certificate.web.deploy]]\npreset = \"nginx\"\nserved = \"localhost:443\"\n");
    systemd.set("nginx.service", {.activeState = "inactive"});
    EXPECT_EQ(Deployer(root()).deploy("web", commit(), today())[0].state, "deployed");
    systemd.set("nginx.service", {});
    EXPECT_EQ(Deployer(root()).deploy("web", 1, today())[0].state, "unconfirmed");
}

TEST_F(Consumers, AHookRunsAsAUnitThatFindsItsEnvironmentInAFile) {
    writeFile(*this / "etc/scepd/hooks.d/tell", "#!/bin/sh\n", 0755);
    HookFacts facts;
    facts.certificate = "web";
    facts.event = "deployed";
    facts.keyFile = "/etc/a \"b\" $c/key.pem";
    std::string environment;
    const auto file = *this / "run/scepd-deploy/hooks/web:tell.env";
    systemd.set("scepd-hook@web:tell.service", {.onJob = [&] { environment = readFile(file); }});
    EXPECT_TRUE(runHook(root(), "tell", facts, 90s).succeeded);
    EXPECT_THAT(environment, HasSubstr("SCEPD_HOOK=\"" + (*this / "etc/scepd/hooks.d/tell").string() + "\"\n"));
    EXPECT_THAT(environment, HasSubstr("SCEPD_HOOK_TIMEOUT=\"90\"\n"));
    EXPECT_THAT(environment, HasSubstr("SCEPD_KEY_FILE=\"/etc/a \\\"b\\\" \\$c/key.pem\"\n"));
    EXPECT_FALSE(fs::exists(file));
    EXPECT_THAT(systemd.calls(),
                ElementsAre("RefUnit scepd-hook@web:tell.service", "StartUnit scepd-hook@web:tell.service",
                            "UnrefUnit scepd-hook@web:tell.service"));
}

TEST_F(Consumers, AHookUnitThatFailsTellsItsExitCode) {
    writeFile(*this / "etc/scepd/hooks.d/bad", "#!/bin/sh\n", 0755);
    HookFacts facts;
    facts.certificate = "web";
    systemd.set("scepd-hook@web:bad.service", {.jobResult = "failed", .result = "exit-code", .exitStatus = 3});
    EXPECT_THAT(runHook(root(), "bad", facts, 5s).detail,
                AllOf(StartsWith("exit code 3 after "), HasSubstr("; journalctl -u scepd-hook@web:bad.service")));
    systemd.set("scepd-hook@web:bad.service", {.jobResult = "failed", .result = "exit-code", .exitStatus = 124});
    EXPECT_THAT(runHook(root(), "bad", facts, 5s).detail, HasSubstr("no end after 5s"));
}

TEST_F(Consumers, AUnitThatDoesNotEndIsKilled) {
    systemd.set("hang.service", {.jobResult = ""});
    const auto end = bus::Systemd::find()->runToEnd("hang.service", 200ms);
    EXPECT_FALSE(end.succeeded);
    EXPECT_EQ(end.result, "timeout");
    EXPECT_THAT(systemd.calls(), ::testing::Contains("KillUnit all 9 hang.service"));
}

TEST(Systemd, IsNotFoundWithoutItOrWithoutABus) {
    const PrivateBus bus;
    EXPECT_EQ(bus::Systemd::find(), nullptr);
    ::setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/no/such/socket", 1);
    EXPECT_EQ(bus::Systemd::find(), nullptr);
}

TEST(Systemd, OfTheMachineIsNotTouchedForAnotherRoot) {
    ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
    EXPECT_EQ(findSystemd("/tmp"), nullptr);
}

} // namespace
} // namespace scepd::deploy::test
