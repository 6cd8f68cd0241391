#include "ctl/enroll_program.hpp"

#include "base/error.hpp"
#include "base/process.hpp"
#include "ctl/lines.hpp"

#include <cerrno>
#include <utility>

#include <fmt/format.h>
#include <sys/wait.h>

namespace scepd::ctl {
namespace {

process::Command command(std::vector<std::string> argv, int output) {
    return {.argv = std::move(argv),
            .environment = process::pass({"PATH", "LANG", "SCEPD_DEBUG", "DBUS_SYSTEM_BUS_ADDRESS", "ASAN_OPTIONS",
                                          "UBSAN_OPTIONS", "TSAN_OPTIONS"}),
            .descriptors = {},
            .standardOutput = output};
}

} // namespace

int runEnroll(const std::filesystem::path& program, const std::vector<std::string>& arguments,
              const std::function<void(const std::string&)>& take) {
    std::vector<std::string> argv{program.string()};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    LineReader output;
    const auto child = [&] {
        const auto theirs = output.takeOtherEnd();
        return process::spawn(command(std::move(argv), theirs.get()));
    }();
    while (!output.ended())
        for (const auto& line : output.wait())
            take(line);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status))
        throw Error(Fault::local, fmt::format("scepd-enroll was killed by signal {}", WTERMSIG(status)));
    return WEXITSTATUS(status);
}

} // namespace scepd::ctl
