#include "deploy/hook.hpp"

#include "support.hpp"

#include <csignal>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace scepd::deploy::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::SizeIs;
using ::testing::StartsWith;

const HookFacts someFacts{
    "web",          "generic",        "deployed",   7, "0a1b", "ff00", "2026-11-20T19:04:05Z", "/etc/c.pem",
    "/etc/key.pem", "/etc/chain.pem", "/etc/ca.pem"};

class Hooks : public Endpoint, public ::testing::Test {
protected:
    void hook(const std::string& name, const std::string& script,
              const std::string& folder = "etc/scepd/hooks.d") const {
        writeFile(root() / folder / name, "#!/bin/sh\n" + script, 0755);
    }
    [[nodiscard]] HookEnd run(const std::string& name, Duration timeout = 20s) const {
        return runHook(root(), name, someFacts, timeout);
    }
};

TEST_F(Hooks, AreToldWhatHappenedAndNothingElse) {
    ::setenv("SCEPD_TEST_SECRET", "x", 1);
    hook("tell", "env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= | sort > " + (*this / "said").string());
    const auto end = run("tell");
    EXPECT_TRUE(end.succeeded);
    EXPECT_THAT(end.detail, StartsWith("exit code 0 after "));
    ::unsetenv("SCEPD_TEST_SECRET");
    EXPECT_EQ(readFile(*this / "said"),
              "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
              "SCEPD_CA_FILE=/etc/ca.pem\nSCEPD_CERTIFICATE=web\nSCEPD_CERT_FILE=/etc/c.pem\n"
              "SCEPD_CHAIN_FILE=/etc/chain.pem\nSCEPD_EVENT=deployed\nSCEPD_FINGERPRINT=ff00\n"
              "SCEPD_GENERATION=7\nSCEPD_KEY_FILE=/etc/key.pem\n"
              "SCEPD_NOT_AFTER=2026-11-20T19:04:05Z\nSCEPD_SERIAL=0a1b\nSCEPD_USAGE=generic\n");
}

TEST_F(Hooks, AnAdministratorsHookReplacesTheShippedOneOfItsName) {
    hook("one", "exit 0", "usr/lib/scepd/hooks");
    EXPECT_TRUE(run("one").succeeded);
    hook("one", "exit 5");
    EXPECT_THAT(run("one").detail, StartsWith("exit code 5 after "));
}

TEST_F(Hooks, ThatFailShowTheirCodeAndTheLastTheySaid) {
    hook("bad", "i=0; while [ $i -lt 2000 ]; do echo noise $i; i=$((i+1)); done; echo the disk is full >&2; printf "
                "'\\377'; exit 3");
    const auto end = run("bad");
    EXPECT_FALSE(end.succeeded);
    EXPECT_THAT(end.detail, MatchesRegex("exit code 3 after ([0-9]+s )?[0-9]+ms: .*"));
    EXPECT_THAT(end.detail, HasSubstr("the disk is full ?"));
    EXPECT_LT(end.detail.size(), 500U);
}

