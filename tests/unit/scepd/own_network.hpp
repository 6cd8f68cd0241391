#pragma once

#include "base/process.hpp"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <functional>
#include <string>

#include <csignal>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace scepd::test {

/// Enters a network of our own. Root may, and everybody else as the root of a user namespace of their own.
inline bool enterOwnNetwork() {
    if (::unshare(CLONE_NEWNET) == 0) return true;
    const auto user = ::getuid();
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
    return static_cast<bool>(std::ofstream("/proc/self/uid_map") << "0 " << user << " 1" << std::flush);
}

/// Runs a test's body in a child process with a network of its own, in which nothing is but a loopback interface that
/// is down. It goes away with the child; the body's failed expectations fail the test.
inline void inOwnNetwork(const std::function<void()>& body) {
    std::fflush(nullptr);
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        try {
            const bool entered = enterOwnNetwork();
            EXPECT_TRUE(entered) << "root is needed, or user namespaces for everybody: " << std::strerror(errno);
            if (entered) body();
        } catch (const std::exception& error) {
            ADD_FAILURE() << error.what();
        }
        std::fflush(nullptr);
        ::_exit(testing::Test::HasFailure() ? EXIT_FAILURE : EXIT_SUCCESS);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
    EXPECT_EQ(WEXITSTATUS(status), EXIT_SUCCESS) << "what failed stands above";
}

/// Runs lines of shell, in which ip(8) is found.
inline void shell(const std::string& script) {
    const auto result = process::run({.argv = {"/bin/sh", "-e", "-c", script},
                                      .environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin"},
                                      .descriptors = {}},
                                     std::chrono::seconds(60));
    ASSERT_TRUE(result.succeeded()) << script << ": " << result.describe() << ": " << result.lastOutput;
}

} // namespace scepd::test
