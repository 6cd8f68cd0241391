#include "scepd/watch.hpp"

#include "base/error.hpp"
#include "base/inotify.hpp"
#include "base/log.hpp"
#include "profile/load.hpp"

#include <algorithm>
#include <cstring>
#include <system_error>
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
    for (auto folder : wantedFolders()) {
        std::error_code unseen; // what cannot be looked into counts as missing
        while (!fs::is_directory(folder, unseen) && folder.has_relative_path())
            folder = folder.parent_path();
        watch(folder);
    }
}

std::set<fs::path> ConfigurationWatch::wantedFolders() const {
    std::set<fs::path> wanted(folders_.begin(), folders_.end());
    wanted.insert(settingsFolder_);
    for (const auto& file : followed_)
        wanted.insert(file.parent_path());
    return wanted;
}

/// True for a wanted folder and for what it lies in: others may come and go.
bool ConfigurationWatch::leadsToWanted(const fs::path& folder) const {
    return std::ranges::any_of(
        wantedFolders(), [&](const auto& wanted) { return std::ranges::mismatch(folder, wanted).in1 == folder.end(); });
}

void ConfigurationWatch::follow(const std::vector<fs::path>& files) {
    followed_.clear();
    for (const auto& file : files)
        followed_.insert(file.lexically_normal());
    watchFolders();
}

void ConfigurationWatch::watch(const fs::path& folder) {
    const int descriptor =
        ::inotify_add_watch(inotify_.get(), folder.c_str(), atOnce | whenQuiet | IN_DELETE_SELF | IN_MOVE_SELF);
    if (descriptor >= 0)
        watched_[descriptor].insert(folder);
    else
        log::warning("{}: changes will not be noticed: {}", folder.string(), std::strerror(errno));
}

void ConfigurationWatch::read() {
    bool tellNow = false;
    takeInotifyEvents(inotify_.get(), [&](int descriptor, unsigned mask, const std::string& name) {
        tellNow = take(descriptor, mask, name) || tellNow;
    });
    if (!tellNow) return;
    quiet_ = {};
    changed_();
}

bool ConfigurationWatch::isOurs(const fs::path& folder, const std::string& fileName) const {
    if (followed_.contains(folder / fileName)) return true;
    if (folder == settingsFolder_) return fileName == "scepd.toml";
    return profile::isProfileName(fileName) && std::ranges::find(folders_, folder) != folders_.end();
}

bool ConfigurationWatch::take(int descriptor, unsigned mask, const std::string& fileName) {
    if ((mask & IN_Q_OVERFLOW) != 0) return true;
    if ((mask & IN_IGNORED) != 0) watched_.erase(descriptor);
    const auto found = watched_.find(descriptor);
    const auto folders = found != watched_.end() ? found->second : std::set<fs::path>();
    const auto leads = [&](const fs::path& folder) {
        return leadsToWanted(fileName.empty() ? folder : folder / fileName);
    };
    const bool foldersChanged = (mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)) != 0 ||
                                ((mask & IN_ISDIR) != 0 && std::ranges::any_of(folders, leads));
    if (foldersChanged) watchFolders();
    const bool ours = std::ranges::any_of(folders, [&](const auto& folder) { return isOurs(folder, fileName); });
    if (!ours && !foldersChanged) return false;
    if (ours && (mask & atOnce) != 0) return true;
    quiet_ = loop_.after(quietTime, [this] { changed_(); });
    return false;
}

} // namespace scepd
