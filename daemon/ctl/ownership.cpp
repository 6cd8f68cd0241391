#include "ctl/ownership.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

namespace scepd::ctl {
namespace {

namespace fs = std::filesystem;

/// Nobody in particular: neither owner nor a member of any group.
const Account everybody{static_cast<uid_t>(-1), {}};

/// Whether the account has the right (4: read, 1: search), as the kernel decides it.
bool grants(const struct stat& status, const Account& account, unsigned right) {
    if (account.user == 0) return true;
    if (status.st_uid == account.user) return ((status.st_mode >> 6) & right) == right;
    if (std::ranges::find(account.groups, status.st_gid) != account.groups.end())
        return ((status.st_mode >> 3) & right) == right;
    return (status.st_mode & right) == right;
}

constexpr unsigned readRight = 4, searchRight = 1;

bool reaches(const fs::path& path, const Account& account, const fs::path& root) {
    for (auto folder = path.parent_path(); folder != root && folder != folder.parent_path();
         folder = folder.parent_path()) {
        struct stat status {};
        if (::stat(folder.c_str(), &status) != 0 || !grants(status, account, searchRight)) return false;
    }
    return true;
}

} // namespace

std::optional<Account> Account::named(const std::string& user) {
    const auto* const entry = ::getpwnam(user.c_str());
    if (entry == nullptr) return std::nullopt;
    Account account{entry->pw_uid, std::vector<gid_t>(64)};
    auto count = static_cast<int>(account.groups.size());
    ::getgrouplist(user.c_str(), entry->pw_gid, account.groups.data(), &count);
    account.groups.resize(std::min(account.groups.size(), static_cast<std::size_t>(count)));
    return account;
}

Account Account::own() {
    Account account{::geteuid(), std::vector<gid_t>(64)};
    const auto count = ::getgroups(static_cast<int>(account.groups.size()), account.groups.data());
    account.groups.resize(static_cast<std::size_t>(std::max(count, 0)));
    account.groups.push_back(::getegid());
    return account;
}

std::string userName(uid_t user) {
    const auto* const entry = ::getpwuid(user);
    return entry != nullptr ? entry->pw_name : std::to_string(user);
}

std::string groupName(gid_t group) {
    const auto* const entry = ::getgrgid(group);
    return entry != nullptr ? entry->gr_name : std::to_string(group);
}

Look::Look(fs::path path) : path_(std::move(path)) {
    if (::stat(path_.c_str(), &status_) != 0) error_ = errno;
}

bool Look::isMissing() const {
    return error_ == ENOENT || error_ == ENOTDIR;
}

std::string Look::text() const {
    return fmt::format("{}:{} {:04o}", userName(status_.st_uid), groupName(status_.st_gid), mode());
}

std::optional<Look::Trouble> Look::changeable(uid_t owner) const {
    if (status_.st_uid != owner && status_.st_uid != 0)
        return Trouble{fmt::format("belongs to {}, who could change it", userName(status_.st_uid)),
                       fmt::format("chown {} {}", userName(owner), path_.string())};
    const auto trustedGroup = owner == 0 ? 0 : ::getegid();
    const bool byGroup = (status_.st_mode & S_IWGRP) != 0 && status_.st_gid != 0 && status_.st_gid != trustedGroup;
    if (byGroup || (status_.st_mode & S_IWOTH) != 0)
        return Trouble{fmt::format("can be changed by others ({})", text()),
                       fmt::format("chmod go-w {}", path_.string())};
    return std::nullopt;
}

bool Look::readableBy(const Account& account, const fs::path& root) const {
    return reaches(path_, account, root) && grants(status_, account, isFolder() ? readRight | searchRight : readRight);
}

bool Look::readableByAll(const fs::path& root) const {
    return readableBy(everybody, root);
}

} // namespace scepd::ctl
