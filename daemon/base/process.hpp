#pragma once

#include "base/clock.hpp"
#include "base/file.hpp"

#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace scepd::process {

/// Both ends of a new pipe, closed on exec.
struct Pipe {
    UniqueFd read, write;
};
/// Throws Error{local} when there are no descriptors left.
Pipe makePipe();

/// What to start. Nothing is inherited but what stands here: the environment is explicit, descriptors other than
/// 0 to 2 and `descriptors` are closed, the signal mask is empty, the child dies with its parent and leads a process
/// group.
struct Command {
    std::vector<std::string> argv;                ///< argv[0] is an absolute path.
    std::vector<std::string> environment;         ///< "NAME=value"
    std::vector<std::pair<int, int>> descriptors; ///< (ours, the child's number from 3 on; 1: alone goes elsewhere)
    int standardOutput = -1;                      ///< Where 1 and 2 go; -1: to ours.
};

/// Starts it; standard input is /dev/null. Throws Error{local} when the program cannot be executed.
pid_t spawn(const Command& command);

/// How a program that was waited for ended.
struct Result {
    int status = 0;        ///< As waitpid gives it.
    bool timedOut = false; ///< It was killed with its process group because its time was over.
    Duration duration{};
    std::string lastOutput; ///< The last 4 KiB of its standard output and error.

    /// True when it exited with 0 in time.
    [[nodiscard]] bool succeeded() const { return !timedOut && status == 0; }
    /// "exit code 3", "killed by signal 9", "no end after 1min"
    [[nodiscard]] std::string describe() const;
};

/// Starts it, reads its output and waits, at most `timeout`; then the whole process group is killed.
/// Blocks: for programs that may. Throws Error{local} when it cannot be executed.
Result run(Command command, Duration timeout);

/// "NAME=value" lines of our own environment for those of `names` that are set, for Command::environment.
std::vector<std::string> pass(const std::vector<std::string>& names);

/// For a process through which secrets pass: it leaves no core, and nobody traces it.
void keepMemoryPrivate();

} // namespace scepd::process
