#pragma once

#include "base/file.hpp"
#include "base/loop.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>

namespace scepd {

/// Notices by inotify that something happens in folders that hold installed files: one watch for a folder, none for a
/// file. A folder that does not exist yet is waited for in the nearest parent that does. This process is unprivileged:
/// what it may not see, or what the kernel has no watch left for, is not noticed, and that is fine because the files
/// are looked at daily as well.
class TargetWatch {
public:
    /// Paths as profiles say them: absolute, without the root.
    using Paths = std::set<std::string>;

    /// `touched` is called from the loop a second after the first of the changes it tells, with the path of each file
    /// that was created, written, replaced, removed or got another mode or owner, and with the path of a folder where
    /// anything may have happened.
    TargetWatch(Loop& loop, std::filesystem::path root, std::function<void(const Paths&)> touched);

    /// These folders from now on and no others.
    void watch(Paths folders);

private:
    void arm();
    int watchNearest(const std::string& folder);
    [[nodiscard]] bool isQuiet() const { return changes_.empty() && !foldersChanged_; }
    void read();
    void take(int descriptor, unsigned mask, const std::string& name);
    void tell();

    Loop& loop_;
    std::filesystem::path root_;
    std::function<void(const Paths&)> touched_;
    Paths folders_;
    UniqueFd inotify_;
    std::map<int, std::string> watched_; ///< By watch: a folder, or what exists above one.
    Paths changes_;                      ///< That are to be told soon.
    bool foldersChanged_ = false;        ///< What exists is to be watched anew before.
    Loop::Handle readable_, soon_;
};

} // namespace scepd
