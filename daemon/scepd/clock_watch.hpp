#pragma once

#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/loop.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>

namespace scepd {

/// How often somebody is asked for the clock's state: at once, after `first`, after twice as long, and so on until
/// `total` is over (clock.wait-for-sync: nobody waits for the answer any longer).
struct AskingTimes {
    Duration first = std::chrono::seconds(10);
    Duration total = std::chrono::minutes(10);
};

/// Knows whether the clock is synchronised. Two tell: systemd-timesyncd by /run/systemd/timesync/synchronized, which is
/// watched, and timedate1, which knows of every other way (chrony, ntpd) but sends no signal and is started for the
/// question: it is asked only while that file is missing, at the start, after every step of the clock and when the file
/// goes away, a few times each (AskingTimes). What was known holds until somebody says otherwise.
class ClockWatch {
public:
    using Answer = std::function<void(bool synchronized)>;
    /// Asks timedate1; calls the answer once, later or at once, with false also when nobody can tell.
    using Ask = std::function<void(Answer answer)>;

    /// Watches the file below root; `changed` is called from the loop, when synchronized() has become another. Throws
    /// Error{local} when the kernel has no watches left.
    ClockWatch(Loop& loop, const std::filesystem::path& root, Ask ask, std::function<void()> changed,
               AskingTimes times = {});

    /// The wall clock was set (Loop::onClockStep): what timedate1 said before tells nothing any more, it is asked
    /// again.
    void clockStepped();

    [[nodiscard]] bool synchronized() const { return synchronized_; }

private:
    void look();
    void watchFolder();
    void startAsking();
    void stopAsking();
    void ask();
    void answered(bool synchronized);
    void become(bool synchronized);

    Loop& loop_;
    std::filesystem::path file_;
    Ask ask_;
    std::function<void()> changed_;
    AskingTimes times_;
    UniqueFd inotify_;
    int watch_ = -1;
    bool fileExists_ = false;
    bool synchronized_ = false;
    unsigned question_ = 0; ///< The number of the last one: older answers do not count.
    Duration delay_{}, waited_{};
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true); ///< For answers that come too late.
    Loop::Handle events_, again_;
};

} // namespace scepd
