#include "deploy/verify.hpp"

#include "base/error.hpp"
#include "deploy/directory.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

namespace scepd::deploy {
namespace {

using Findings = std::vector<std::string>;

/// An owner of -1 stands for whoever this program runs as; the group is then left to the directory.
Findings compareStatus(const std::string& name, const struct stat& status, const file::Attributes& wanted) {
    constexpr auto unchanged = static_cast<uid_t>(-1);
    Findings findings;
    if (const mode_t mode = status.st_mode & 07777U; mode != wanted.mode)
        findings.push_back(fmt::format("{}: mode {:04o} instead of {:04o}", name, mode, wanted.mode));
    const auto owner = wanted.owner == unchanged ? ::geteuid() : wanted.owner;
    if (status.st_uid != owner)
        findings.push_back(fmt::format("{}: owner {} instead of {}", name, status.st_uid, owner));
    if (wanted.group != unchanged && status.st_gid != wanted.group)
        findings.push_back(fmt::format("{}: group {} instead of {}", name, status.st_gid, wanted.group));
    return findings;
}

/// A file of another size is not read: who knows how large it is.
Findings compareContent(const std::string& name, const Directory& directory, const struct stat& status,
                        const Secret& wanted) {
    if (status.st_size == 0) return {fmt::format("{} is empty", name)};
    const bool same =
        static_cast<std::size_t>(status.st_size) == wanted.reveal().size() && directory.read(name) == wanted;
    return same ? Findings() : Findings{fmt::format("{} holds something else", name)};
}

Findings compare(const std::filesystem::path& root, const PlannedFile& file) {
    const std::filesystem::path path(file.path);
    const auto name = path.filename().string();
    const auto directory = Directory::openIfExists(root, path.parent_path());
    const auto status = directory ? directory->status(name) : std::nullopt;
    if (!status) return {fmt::format("{} is missing", name)};
    if (!S_ISREG(status->st_mode)) return {fmt::format("{} is no longer a regular file", name)};
    auto findings = compareStatus(name, *status, file.attributes);
    std::ranges::move(compareContent(name, *directory, *status, file.content), std::back_inserter(findings));
    return findings;
}

} // namespace

std::string differences(const std::filesystem::path& root, const std::vector<PlannedFile>& files) {
    Findings all;
    for (const auto& file : files) {
        const auto findings = compare(root, file);
        all.insert(all.end(), findings.begin(), findings.end());
    }
    return fmt::format("{}", fmt::join(all, "; "));
}

} // namespace scepd::deploy
