#include "enroll/confine.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/process.hpp"

#include <csignal>
#include <cstdint>
#include <string>

#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace scepd::enroll {
namespace {

/// glibc has no functions for these calls.
template <typename... Args>
long call(long number, Args... args) {
    return ::syscall(number, args...);
}

/// Everything that changes files or directories, as far as this kernel's Landlock knows it.
std::uint64_t changes(long abi) {
    constexpr std::uint64_t truncate = 1ULL << 14U; // ABI 3, newer than Debian 12's headers
    std::uint64_t rights = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                           LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
                           LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                           LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
    if (abi >= 2) rights |= LANDLOCK_ACCESS_FS_REFER;
    if (abi >= 3) rights |= truncate;
    return rights;
}

bool allowBeneath(int ruleset, const std::filesystem::path& directory, std::uint64_t rights) {
    const UniqueFd folder(::open(directory.c_str(), O_PATH | O_CLOEXEC));
    if (!folder) return false;
    const landlock_path_beneath_attr rule{rights, folder.get()};
    return call(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

} // namespace

void keepToOurselves() {
    ::umask(077);
    process::keepMemoryPrivate();
    std::signal(SIGPIPE, SIG_IGN);
}

void confineWrites(const std::optional<std::filesystem::path>& directory) {
    const auto abi = call(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1) return;
    const auto rights = changes(abi);
    const landlock_ruleset_attr attributes{rights};
    const UniqueFd ruleset(static_cast<int>(call(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0)));
    if (!ruleset || (directory && !allowBeneath(ruleset.get(), *directory, rights))) return;
    allowBeneath(ruleset.get(), "/dev/null", LANDLOCK_ACCESS_FS_WRITE_FILE); // Where a challenge command may be silent.
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    call(SYS_landlock_restrict_self, ruleset.get(), 0);
}

void leaveRoot() {
    if (::geteuid() != 0) return;
    const auto* user = ::getpwnam("scepd");
    if (user == nullptr) user = ::getpwnam("nobody");
    if (user == nullptr) throw Error(Fault::local, "there is neither a user scepd nor a user nobody");
    if (::setgroups(0, nullptr) != 0 || ::setresgid(user->pw_gid, user->pw_gid, user->pw_gid) != 0 ||
        ::setresuid(user->pw_uid, user->pw_uid, user->pw_uid) != 0)
        throw systemError(std::string("become user ") + user->pw_name);
}

} // namespace scepd::enroll
