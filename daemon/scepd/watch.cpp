#include "scepd/watch.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "profile/load.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <sys/inotify.h>

namespace scepd {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr unsigned atOnce = IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE;
constexpr unsigned whenQuiet = IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB;
constexpr Duration quietTime = 1s;

} // namespace

ConfigurationWatch::ConfigurationWatch(Loop& loop, const fs::path& root, std::function<void()> changed)
    : loop_(loop),
      folders_(profile::profileFolders(root)),
      settingsFolder_(root / "etc/scepd"),
      changed_(std::move(changed)),
      inotify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
    if (!inotify_) throw systemError("watch the configuration");
    watchFolders();
    readable_ = loop_.onReadable(inotify_.get(), [this] { read(); });
}

/// A folder that is missing is waited for in the nearest parent that exists.
void ConfigurationWatch::watchFolders() {
    for (const auto& folder : folders_) {
        auto existing = folder;
        while (!fs::is_directory(existing) && existing.has_relative_path())
            existing = existing.parent_path();
        watch(existing);
    }
    if (fs::is_directory(settingsFolder_)) watch(settingsFolder_);
}

void ConfigurationWatch::watch(const fs::path& folder) {
    const int descriptor =
        ::inotify_add_watch(inotify_.get(), folder.c_str(), atOnce | whenQuiet | IN_DELETE_SELF | IN_MOVE_SELF);
    if (descriptor >= 0)
        watched_.insert_or_assign(descriptor, folder);
    else
        log::warning("{}: changes will not be noticed: {}", folder.string(), std::strerror(errno));
}

void ConfigurationWatch::read() {
    alignas(inotify_event) std::array<char, 16384> buffer{};
    bool tellNow = false;
    for (;;) {
        const auto size = ::read(inotify_.get(), buffer.data(), buffer.size());
        if (size <= 0) break;
        for (ssize_t offset = 0; offset < size;) {
            inotify_event event{};
            const char* start = buffer.data() + offset;
            std::memcpy(&event, start, sizeof event);
            const std::string name = event.len > 0 ? std::string(start + sizeof event) : std::string();
            tellNow = take(event.wd, event.mask, name) || tellNow;
            offset += static_cast<ssize_t>(sizeof event + event.len);
        }
    }
    if (!tellNow) return;
    quiet_ = {};
    changed_();
}

bool ConfigurationWatch::take(int descriptor, unsigned mask, const std::string& fileName) {
    if ((mask & IN_Q_OVERFLOW) != 0) return true;
    if ((mask & IN_IGNORED) != 0) watched_.erase(descriptor);
    const bool foldersChanged = (mask & (IN_ISDIR | IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)) != 0;
    if (foldersChanged) watchFolders();
    const auto found = watched_.find(descriptor);
    const bool ours = found != watched_.end() && profile::isProfileName(fileName) &&
                      (std::ranges::find(folders_, found->second) != folders_.end() || fileName == "scepd.toml");
    if (!ours && !foldersChanged) return false;
    if (ours && (mask & atOnce) != 0) return true;
    quiet_ = loop_.after(quietTime, [this] { changed_(); });
    return false;
}

} // namespace scepd
