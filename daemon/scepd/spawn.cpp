#include "scepd/spawn.hpp"

#include "base/error.hpp"
#include "store/report.hpp"

#include <algorithm>
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
constexpr std::size_t chunkSize = 64UL * 1024UL; ///< As much as a pipe holds.
constexpr std::size_t largestReport = 256UL * 1024UL;
constexpr std::size_t longestLine = 8192;
constexpr std::size_t longestPhase = 32, longestTransaction = 128, longestRemark = 1024;
constexpr unsigned mostRemarks = 20;

bool isPrintable(char c) {
    return c > ' ' && c < 0x7F;
}

bool isOfPhase(char c) {
    return (c >= 'a' && c <= 'z') || c == '-';
}

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
    command.environment = process::pass({"PATH", "LANG", "CREDENTIALS_DIRECTORY", "DBUS_SYSTEM_BUS_ADDRESS",
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

/// One chunk: the loop comes again while there is more. True when something came.
bool EnrollRun::read() {
    std::array<char, chunkSize> chunk{};
    ssize_t got = -1;
    do
        got = ::read(pipe_.get(), chunk.data(), chunk.size());
    while (got < 0 && errno == EINTR);
    if (got == 0) readable_ = {};
    if (got <= 0) return false;
    buffer_.append(chunk.data(), static_cast<std::size_t>(got));
    takeLines();
    return true;
}

/// "phase WORD", "transaction ID" and "log LEVEL TEXT" lines, then "report", and all that follows is the report.
void EnrollRun::takeLines() {
    std::size_t begin = 0;
    for (auto end = buffer_.find('\n'); !reporting_ && end != std::string::npos; end = buffer_.find('\n', begin)) {
        takeLine(buffer_.substr(begin, end - begin));
        begin = end + 1;
    }
    buffer_.erase(0, begin);
    if (!reporting_) {
        if (buffer_.size() > longestLine) buffer_.clear();
        return;
    }
    if (report_.size() + buffer_.size() <= largestReport) report_ += buffer_;
    buffer_.clear();
}

void EnrollRun::takeLine(const std::string& line) {
    if (line == "report")
        reporting_ = true;
    else if (line.starts_with("phase "))
        takePhase(line.substr(6));
    else if (line.starts_with("transaction "))
        takeTransaction(line.substr(12));
    else if (line.starts_with("log "))
        takeRemark(line.substr(4));
}

void EnrollRun::takePhase(const std::string& word) {
    const bool good = !word.empty() && word.size() <= longestPhase && std::ranges::all_of(word, isOfPhase);
    if (!good || word == phase_) return;
    phase_ = word;
    listener_.phase(word);
}

void EnrollRun::takeTransaction(const std::string& id) {
    const bool good = !id.empty() && id.size() <= longestTransaction && std::ranges::all_of(id, isPrintable);
    if (good && listener_.transaction) listener_.transaction(id);
}

/// "LEVEL TEXT"
void EnrollRun::takeRemark(const std::string& line) {
    const bool good = line.size() > 2 && line[0] >= '3' && line[0] <= '6' && line[1] == ' ';
    if (!good || !listener_.remark || remarks_ == mostRemarks) return;
    ++remarks_;
    listener_.remark(static_cast<log::Level>(line[0] - '0'), line.substr(2, longestRemark));
}

void EnrollRun::exited(int status) {
    pid_ = -1;
    for (auto left = largestReport / chunkSize; left > 0 && read();)
        --left;
    const auto end = std::move(listener_.end);
    end(result(status)); // nothing of this may be touched afterwards
}

record::Report EnrollRun::result(int status) const {
    if (timedOut_)
        return record::Failed{Code::attemptTimedOut, "scepd-enroll took too long and was ended", std::nullopt};
    if (WIFSIGNALED(status))
        return record::Failed{Code::enrollDied, fmt::format("scepd-enroll was killed by signal {}", WTERMSIG(status)),
                              std::nullopt};
    try {
        return store::reportFromText(report_);
    } catch (const Error& error) {
        return record::Failed{
            Code::enrollDied,
            fmt::format("scepd-enroll ended with exit code {} without a report: {}", WEXITSTATUS(status), error.what()),
            std::nullopt};
    }
}

} // namespace scepd