TEST_F(Hooks, ThatHangAreKilledWithTheirChildren) {
    hook("hang", "sleep 600 & echo $! > " + (*this / "child").string() + "; wait");
    EXPECT_THAT(run("hang", 300ms).detail, StartsWith("no end after"));
    const pid_t child = std::stoi(readFile(*this / "child"));
    const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    pollfd end{process.get(), POLLIN, 0};
    EXPECT_TRUE(!process || ::poll(&end, 1, 10'000) == 1) << "the hook's child outlives it";
}

TEST_F(Hooks, ThatOthersCanChangeAreRefused) {
    hook("open", "exit 0");
    ::chmod((*this / "etc/scepd/hooks.d/open").c_str(), 0757);
    EXPECT_THAT(run("open").detail, HasSubstr("can be written by others"));
    ::chmod((*this / "etc/scepd/hooks.d/open").c_str(), 0644);
    EXPECT_THAT(run("open").detail, HasSubstr("not an executable file"));
    fs::create_symlink("/bin/true", *this / "etc/scepd/hooks.d/link");
    EXPECT_THAT(run("link").detail, HasSubstr("not an executable file"));
}

TEST_F(Hooks, ThatDoNotExistOrAreNoNamesHaveFailed) {
    EXPECT_THAT(run("nobody").detail, HasSubstr("there is no hook nobody"));
    for (const auto* name : {"../x", "/bin/sh", "", ".hidden", "a b", "$(id)"})
        EXPECT_THAT(run(name).detail, HasSubstr("is no name of a hook")) << name;
    hook("lost", "");
    writeFile(*this / "etc/scepd/hooks.d/lost", "#!/no/such/interpreter\n", 0755);
    EXPECT_FALSE(run("lost").succeeded);
}

TEST_F(Hooks, RunAfterADeploymentAndTheirFailureLeavesItInPlace) {
    profile("hooks = [\"good\", \"bad\"]\n");
    hook("good", "echo $SCEPD_EVENT $SCEPD_GENERATION $SCEPD_SERIAL $SCEPD_NOT_AFTER $SCEPD_KEY_FILE >> " +
                     (*this / "said").string());
    hook("bad", "echo oops; exit 1");
    Deployer deployer(root());
    const auto states = deployer.deploy("web", commit(), today());
    ASSERT_THAT(states, SizeIs(2));
    EXPECT_EQ(states[0].state, "deployed");
    EXPECT_EQ(states[1].target, "hook bad");
    EXPECT_EQ(states[1].state, "failed");
    EXPECT_THAT(states[1].detail, AllOf(StartsWith("exit code 1 after "), EndsWith(": oops")));
    const auto certificate = crypto::Certificate::fromPem(readFile(installed("cert.pem")));
    EXPECT_EQ(readFile(*this / "said"), "deployed 1 " + certificate.serialNumber() + " " +
                                            rfc3339(certificate.notAfter()) + " " + installed("key.pem").string() +
                                            "\n");
    EXPECT_THAT(interrupted(root()), IsEmpty());

    fs::remove(*this / "said");
    deployer.rollback("web", 1, today());
    EXPECT_THAT(readFile(*this / "said"), StartsWith("rolled-back 1 "));
}

TEST_F(Hooks, RunForOtherEventsAlsoWhenNothingIsDeployed) {
    profile("hooks = [\"tell\"]\n");
    hook("tell", "echo \"$SCEPD_EVENT $SCEPD_GENERATION [$SCEPD_SERIAL]\" > " + (*this / "said").string());
    Deployer deployer(root());
    deployer.runHooks("web", "failed");
    EXPECT_EQ(readFile(*this / "said"), "failed 0 []\n");
    EXPECT_THROW(deployer.runHooks("web", "anything"), Error);
    hook("tell", "exit 9");
    EXPECT_THAT(deployer.runHooks("web", "expiring"),
                ElementsAre(AllOf(Field(&record::TargetState::target, "hook tell"),
                                  Field(&record::TargetState::detail, StartsWith("exit code 9 after ")))));
}

TEST_F(Hooks, CanBeRunOneByOne) {
    profile("hooks = [\"one\", \"two\"]\n");
    for (const auto* name : {"one", "two"})
        hook(name, std::string("echo ") + name + " $SCEPD_GENERATION >> " + (*this / "said").string());
    Deployer deployer(root());
    deployer.deploy("web", commit(), today());
    fs::remove(*this / "said");
    deployer.runHooks("web", "deployed", {"two"});
    EXPECT_EQ(readFile(*this / "said"), "two 1\n");
    EXPECT_THAT(errorOf([&] { deployer.runHooks("web", "deployed", {"../evil"}); }).what(),
                HasSubstr("web has no hook ../evil"));
}

TEST_F(Hooks, ThatWereOwedWhenTheDeployerDiedRunAtRecovery) {
    profile("hooks = [\"tell\"]\n");
    hook("tell", "echo $SCEPD_EVENT >> " + (*this / "said").string());
    Deployer deployer(root());
    deployer.deploy("web", commit(), today());
    fs::remove(*this / "said");
    write(root(), Intent{"web", 1, 0, "deployed", Phase::hooks, {}});
    Deployer(root()).recover(Deployer::Reach::filesOnly);
    EXPECT_FALSE(fs::exists(*this / "said"));
    Deployer(root()).recover(Deployer::Reach::consumersToo);
    EXPECT_EQ(readFile(*this / "said"), "deployed\n");
    EXPECT_THAT(interrupted(root()), IsEmpty());
}

} // namespace
} // namespace scepd::deploy::test
