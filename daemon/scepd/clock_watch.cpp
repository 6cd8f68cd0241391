#include "scepd/clock_watch.hpp"

#include "base/error.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <sys/inotify.h>
#include <unistd.h>

namespace scepd {
namespace {

namespace fs = std::filesystem;

/// Not IN_ATTRIB: timesyncd touches the file whenever it hears from a server.
constexpr unsigned watched =
    IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

fs::path nearestFolder(fs::path folder) {
    std::error_code missing;
    while (!fs::is_directory(folder, missing) && folder.has_relative_path())
        folder = folder.parent_path();
    return folder;
}

bool isThere(const fs::path& path) {
    std::error_code unknown;
    return fs::exists(path, unknown);
}

} // namespace

ClockWatch::ClockWatch(Loop& loop, const fs::path& root, Ask ask, std::function<void()> changed, AskingTimes times)
    : loop_(loop),
      file_(fs::absolute(root) / "run/systemd/timesync/synchronized"),
      ask_(std::move(ask)),
      changed_(std::move(changed)),
      times_(times),
      inotify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
    if (!inotify_) throw systemError("watch whether the clock is synchronised");
    watchFolder();
    fileExists_ = synchronized_ = isThere(file_);
    events_ = loop_.onReadable(inotify_.get(), [this] { look(); });
    if (!fileExists_) startAsking();
}

void ClockWatch::clockStepped() {
    if (!fileExists_) startAsking();
}

/// Something happened in the folder: whatever it was, only the file counts.
void ClockWatch::look() {
    std::array<char, 4096> ignored{};
    while (::read(inotify_.get(), ignored.data(), ignored.size()) > 0) {
    }
    watchFolder();
    const bool existed = std::exchange(fileExists_, isThere(file_));
    if (existed == fileExists_) return;
    if (!fileExists_) return startAsking();
    stopAsking();
    become(true);
}

/// Watches the file's folder, or what is nearest to it. A folder that came or went between the look and the watch is
/// noticed by looking again.
void ClockWatch::watchFolder() {
    fs::path before;
    for (auto folder = nearestFolder(file_); folder != before; folder = nearestFolder(file_)) {
        const int watch = ::inotify_add_watch(inotify_.get(), folder.c_str(), watched);
        const bool vanished = watch < 0 && (errno == ENOENT || errno == ENOTDIR);
        if (watch < 0 && !vanished)
            return log::warning("{}: it will not be noticed when the clock is synchronised: {}", folder.string(),
                                std::strerror(errno));
        if (watch_ >= 0 && watch_ != watch) ::inotify_rm_watch(inotify_.get(), watch_);
        watch_ = watch;
        before = vanished ? fs::path() : folder;
    }
}

void ClockWatch::startAsking() {
    stopAsking();
    delay_ = times_.first;
    waited_ = {};
    again_ = loop_.after(Duration::zero(), [this] { ask(); });
}

void ClockWatch::stopAsking() {
    ++question_;
    again_ = {};
}

void ClockWatch::ask() {
    const auto question = ++question_;
    ask_([this, alive = std::weak_ptr(alive_), question](bool synchronized) {
        if (!alive.expired() && question == question_) answered(synchronized);
    });
}

void ClockWatch::answered(bool synchronized) {
    const auto delay = std::min(delay_, times_.total - waited_);
    if (!synchronized && delay > Duration::zero()) {
        again_ = loop_.after(delay, [this] { ask(); });
        waited_ += delay;
        delay_ *= 2;
    }
    become(synchronized);
}

void ClockWatch::become(bool synchronized) {
    if (std::exchange(synchronized_, synchronized) != synchronized) changed_();
}

} // namespace scepd
