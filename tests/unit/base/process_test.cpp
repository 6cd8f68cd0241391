#include "base/process.hpp"

#include "base/error.hpp"
#include "temporary_root.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace scepd::process {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// Long enough for a slow machine; no test waits for it to pass.
constexpr Duration plenty = 60s;

Command shell(const std::string& script) {
    Command command;
    command.argv = {"/bin/sh", "-c", script};
    command.environment = {"PATH=/usr/bin:/bin"};
    return command;
}

std::string outputOf(Command command) {
    const auto result = run(std::move(command), plenty);
    EXPECT_TRUE(result.succeeded()) << result.describe() << ": " << result.lastOutput;
    return result.lastOutput;
}

/// Waits until a process that is nobody's child of ours has ended; false when it goes on.
bool ends(pid_t pid) {
    const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd) return errno == ESRCH;
    pollfd watched{pidfd.get(), POLLIN, 0};
    return ::poll(&watched, 1, 30'000) == 1;
}

/// Everything that comes out of a pipe until all who could write are gone.
std::string drain(int fd) {
    std::string text;
    std::array<char, 512> chunk{};
    for (;;) {
        const auto got = ::read(fd, chunk.data(), chunk.size());
        if (got <= 0) return text;
        text.append(chunk.data(), static_cast<std::size_t>(got));
    }
}

TEST(Process, SaysHowItEnded) {
    const auto three = run(shell("exit 3"), plenty);
    const auto killed = run(shell("kill -TERM $$"), plenty);

    EXPECT_FALSE(three.succeeded());
    EXPECT_EQ(three.describe(), "exit code 3");
    EXPECT_FALSE(killed.succeeded());
    EXPECT_EQ(killed.describe(), "killed by signal 15");
    EXPECT_TRUE(run(shell("exit 0"), plenty).succeeded());
}

TEST(Process, OutputAndErrorOutputAreKeptTogether) {
    EXPECT_EQ(outputOf(shell("echo one; echo two >&2; echo three")), "one\ntwo\nthree\n");
}

TEST(Process, OfItsOutputTheLastFourKibibytesAreKept) {
    const auto output = outputOf(shell("i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done"));

    EXPECT_EQ(output.size(), 4096U);
    EXPECT_THAT(output, AllOf(EndsWith("line 1998\nline 1999\n"), Not(HasSubstr("line 100\n"))));
}

TEST(Process, ReadsNothingFromOurStandardInput) {
    EXPECT_EQ(outputOf(shell("cat; echo end")), "end\n");
}

TEST(Process, HasExactlyTheEnvironmentThatItIsGiven) {
    ::setenv("SCEPD_UNIT_CANARY", "leaked", 1);
    Command command;
    command.argv = {"/usr/bin/env"};
    command.environment = {"A=1", "B=two words"};

    EXPECT_EQ(outputOf(command), "A=1\nB=two words\n");
    ::unsetenv("SCEPD_UNIT_CANARY");
}

TEST(Process, TakesOverThoseOfOurVariablesThatAreSet) {
    ::setenv("SCEPD_UNIT_SET", "a=b", 1);
    ::unsetenv("SCEPD_UNIT_UNSET");

    EXPECT_THAT(pass({"SCEPD_UNIT_UNSET", "SCEPD_UNIT_SET"}), ElementsAre("SCEPD_UNIT_SET=a=b"));
    ::unsetenv("SCEPD_UNIT_SET");
}

TEST(Process, FindsDescriptorsOnTheNumbersThatItWasPromised) {
    test::TemporaryRoot directory;
    const UniqueFd first(::open(directory.write("first", "1").c_str(), O_RDONLY | O_CLOEXEC));
    const UniqueFd second(::open(directory.write("second", "2").c_str(), O_RDONLY | O_CLOEXEC));
    auto command = shell("cat <&3; cat <&4");
    command.descriptors = {{second.get(), 3}, {first.get(), 4}};

    EXPECT_EQ(outputOf(command), "21");
}

TEST(Process, DescriptorsMayChangePlaces) {
    test::TemporaryRoot directory;
    const UniqueFd first(::open(directory.write("first", "1").c_str(), O_RDONLY | O_CLOEXEC));
    const UniqueFd second(::open(directory.write("second", "2").c_str(), O_RDONLY | O_CLOEXEC));
    auto command = shell("cat <&" + std::to_string(first.get()) + "; cat <&" + std::to_string(second.get()));
    command.descriptors = {{first.get(), second.get()}, {second.get(), first.get()}};
    ASSERT_LT(std::max(first.get(), second.get()), 10) << "the shell knows one digit only";

    EXPECT_EQ(outputOf(command), "21");
}

TEST(Process, ADescriptorNeedNotStandOnTheLowestNumber) {
    test::TemporaryRoot directory;
    const UniqueFd file(::open(directory.write("file", "content").c_str(), O_RDONLY | O_CLOEXEC));
    auto command = shell("cat <&4");
    command.descriptors = {{file.get(), 4}};

    EXPECT_EQ(outputOf(command), "content");
}

TEST(Process, InheritsNoOtherDescriptor) {
    const UniqueFd leaky(::open("/dev/null", O_RDONLY)); // without O_CLOEXEC
    ASSERT_GE(leaky.get(), 3);
    Command command;
    command.argv = {"/bin/ls", "/proc/self/fd"};
    command.descriptors = {{leaky.get(), 7}};

    EXPECT_EQ(outputOf(command), "0\n1\n2\n3\n7\n") << "3 is ls reading the directory";
}

