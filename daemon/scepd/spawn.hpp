#pragma once

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
class EnrollRun {
public:
    struct Listener {
        std::function<void(const std::string& phase)> phase;
        /// Called once at the end: with what it reported, or with what went wrong with it. It may end this EnrollRun.
        std::function<void(record::Report)> end;
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
    void read();
    void takeLines();
    void exited(int status);
    [[nodiscard]] record::Report result(int status) const;

    Listener listener_;
    UniqueFd pipe_;
    pid_t pid_ = -1;
    bool timedOut_ = false;
    bool reporting_ = false;
    std::string buffer_, report_;
    Loop::Handle readable_, exit_, deadline_;
};

} // namespace scepd
