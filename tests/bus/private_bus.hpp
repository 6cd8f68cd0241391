#pragma once

#include "temporary_root.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace scepd::test {

/// A system bus of our own: a real dbus-daemon of type "system" (so that annotations and policies are enforced as on
/// the real one) that everyone may own names on, in a temporary directory. While it lives DBUS_SYSTEM_BUS_ADDRESS names
/// it, also for programs that it activates. It ends with the object.
class PrivateBus {
public:
    /// A name that the bus starts a program for when somebody calls it. The first word of `command` is an absolute
    /// path.
    struct Activated {
        std::string name;
        std::string command;
    };

    explicit PrivateBus(const std::vector<Activated>& services = {}) {
        address_ = "unix:path=" + (directory_ / "socket").string();
        const char* before = ::getenv(variable);
        if (before != nullptr) before_ = before;
        ::setenv(variable, address_.c_str(), 1);
        for (const auto& service : services)
            offer(service);
        directory_.write("bus.conf", configuration());
        start();
    }

    ~PrivateBus() {
        ::kill(pid_, SIGTERM);
        ::waitpid(pid_, nullptr, 0);
        before_.empty() ? ::unsetenv(variable) : ::setenv(variable, before_.c_str(), 1);
    }

    PrivateBus(const PrivateBus&) = delete;
    PrivateBus& operator=(const PrivateBus&) = delete;

    /// As DBUS_SYSTEM_BUS_ADDRESS wants it.
    [[nodiscard]] const std::string& address() const { return address_; }

private:
    static constexpr const char* variable = "DBUS_SYSTEM_BUS_ADDRESS";

    void offer(const Activated& service) const {
        directory_.write(service.name + ".service",
                         "[D-BUS Service]\nName=" + service.name + "\nExec=" + service.command + "\n");
    }

    [[nodiscard]] std::string configuration() const {
        return R"(<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>)" + address_ +
               R"(</listen>
  <auth>EXTERNAL</auth>
  <servicedir>)" +
               directory_.path().string() + R"(</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
    <allow user="*"/>
  </policy>
</busconfig>
)";
    }

    /// Returns when the bus listens.
    void start() {
        int ready[2];
        if (::pipe2(ready, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
        const auto config = "--config-file=" + (directory_ / "bus.conf").string();
        const char* argv[] = {"dbus-daemon", config.c_str(), "--nofork", "--nopidfile", "--print-address=3", nullptr};
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, ready[1], 3);
        posix_spawnattr_t unblocked; // A test that blocks signals for a loop must still be able to end the bus.
        sigset_t none;
        sigemptyset(&none);
        ::posix_spawnattr_init(&unblocked);
        ::posix_spawnattr_setflags(&unblocked, POSIX_SPAWN_SETSIGMASK);
        ::posix_spawnattr_setsigmask(&unblocked, &none);
        const int failed =
            ::posix_spawnp(&pid_, argv[0], &actions, &unblocked, const_cast<char* const*>(argv), environ);
        ::posix_spawnattr_destroy(&unblocked);
        ::posix_spawn_file_actions_destroy(&actions);
        ::close(ready[1]);
        pollfd waiting{ready[0], POLLIN, 0};
        char byte = 0;
        const bool listens = failed == 0 && ::poll(&waiting, 1, 10'000) == 1 && ::read(ready[0], &byte, 1) == 1;
        ::close(ready[0]);
        if (!listens) throw std::runtime_error("dbus-daemon does not start; is it installed?");
    }

    TemporaryRoot directory_;
    std::string address_, before_;
    pid_t pid_ = -1;
};

} // namespace scepd::test
