#pragma once

#include "base/file.hpp"
#include "base/loop.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace scepd {

/// Notices changes of the configuration, and of files that it names, by inotify, also in folders that do not exist yet.
/// A file that is renamed into place or removed is told at once, one that is written in place when it has been quiet
/// for a second: nobody reads half a file. Temporary names of editors, dpkg and Ansible are ignored.
class ConfigurationWatch {
public:
    /// Watches the profile folders and the settings file below root; `changed` is called from the loop.
    /// Throws Error{local} when the kernel has no watches left.
    ConfigurationWatch(Loop& loop, const std::filesystem::path& root, std::function<void()> changed);

    /// From now on also changes of these files are told, and of no others that were followed before.
    void follow(const std::vector<std::filesystem::path>& files);

private:
    void watchFolders();
    void watch(const std::filesystem::path& folder);
    [[nodiscard]] std::set<std::filesystem::path> wantedFolders() const;
    [[nodiscard]] bool leadsToWanted(const std::filesystem::path& folder) const;
    [[nodiscard]] bool isOurs(const std::filesystem::path& folder, const std::string& fileName) const;
    void read();
    /// True when the event should be told at once; arms the quiet timer when it should be told later.
    bool take(int descriptor, unsigned mask, const std::string& fileName);

    Loop& loop_;
    std::vector<std::filesystem::path> folders_;
    std::filesystem::path settingsFolder_;
    std::function<void()> changed_;
    UniqueFd inotify_;
    std::map<int, std::set<std::filesystem::path>> watched_; ///< One folder may have several names.
    std::set<std::filesystem::path> followed_;
    Loop::Handle readable_, quiet_;
};

} // namespace scepd