TEST(Process, BlocksNoSignalThatWeBlock) {
    sigset_t usr1;
    sigset_t before;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    ::sigprocmask(SIG_BLOCK, &usr1, &before);
    const auto result = run(shell("kill -USR1 $$; echo still here"), plenty);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);

    EXPECT_EQ(result.describe(), "killed by signal 10");
}

TEST(Process, ThatCannotBeExecutedIsALocalErrorNamingIt) {
    test::TemporaryRoot directory;
    for (const auto& program : {directory.path() / "missing", directory.write("not executable", "text")}) {
        Command command;
        command.argv = {program.string()};
        try {
            run(command, plenty);
            ADD_FAILURE() << "started " << program;
        } catch (const Error& error) {
            EXPECT_EQ(error.fault(), Fault::local);
            EXPECT_THAT(error.what(), HasSubstr("start " + program.string() + ": "));
        }
    }
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "no child is left behind";
}

TEST(Process, ThatCannotBeExecutedIsAnErrorAlsoWhenItIsGivenDescriptors) {
    const auto pipe = makePipe();
    Command command;
    command.argv = {"/no/such/program"};
    command.descriptors = {{pipe.write.get(), 3}, {pipe.read.get(), 4}, {pipe.write.get(), 5}};

    EXPECT_THROW(spawn(command), Error);
}

TEST(Process, LeadsItsOwnProcessGroup) {
    EXPECT_EQ(outputOf(shell("read -r pid name state parent group rest </proc/$$/stat; [ $pid = $group ]")), "");
}

TEST(Process, DiesWithItsParent) {
    const auto pipe = makePipe();
    const pid_t parent = ::fork();
    ASSERT_GE(parent, 0);
    if (parent == 0) {
        auto command = shell("exec sleep 1000");
        command.descriptors = {{pipe.write.get(), 3}};
        const pid_t child = spawn(command);
        ::_exit(child > 0 && ::write(pipe.write.get(), &child, sizeof child) == sizeof child ? 0 : 1);
    }
    pid_t grandchild = 0;
    ASSERT_EQ(::read(pipe.read.get(), &grandchild, sizeof grandchild), static_cast<ssize_t>(sizeof grandchild));
    ASSERT_EQ(::waitpid(parent, nullptr, 0), parent);

    EXPECT_TRUE(ends(grandchild));
}

TEST(Process, ThatTakesTooLongIsKilledWithEverythingItStarted) {
    auto pipe = makePipe();
    auto command = shell("echo begun; sleep 1000 & sleep 1000");
    command.descriptors = {{pipe.write.get(), 3}};
    const auto result = run(command, 200ms);
    pipe.write = UniqueFd();

    EXPECT_TRUE(result.timedOut);
    EXPECT_FALSE(result.succeeded());
    EXPECT_EQ(result.lastOutput, "begun\n");
    EXPECT_GE(result.duration, 200ms);
    EXPECT_THAT(result.describe(), HasSubstr("no end after "));
    EXPECT_THAT(drain(pipe.read.get()), IsEmpty()) << "ends only when nobody holds the other end";
}

TEST(Process, ThatFloodsUsIsKilledInTimeAsWell) {
    const auto result = run(shell("exec yes"), 200ms);

    EXPECT_TRUE(result.timedOut);
    EXPECT_EQ(result.lastOutput.size(), 4096U);
}

TEST(Process, IsNotWaitedForLongerBecauseItsChildrenHoldTheOutputOpen) {
    const auto result = run(shell("sleep 1000 & echo done"), plenty);

    EXPECT_TRUE(result.succeeded());
    EXPECT_EQ(result.lastOutput, "done\n");
    EXPECT_LT(result.duration, plenty);
}

TEST(Process, IsNotWaitedForLongerBecauseAChildThatGotAwayFloodsUs) {
    // setsid leaves the process group; it ends by SIGPIPE when nobody listens any more.
    test::TemporaryRoot directory;
    auto command = shell("setsid sh -c 'echo $$ >pid; exec yes' & while [ ! -s pid ]; do :; done");
    command.argv.back().insert(0, "cd " + directory.path().string() + "; ");
    const auto result = run(command, plenty);

    EXPECT_TRUE(result.succeeded()) << result.describe();
    std::ifstream pidFile(directory / "pid");
    pid_t flooding = 0;
    pidFile >> flooding;
    ASSERT_GT(flooding, 1);
    EXPECT_TRUE(ends(flooding));
}

TEST(Process, WhatItLeavesRunningEndsWithIt) {
    auto pipe = makePipe();
    auto command = shell("sleep 1000 & exit 0");
    command.descriptors = {{pipe.write.get(), 3}};
    const auto result = run(command, plenty);
    pipe.write = UniqueFd();

    EXPECT_TRUE(result.succeeded());
    EXPECT_THAT(drain(pipe.read.get()), IsEmpty()) << "ends only when nobody holds the other end";
}

TEST(Process, PipesAreClosedOnExec) {
    const auto pipe = makePipe();

    EXPECT_EQ(::fcntl(pipe.read.get(), F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(::fcntl(pipe.write.get(), F_GETFD), FD_CLOEXEC);
}

} // namespace
} // namespace scepd::process
