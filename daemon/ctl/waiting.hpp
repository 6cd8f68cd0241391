#pragma once

#include "base/loop.hpp"
#include "bus/source.hpp"
#include "ctl/console.hpp"
#include "ctl/daemon.hpp"
#include "ctl/exit.hpp"
#include "ctl/lines.hpp"
#include "ctl/progress.hpp"
#include "ctl/render.hpp"

#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace scepd::ctl {

/// What `request --wait` and its relatives do: subscribes, looks, asks, and tells what happens until every certificate
/// that is waited for is where it should be. Nothing is missed in between: what was there before is known before the
/// daemon is asked.
class Wait {
public:
    /// request: until what was asked for is there. trace: the same, showing what is said to the CA and back as it
    /// happens, and ending with the first attempt. ready: nothing is asked for, until something is installed.
    enum class Kind { request, trace, ready };

    /// `timeout` zero: as long as it takes.
    Wait(const Console& console, Ask ask, Duration timeout, Kind kind = Kind::request);

    /// Throws sdbus::Error when the daemon refuses or goes away; who asked for nothing waits for it to come back.
    Exit run();

private:
    enum class End { everyone, attempt, timeout, interrupted };
    struct One {
        Watched watched;
        bool known = false;   ///< Its object has answered.
        bool awaited = false; ///< The daemon works on it.
        bool removed = false; ///< Its object went away: no profile asks for it any more.
        Verdict verdict = Verdict::underWay;
        std::string told; ///< The last situation a person read.
    };

    void subscribe();
    void match(const std::string& rule, std::function<void(sdbus::Message&)> handler);
    void look();
    void looked(const std::string& name, const Properties& properties, const sdbus::Error* error);
    void ask();
    void asked(const std::vector<std::string>& names, const sdbus::Error* error);
    void changed(sdbus::Message& message);
    void removed(sdbus::Message& message);
    void ownerChanged(sdbus::Message& message);
    void judgeAll();
    void settle(const std::string& name, One& one);
    void end(End how);
    void guard(const std::function<void()>& body) noexcept;

    [[nodiscard]] bool traces() const { return kind_ == Kind::trace; }
    [[nodiscard]] bool asks() const { return kind_ != Kind::ready; }
    void readTrace();
    void tellTrace(const std::string& line);
    void tell(const std::string& name, One& one);
    void tellEverySecond();
    void writeOver(const std::string& text);
    void tellSettled(const std::string& name, const One& one);
    void tellUnsettled(End how);
    void printJson() const;
    [[nodiscard]] Exit exitCode(End how) const;

    const Console& console_;
    Ask ask_;
    Kind kind_;
    std::optional<LineReader> trace_;
    Json::Array traced_;
    Duration timeout_;
    Daemon daemon_;
    Loop loop_;
    std::optional<bus::Source> source_;
    std::vector<sdbus::Slot> matches_;
    std::vector<Loop::Handle> handles_;
    Loop::Handle second_, traceHandle_;
    std::map<std::string, One> all_;
    std::size_t unknown_ = 0; ///< Objects that have not answered yet.
    bool hasAsked_ = false;
    bool lineOpen_ = false; ///< A line that is written over stands on the terminal.
    std::optional<End> end_;
    std::exception_ptr failure_;
};

} // namespace scepd::ctl
