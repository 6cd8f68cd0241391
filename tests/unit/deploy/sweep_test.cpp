#include "support.hpp"

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <random>

#include <gmock/gmock.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

namespace scepd::deploy::test {
namespace {

using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

/// Kills a process with SIGKILL as it enters its system call of this number (from 1). Returns how many it entered.
template <typename Body>
unsigned runUntilCall(unsigned last, Body body) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        ::raise(SIGSTOP);
        body();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
    unsigned calls = 0;
    for (bool entering = true;; entering = !entering) {
        ::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
        ::waitpid(child, &status, 0);
        if (WIFEXITED(status) || WIFSIGNALED(status)) return calls;
        if (!entering || ++calls != last) continue;
        ::kill(child, SIGKILL);
        ::waitpid(child, &status, 0);
        return calls;
    }
}

class Sweep : public Endpoint, public ::testing::Test {
protected:
    Sweep() {
        profile("");
        commit();
        commit(makeGeneration({.key = 1}));
        deployer.deploy("web", 1, today());
    }

    unsigned deploySecond(unsigned last) {
        return runUntilCall(last, [this] { deployer.deploy("web", 2, today()); });
    }

    /// What must hold at whatever point it was killed.
    void expectWholeAfterRecovery(unsigned call) {
        Deployer(root()).recover(Deployer::Reach::filesOnly);
        EXPECT_TRUE(pairMatches()) << "killed at call " << call;
        Deployer(root()).recover(Deployer::Reach::consumersToo);
        EXPECT_TRUE(pairMatches()) << "killed at call " << call;
        EXPECT_EQ(deployer.verify("web")[0].state, "deployed") << "killed at call " << call;
        EXPECT_THAT(names(), ElementsAreArray(filesOfPreset)) << "killed at call " << call;
        EXPECT_THAT(interrupted(root()), IsEmpty()) << "killed at call " << call;
    }

    Deployer deployer{root()};
};

/// A sample that differs from run to run; SCEPD_SWEEP=all takes every call, SCEPD_SEED=N repeats a sample.
TEST_F(Sweep, KilledAtAnySystemCallADeploymentIsWholeAfterRecovery) {
    const auto calls = deploySecond(0);
    ASSERT_GT(calls, 100U);
    const auto* mode = std::getenv("SCEPD_SWEEP");
    const auto* given = std::getenv("SCEPD_SEED");
    const bool all = mode != nullptr && std::string(mode) == "all";
    const auto seed = given != nullptr ? static_cast<unsigned>(std::stoul(given)) : std::random_device()();
    std::cout << calls << " calls, seed " << seed << '\n';
    std::mt19937 random(seed);
    constexpr unsigned sample = 20;
    for (unsigned i = 1; i <= (all ? calls : sample); ++i) {
        const unsigned call = all ? i : 1 + static_cast<unsigned>(random() % calls);
        deployer.deploy("web", 1, today());
        deploySecond(call);
        expectWholeAfterRecovery(call);
    }
}

TEST_F(Sweep, KilledDuringRecoveryItIsWholeAfterTheNext) {
    const auto interrupt = [this] {
        deployer.deploy("web", 1, today());
        const auto subject = findSubject(root(), "web");
        Transaction transaction(root(), {"web", 2, 1, "deployed", Phase::stage, {}});
        transaction.stage(
            planAll(root(), subject, check(store::readGeneration(root(), "web", 2), subject.scep, root(), today())));
        auto intent = transaction.intent();
        intent.phase = Phase::install;
        write(root(), intent);
        Directory::open(root(), "/etc/ssl/scepd/web").exchange(nameBeside("cert.pem"), "cert.pem");
    };
    const auto recover = [this](unsigned last) {
        return runUntilCall(last, [this] { Deployer(root()).recover(Deployer::Reach::filesOnly); });
    };
    interrupt();
    const auto calls = recover(0);
    const auto* mode = std::getenv("SCEPD_SWEEP");
    const unsigned step = mode != nullptr && std::string(mode) == "all" ? 1 : std::max(calls / 10, 1U);
    for (unsigned call = 1; call <= calls; call += step) {
        interrupt();
        recover(call);
        expectWholeAfterRecovery(call);
    }
}

} // namespace
} // namespace scepd::deploy::test
