#include "scepd/spawn.hpp"

#include "base/error.hpp"
#include "store/report.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>

namespace scepd {
namespace {

constexpr int reportDescriptor = 3;
constexpr std::size_t largestReport = 256UL * 1024UL;

} // namespace

/// Whatever throws here after the other constructor, the destructor ends the child.
EnrollRun::EnrollRun(Loop& loop, const std::filesystem::path& program, std::vector<std::string> arguments,
                     const std::vector<Handed>& handed, Duration deadline, Listener listener)
    : EnrollRun(std::move(listener)) {
    auto pipe = process::makePipe();
    if (::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK) != 0) throw systemError("prepare a pipe");
    process::Command command;
    command.argv = {program.string(), fmt::format("--report-fd={}", reportDescriptor)};
    command.descriptors.emplace_back(pipe.write.get(), reportDescriptor);
    for (const auto& [option, descriptor] : handed) {
        if (descriptor < 0) continue;
        const int number = reportDescriptor + static_cast<int>(command.descriptors.size());
        command.argv.push_back(fmt::format("{}={}", option, number));
        command.descriptors.emplace_back(descriptor, number);
    }
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.environment =
        process::pass({"PATH", "LANG", "CREDENTIALS_DIRECTORY", "DBUS_SYSTEM_BUS_ADDRESS", "JOURNAL_STREAM",
                       "SCEPD_DEBUG", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"});
    pid_ = process::spawn(command);
    pipe_ = std::move(pipe.read);
    readable_ = loop.onReadable(pipe_.get(), [this] { read(); });
    exit_ = loop.onChildExit(pid_, [this](int status) { exited(status); });
    deadline_ = loop.after(deadline, [this] {
        timedOut_ = true;
        ::kill(-pid_, SIGKILL);
    });
}

EnrollRun::~EnrollRun() {
    if (pid_ <= 0) return;
    exit_ = {};
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

void EnrollRun::read() {
    std::array<char, 8192> chunk{};
    for (;;) {
        const auto got = ::read(pipe_.get(), chunk.data(), chunk.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) {
            if (got == 0) readable_ = {};
            break;
        }
        buffer_.append(chunk.data(), static_cast<std::size_t>(got));
    }
    takeLines();
}

/// "phase WORD" lines, then "report", and all that follows is the report.
void EnrollRun::takeLines() {
    while (!reporting_) {
        const auto end = buffer_.find('\n');
        if (end == std::string::npos) return;
        const auto line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        if (line == "report")
            reporting_ = true;
        else if (line.starts_with("phase "))
            listener_.phase(line.substr(6));
    }
    if (report_.size() + buffer_.size() <= largestReport) report_ += buffer_;
    buffer_.clear();
}

void EnrollRun::exited(int status) {
    pid_ = -1;
    read();
    const auto end = std::move(listener_.end);
    end(result(status)); // nothing of this may be touched afterwards
}

record::Report EnrollRun::result(int status) const {
    if (timedOut_) return record::Failed{Fault::unreachable, "scepd-enroll took too long and was ended", std::nullopt};
    if (WIFSIGNALED(status))
        return record::Failed{Fault::local, fmt::format("scepd-enroll was killed by signal {}", WTERMSIG(status)),
                              std::nullopt};
    try {
        return store::reportFromText(report_);
    } catch (const Error& error) {
        return record::Failed{
            Fault::local,
            fmt::format("scepd-enroll ended with exit code {} without a report: {}", WEXITSTATUS(status), error.what()),
            std::nullopt};
    }
}

} // namespace scepd
