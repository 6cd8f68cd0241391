#include "ctl/checkup.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <grp.h>
#include <pwd.h>

namespace scepd::ctl {
namespace {

constexpr auto make = "systemd-sysusers scepd.conf, then \"systemctl reload dbus\"";

Check checkUser(const std::string& user) {
    const auto subject = "user " + user;
    const auto* const entry = ::getpwnam(user.c_str());
    if (entry == nullptr) return failure(subject, "does not exist, and scepd runs as it", make);
    const auto group = groupName(entry->pw_gid);
    if (group == user) return fine(subject, fmt::format("number {}, in the group {}", entry->pw_uid, group));
    return failure(subject,
                   fmt::format("is in the group {}; profiles and secrets are readable for the group {}", group, user),
                   fmt::format("usermod --gid {0} {0}", user));
}

Check checkAdministrators(const std::string& group) {
    const auto subject = "group " + group;
    const auto* const entry = ::getgrnam(group.c_str());
    if (entry == nullptr)
        return warning(subject, "does not exist: only root may ask for certificates without a password", make);
    std::vector<std::string> members;
    for (auto* const* member = entry->gr_mem; *member != nullptr; ++member)
        members.emplace_back(*member);
    if (members.empty()) return fine(subject, "without members: root alone acts on certificates");
    return fine(subject, fmt::format("{} may act on certificates", fmt::join(members, ", ")));
}

} // namespace

Checks checkAccounts(const std::string& user, const std::string& administrators) {
    return {checkUser(user), checkAdministrators(administrators)};
}

} // namespace scepd::ctl
