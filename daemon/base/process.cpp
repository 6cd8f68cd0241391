#include "base/process.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace scepd::process {
namespace {

constexpr std::size_t lastOutputSize = 4096;
constexpr std::size_t pipeSize = 65536; // what a pipe holds at most
constexpr std::size_t chunkSize = 4096;
constexpr int far = 100; // above every number that a child is given

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> result;
    result.reserve(texts.size() + 1);
    for (const auto& text : texts)
        result.push_back(const_cast<char*>(text.c_str()));
    result.push_back(nullptr);
    return result;
}

/// Puts every descriptor on its number without one overwriting another that is still needed: first all far up, then
/// down. Whatever else is open closes when the program starts.
bool placeDescriptors(std::vector<std::pair<int, int>>& descriptors, int standardOutput) {
    for (auto& [ours, theirs] : descriptors) {
        ours = ::fcntl(ours, F_DUPFD, far);
        if (ours < 0) return false;
    }
    if (standardOutput >= 0 && (::dup2(standardOutput, 1) < 0 || ::dup2(standardOutput, 2) < 0)) return false;
    if (::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) != 0) return false;
    return std::ranges::all_of(descriptors, [](const auto& pair) { return ::dup2(pair.first, pair.second) >= 0; });
}

/// In the child, between fork and exec: only calls that are safe there. Reports errno through `failure` and ends.
[[noreturn]] void become(const Command& command, std::vector<std::pair<int, int>>& descriptors, pid_t parent,
                         char* const* argv, char* const* environment, int failure) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    const int report = ::fcntl(failure, F_DUPFD_CLOEXEC, far); // out of the way of the numbers that are given out
    const int null = ::open("/dev/null", O_RDONLY);
    if (report >= 0 && null >= 0 && ::dup2(null, 0) >= 0 && placeDescriptors(descriptors, command.standardOutput))
        ::execve(argv[0], argv, environment);
    const int code = errno;
    [[maybe_unused]] const auto written = ::write(report >= 0 ? report : failure, &code, sizeof code);
    ::_exit(127);
}

} // namespace

Pipe makePipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw systemError("create a pipe");
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

pid_t spawn(const Command& command) {
    const auto argv = pointers(command.argv);
    const auto environment = pointers(command.environment);
    auto descriptors = command.descriptors;
    auto failure = makePipe();
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child < 0) throw systemError(fmt::format("start {}", command.argv.front()));
    if (child == 0) become(command, descriptors, parent, argv.data(), environment.data(), failure.write.get());
    failure.write = UniqueFd();
    int code = 0;
    ssize_t got = 0;
    do
        got = ::read(failure.read.get(), &code, sizeof code);
    while (got < 0 && errno == EINTR);
    if (got != static_cast<ssize_t>(sizeof code)) return child;
    ::waitpid(child, nullptr, 0);
    errno = code;
    throw systemError(fmt::format("start {}", command.argv.front()));
}

namespace {

using Clock = std::chrono::steady_clock;

int millisecondsUntil(Clock::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000));
}

void keepLast(std::string& text, std::string_view more) {
    text += more;
    if (text.size() > lastOutputSize) text.erase(0, text.size() - lastOutputSize);
}

/// False at the end of the pipe.
bool readSome(int fd, std::string& output) {
    std::array<char, chunkSize> buffer{};
    const auto got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0) return errno == EINTR || errno == EAGAIN;
    keepLast(output, {buffer.data(), static_cast<std::size_t>(got)});
    return got > 0;
}

/// Reads output until the process has ended; what its children still write afterwards does not hold us up.
/// Returns false when the deadline came first.
bool readUntilEnd(int pidfd, int output, Clock::time_point deadline, std::string& text) {
    bool open = true;
    for (;;) {
        std::array<pollfd, 2> watched{{{pidfd, POLLIN, 0}, {open ? output : -1, POLLIN, 0}}};
        const int ready = ::poll(watched.data(), watched.size(), millisecondsUntil(deadline));
        if (ready < 0 && errno != EINTR) throw systemError("wait for a program");
        if (ready < 0) continue;
        if (watched[1].revents != 0) open = readSome(output, text);
        if (watched[0].revents != 0) break;
        if (ready == 0 || Clock::now() >= deadline) return false; // who floods us is never idle
    }
    pollfd rest{output, POLLIN, 0};
    for (std::size_t drained = 0; open && drained<pipeSize&& ::poll(&rest, 1, 0)> 0; drained += chunkSize)
        open = readSome(output, text);
    return true;
}

/// Ends the process group: also what the program left running, for a hook's children end with it.
void endGroup(pid_t leader, int* status) {
    ::kill(-leader, SIGKILL);
    while (::waitpid(leader, status, 0) < 0 && errno == EINTR) {
    }
}

} // namespace

Result run(Command command, Duration timeout) {
    const auto start = Clock::now();
    auto pipe = makePipe();
    command.standardOutput = pipe.write.get();
    const pid_t child = spawn(command);
    pipe.write = UniqueFd();
    ::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK);
    Result result;
    try {
        const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
        if (!pidfd) throw systemError("watch a program");
        result.timedOut = !readUntilEnd(pidfd.get(), pipe.read.get(), start + timeout, result.lastOutput);
    } catch (...) {
        endGroup(child, nullptr);
        throw;
    }
    endGroup(child, &result.status);
    result.duration = std::chrono::duration_cast<Duration>(Clock::now() - start);
    return result;
}

std::string Result::describe() const {
    if (timedOut) return fmt::format("no end after {}", humanDuration(duration));
    if (WIFSIGNALED(status)) return fmt::format("killed by signal {}", WTERMSIG(status));
    return fmt::format("exit code {}", WEXITSTATUS(status));
}

std::vector<std::string> pass(const std::vector<std::string>& names) {
    std::vector<std::string> result;
    for (const auto& name : names)
        if (const char* value = std::getenv(name.c_str())) result.push_back(fmt::format("{}={}", name, value));
    return result;
}

void keepMemoryPrivate() {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0);
}

} // namespace scepd::process
