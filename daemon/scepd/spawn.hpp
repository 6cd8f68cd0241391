#pragma once

#include "base/log.hpp"
#include "base/loop.hpp"
#include "base/process.hpp"
#include "record/report.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace scepd {

/// One run of scepd-enroll. It ends by itself, at its deadline, or when this dies: then it is killed with its children.
/// It reads what strangers send, so what it tells is not trusted: words have their letters and lengths, remarks their
/// number, and whoever tells without end keeps nobody.
class EnrollRun {
public:
    struct Listener {
        std::function<void(const std::string& phase)> phase;
        /// Called once at the end: with what it reported, or with what went wrong with it. It may end this EnrollRun.
        std::function<void(record::Report)> end;
        /// To which transaction the following messages to the CA belong; may be left out.
        std::function<void(const std::string& id)> transaction{};
        /// What it remarks on its way, a line of the log; may be left out.
        std::function<void(log::Level level, const std::string& line)> remark{};
    };

    /// A descriptor of ours that it gets, and the option that tells it the number.
    struct Handed {
        std::string option;  ///< "--challenge-fd"
        int descriptor = -1; ///< -1: it gets none.
    };

    /// `arguments` follow the program's name, --report-fd and the options of what is handed over. Throws Error{local}
    /// when it cannot be started.
    EnrollRun(Loop& loop, const std::filesystem::path& program, std::vector<std::string> arguments,
              const std::vector<Handed>& handed, Duration deadline, Listener listener);
    ~EnrollRun();
    EnrollRun(const EnrollRun&) = delete;
    EnrollRun& operator=(const EnrollRun&) = delete;

private:
    explicit EnrollRun(Listener listener) : listener_(std::move(listener)) {}
    bool read();
    void takeLines();
    void takeLine(const std::string& line);
    void takePhase(const std::string& word);
    void takeTransaction(const std::string& id);
    void takeRemark(const std::string& line);
    void exited(int status);
    [[nodiscard]] record::Report result(int status) const;

    Listener listener_;
    UniqueFd pipe_;
    pid_t pid_ = -1;
    bool timedOut_ = false;
    bool reporting_ = false;
    unsigned remarks_ = 0;
    std::string buffer_, report_, phase_;
    Loop::Handle readable_, exit_, deadline_;
};

} // namespace scepd
