#include "scepd/target_watch.hpp"

#include "base/inotify.hpp"
#include "base/log.hpp"

#include <chrono>
#include <cstring>
#include <utility>

#include <sys/inotify.h>

namespace scepd {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// Not IN_MODIFY: whoever writes a file closes it.
constexpr unsigned wanted = IN_ATTRIB | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                            IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

/// Whoever changes several files does it within this time.
constexpr Duration settlingTime = 1s;

} // namespace

TargetWatch::TargetWatch(Loop& loop, fs::path root, std::function<void(const Paths&)> touched)
    : loop_(loop),
      root_(std::move(root)),
      touched_(std::move(touched)),
      inotify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
    if (inotify_)
        readable_ = loop_.onReadable(inotify_.get(), [this] { read(); });
    else
        log::debug("changes of installed files are noticed by the daily look only: {}", std::strerror(errno));
}

void TargetWatch::watch(Paths folders) {
    if (!inotify_ || folders == folders_) return;
    folders_ = std::move(folders);
    const auto before = changes_;
    arm();
    changes_ = before; // That a folder is watched from now on is no change.
}

/// Watches what exists now. A folder that was not watched until now may have changed.
void TargetWatch::arm() {
    std::set<int> needed;
    for (const auto& folder : folders_)
        needed.insert(watchNearest(folder));
    std::erase_if(watched_, [&](const auto& watch) {
        const bool isStale = !needed.contains(watch.first);
        if (isStale) ::inotify_rm_watch(inotify_.get(), watch.first);
        return isStale;
    });
}

/// The watch for the folder, or for what exists above it; -1 when there can be none.
int TargetWatch::watchNearest(const std::string& folder) {
    const auto nearest = [&] {
        std::error_code ignored;
        fs::path path = folder;
        while (!fs::is_directory(root_ / path.relative_path(), ignored) && path.has_relative_path())
            path = path.parent_path();
        return path;
    };
    for (auto path = nearest();;) {
        const int watch = ::inotify_add_watch(inotify_.get(), (root_ / path.relative_path()).c_str(), wanted);
        if (watch < 0)
            log::debug("{}: changes are noticed by the daily look only: {}", path.string(), std::strerror(errno));
        else if (watched_.insert_or_assign(watch, path.string()).second && path == folder)
            changes_.insert(folder);
        const auto again = nearest(); // It may have appeared or gone since the first look.
        if (again == path) return watch;
        path = again;
    }
}

void TargetWatch::read() {
    const bool wasQuiet = isQuiet();
    takeInotifyEvents(inotify_.get(),
                      [this](int descriptor, unsigned mask, const std::string& name) { take(descriptor, mask, name); });
    if (wasQuiet && !isQuiet()) soon_ = loop_.after(settlingTime, [this] { tell(); });
}

void TargetWatch::take(int descriptor, unsigned mask, const std::string& name) {
    if ((mask & IN_Q_OVERFLOW) != 0) {
        changes_ = folders_;
        foldersChanged_ = true;
    }
    const auto found = watched_.find(descriptor);
    if (found == watched_.end()) return;
    const auto folder = found->second;
    if (folders_.contains(folder)) changes_.insert(name.empty() ? folder : (fs::path(folder) / name).string());
    const bool isGone = (mask & (IN_MOVE_SELF | IN_IGNORED)) != 0;
    const bool folderAppeared = (mask & IN_ISDIR) != 0 && (mask & (IN_CREATE | IN_MOVED_TO)) != 0;
    foldersChanged_ = foldersChanged_ || isGone || folderAppeared;
    if (!isGone) return;
    ::inotify_rm_watch(inotify_.get(), descriptor); // It follows the folder to where it was moved.
    watched_.erase(found);
}

void TargetWatch::tell() {
    if (std::exchange(foldersChanged_, false)) arm();
    if (const auto changes = std::exchange(changes_, {}); !changes.empty()) touched_(changes);
}

} // namespace scepd
