#include "profile/mounts.hpp"
#include "profile/preset.hpp"
#include "profile/suggest.hpp"
#include "profile/surroundings.hpp"
#include "profile/target_path.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

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

/// Looks at the targets of a profile on the machine below one root.
class Ground {
public:
    explicit Ground(const fs::path& root) : root_(root), isMachine_(root == "/"), mounts_(MountTable::ofThisProcess()) {
        std::error_code failure;
        realRoot_ = fs::weakly_canonical(root, failure);
        if (!isMachine_) return;
        for (const auto* unit : installers)
            writable_.push_back(addedWritablePaths(unit));
    }

    struct Finding {
        Severity severity;
        std::string text;
    };

    [[nodiscard]] std::optional<Finding> complaintAbout(const std::string& target) {
        const auto real = realPaths_.of(root_ / target.substr(1));
        const auto inside = "/" + real.lexically_relative(realRoot_).string();
        if (inside != target)
            if (const auto reason = forbiddenBecause(inside))
                return Finding{Severity::error, fmt::format("is really {}, which {}", inQuotes(inside), *reason)};
        std::error_code failure;
        if (fs::is_directory(real, failure))
            return Finding{Severity::error, "is a directory; write the path of a file"};
        if (const auto reason = mounts_.cannotReplace(real)) return Finding{Severity::error, *reason};
        return isMachine_ ? outsideOfSandbox(inside) : std::nullopt;
    }

private:
    [[nodiscard]] std::optional<Finding> outsideOfSandbox(const std::string& path) const {
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
                if (auto finding = ground.complaintAbout(file.path))
                    diagnostics.push_back({profile.file, line, 1, finding->severity,
                                           fmt::format("{} {} {}", file.key, inQuotes(file.path), finding->text)});
            }
        }
    }
    return diagnostics;
}

} // namespace scepd::profile
