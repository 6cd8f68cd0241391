#include "scep/command_challenge.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "temporary_root.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>

namespace {

using namespace scepd;
using namespace scepd::test;
using namespace std::chrono_literals;
using scep::commandChallenge;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

/// Programs that are asked for a challenge.
class ChallengeCommand : public testing::Test {
protected:
    [[nodiscard]] std::string script(const std::string& body) const {
        root_.write("challenge", "#!/bin/sh\n" + body, 0755);
        return root_ / "challenge";
    }

    [[nodiscard]] std::string answer(const std::string& body) const {
        return std::string(commandChallenge({{script(body)}}, 20s).reveal());
    }

    [[nodiscard]] static Error failureOf(const std::vector<std::string>& argv, Duration timeout = 20s) {
        try {
            std::ignore = commandChallenge({argv}, timeout);
        } catch (const Error& error) {
            return error;
        }
        throw std::runtime_error("no error");
    }

    TemporaryRoot root_;
};

TEST_F(ChallengeCommand, SaysTheChallengeInItsFirstLine) {
    EXPECT_EQ(answer("echo 8CE317021F690069; echo more"), "8CE317021F690069");
    EXPECT_EQ(answer("printf 'one\\r\\ntwo'"), "one");
    EXPECT_EQ(answer("printf 'without an end'"), "without an end");
    EXPECT_EQ(answer("echo noise >&2; echo challenge"), "challenge");
}

TEST_F(ChallengeCommand, IsRunWithoutAShell) {
    EXPECT_EQ(commandChallenge({{"/bin/echo", "$HOME; `id` | *"}}, 20s).reveal(), "$HOME; `id` | *");
}

TEST_F(ChallengeCommand, HasASmallEnvironmentAndNothingToRead) {
    ::setenv("SCEPD_TEST_CANARY", "1", 1);
    ::setenv("CREDENTIALS_DIRECTORY", "/run/credentials/scepd.service", 1);
    EXPECT_EQ(answer("env | grep -v ^PWD | sort | cut -d = -f 1 | tr '\\n' ' '"), "CREDENTIALS_DIRECTORY LANG PATH ");
    EXPECT_EQ(answer("cat; echo nothing"), "nothing");
    ::unsetenv("SCEPD_TEST_CANARY");
    ::unsetenv("CREDENTIALS_DIRECTORY");
}

TEST_F(ChallengeCommand, ThatFailsIsToldWithoutWhatItSaid) {
    const auto error = failureOf({script("echo secret; echo first >&2; printf 'no \\033[2Jtoken\\n\\n' >&2; exit 3")});
    EXPECT_EQ(error.fault(), Fault::local);
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("run " + (root_ / "challenge").string()),
                      EndsWith("for the challenge: exit code 3: no ?[2Jtoken"), Not(HasSubstr("secret"))));
    const auto flood = failureOf({script("head -c 100000 /dev/zero | tr '\\0' x >&2; exit 1")});
    EXPECT_THAT(std::string(flood.what()), SizeIs(testing::Lt(400U)));
}

TEST_F(ChallengeCommand, ThatSaysNothingOrTooMuchIsAnError) {
    EXPECT_THAT(failureOf({script("exit 0")}).what(), HasSubstr("has no first line"));
    EXPECT_THAT(failureOf({script("echo; echo second")}).what(), HasSubstr("has no first line"));
    EXPECT_THAT(failureOf({script("head -c 2000 /dev/zero | tr '\\0' x")}).what(), HasSubstr("longer than 1 KiB"));
}

TEST_F(ChallengeCommand, ThatIsMissingIsAMatterOfConfiguration) {
    const auto error = failureOf({(root_ / "none").string()});
    EXPECT_EQ(error.fault(), Fault::configuration);
    EXPECT_THAT(error.what(), HasSubstr((root_ / "none").string()));
}

TEST_F(ChallengeCommand, IsKilledWithItsChildrenWhenItsTimeIsOver) {
    const auto fifo = (root_ / "alive").string();
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    // Whoever lives holds the fifo open for writing: its reader hears when the last of them is gone.
    const UniqueFd reader(::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    const auto body = "exec 3<>" + fifo + "\nsleep 1000 &\nsleep 1000\n";
    const auto error = failureOf({script(body)}, 300ms);
    EXPECT_EQ(error.fault(), Fault::local);
    EXPECT_THAT(error.what(), HasSubstr("no end after"));
    pollfd end{reader.get(), POLLIN, 0};
    ASSERT_EQ(::poll(&end, 1, 20'000), 1);
    EXPECT_NE(end.revents & POLLHUP, 0);
}

TEST_F(ChallengeCommand, ThatFloodsIsStoppedInTime) {
    EXPECT_THAT(failureOf({script("exec yes")}, 300ms).what(), HasSubstr("no end after"));
}

} // namespace
