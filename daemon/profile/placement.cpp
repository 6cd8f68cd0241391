#include "base/file.hpp"
#include "profile/mounts.hpp"
#include "profile/preset.hpp"
#include "profile/suggest.hpp"
#include "profile/surroundings.hpp"
#include "profile/target_path.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

namespace scepd::profile {
namespace {

namespace fs = std::filesystem;
using Severity = Diagnostic::Severity;

/// Both install: the one when it is asked to, the other at boot what was interrupted.
constexpr std::array installers{"scepd-deploy.service", "scepd-recover.service"};

/// The folders that drop-ins of a unit add to /etc.
std::vector<std::string> addedWritablePaths(const std::string& unit) {
    std::vector<std::string> paths;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/etc/systemd/system/" + unit + ".d", ignored)) {
        std::ifstream file(entry.path());
        for (std::string line; std::getline(file, line);) {
            if (!line.starts_with("ReadWritePaths=")) continue;
            std::istringstream words(line.substr(line.find('=') + 1));
            for (std::string path; words >> path;)
                paths.push_back(path.substr(std::min(path.find_first_not_of("-+"), path.size())));
        }
    }
    return paths;
}

bool liesBelow(const std::string& path, std::string folder) {
    if (!folder.ends_with('/')) folder += '/';
    return path.starts_with(folder);
}

/// Where files really are when their folders are reached through symlinks. A folder is looked at once: thousands of
/// targets lie in few of them.
class RealPaths {
public:
    fs::path of(const fs::path& path) {
        auto [found, isNew] = folders_.try_emplace(path.parent_path());
        if (isNew) {
            std::error_code failure;
            found->second = fs::weakly_canonical(found->first, failure);
            if (failure) found->second = found->first;
        }
        return found->second / path.filename();
    }

private:
    std::map<fs::path, fs::path> folders_;
};

struct Finding {
    Severity severity;
    std::string text;
};

std::string notInstalled(const fs::path& path, std::string_view reason) {
    return fmt::format("cannot be installed: {} {}", path.string(), reason);
}

/// The directories from the root down to a target, as scepd-deploy will enter them. What may not be looked at is no
/// finding: scepd-deploy can look there. Like RealPaths, this looks at a directory once.
class Folders {
public:
    struct Way {
        std::vector<Finding> findings;
        bool isOpen = true; ///< All of them exist, and could be looked at.
    };

    Folders(const fs::path& root, const file::Identity& installer) : root_(root), installer_(installer) {}

    const Way& to(const fs::path& directory) {
        const auto [found, isNew] = ways_.try_emplace(directory);
        if (isNew) found->second = walk(directory);
        return found->second;
    }

private:
    [[nodiscard]] Way walk(const fs::path& directory) const {
        Way way;
        struct stat status {};
        if (::stat(root_.c_str(), &status) == 0) judge(way, root_, status); // The root itself may be a symlink.
        auto path = root_;
        for (const auto& component : directory.relative_path()) {
            path /= component;
            if (::lstat(path.c_str(), &status) == 0)
                judge(way, path, status);
            else
                notThere(way, directory);
            if (!way.isOpen) break;
        }
        return way;
    }

    void judge(Way& way, const fs::path& path, const struct stat& status) const {
        auto reason = notEnteredBecause(status.st_mode);
        way.isOpen = !reason;
        if (!reason) reason = file::changeableByOthers(status, installer_);
        if (reason) way.findings.push_back({Severity::error, notInstalled(path, *reason)});
    }

    /// A warning only: the consumer that brings the directory may be installed after the profile.
    void notThere(Way& way, const fs::path& directory) const {
        way.isOpen = false;
        if (errno == ENOENT && !isMadeWhenMissing(directory))
            way.findings.push_back(
                {Severity::warning, notInstalled(root_ / directory.relative_path(), missingDirectory)});
    }

    const fs::path& root_;
    file::Identity installer_;
    std::map<fs::path, Way> ways_;
};

/// Looks at the targets of a profile on the machine below one root.
class Ground {
public:
    /// On the machine itself the units install, as root; below another root whoever looks.
    explicit Ground(const fs::path& root)
        : root_(root),
          isMachine_(root == "/"),
          mounts_(MountTable::ofThisProcess()),
          folders_(root, isMachine_ ? file::Identity{} : file::Identity::ofThisProcess()) {
        std::error_code failure;
        realRoot_ = fs::weakly_canonical(root, failure);
        if (!isMachine_) return;
        for (const auto* unit : installers)
            writable_.push_back(addedWritablePaths(unit));
    }

    [[nodiscard]] std::vector<Finding> complaintsAbout(const std::string& target) {
        const auto real = realPaths_.of(root_ / target.substr(1));
        const auto inside = "/" + real.lexically_relative(realRoot_).string();
        if (inside != target)
            if (const auto reason = forbiddenBecause(inside))
                return {{Severity::error, fmt::format("is really {}, which {}", inQuotes(inside), *reason)}};
        const auto& way = folders_.to(fs::path(target).parent_path());
        auto findings = way.findings;
        const auto reason = way.isOpen ? notReplaceable(real) : std::nullopt;
        if (reason) findings.push_back({Severity::error, *reason});
        if (const auto mount = mounts_.cannotReplace(real)) findings.push_back({Severity::error, *mount});
        if (auto outside = outsideOfSandbox(inside)) findings.push_back(*std::move(outside));
        return findings;
    }

private:
    static std::optional<std::string> notReplaceable(const fs::path& file) {
        struct stat status {};
        if (::lstat(file.c_str(), &status) != 0) return std::nullopt;
        if (S_ISDIR(status.st_mode)) return "is a directory; write the path of a file";
        return notReplacedBecause(status.st_mode);
    }

    [[nodiscard]] std::optional<Finding> outsideOfSandbox(const std::string& path) const {
        if (!isMachine_) return std::nullopt;
        const auto holdsIt = [&](const std::string& folder) { return liesBelow(path, folder); };
        const auto writes = [&](const auto& folders) { return std::ranges::any_of(folders, holdsIt); };
        if (holdsIt("/etc") || std::ranges::all_of(writable_, writes)) return std::nullopt;
        return Finding{Severity::warning,
                       fmt::format("lies outside of /etc, where scepd-deploy may not write; run systemctl edit {} and "
                                   "add a line ReadWritePaths={} below [Service] of both",
                                   fmt::join(installers, " "), fs::path(path).parent_path().string())};
    }

    const fs::path& root_;
    bool isMachine_;
    MountTable mounts_;
    fs::path realRoot_;
    RealPaths realPaths_;
    Folders folders_;
    std::vector<std::vector<std::string>> writable_; ///< For each of the installers, beside /etc.
};

} // namespace

std::vector<Diagnostic> checkTargets(const Profile& profile, const fs::path& root) {
    std::vector<Diagnostic> diagnostics;
    Ground ground(root);
    for (const auto& certificate : profile.certificates) {
        for (const auto& target : certificate.targets) {
            const auto line = target.line > 0 ? target.line : certificate.line;
            for (const auto& file : filesOf(resolveTarget(target, certificate))) {
                for (const auto& finding : ground.complaintsAbout(file.path))
                    diagnostics.push_back({profile.file, line, 1, finding.severity,
                                           fmt::format("{} {} {}", file.key, inQuotes(file.path), finding.text)});
            }
        }
    }
    return diagnostics;
}

} // namespace scepd::profile
