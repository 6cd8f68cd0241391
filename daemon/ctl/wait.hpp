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

/// request --wait: subscribes, looks, asks, and tells what happens until every certificate that was asked for is where
/// it should be. Nothing is missed in between: what was there before is known before the daemon is asked.
class Wait {
public:
    /// Whether what is said to the CA and back is shown as it happens. Then it ends with the first attempt.
    enum class Show { progress, trace };

    /// `timeout` zero: as long as it takes.
    Wait(const Console& console, Ask ask, Duration timeout, Show show = Show::progress);

    /// Throws sdbus::Error when the daemon refuses or goes away.
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

    [[nodiscard]] bool traces() const { return trace_.has_value(); }
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
