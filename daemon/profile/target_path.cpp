#include "profile/target_path.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include <sys/stat.h>

namespace scepd::profile {
namespace {

/// Everything whose path begins like this belongs to `owner`. Without a slash at the end it covers the file, its
/// backups
/// ("-") and folders of the same name (".d").
struct Ground {
    std::string_view prefix;
    std::string_view owner;
};

constexpr std::array forbiddenGrounds{
    Ground{"/etc/passwd", "the user database"},
    Ground{"/etc/shadow", "the user database"},
    Ground{"/etc/group", "the user database"},
    Ground{"/etc/gshadow", "the user database"},
    Ground{"/etc/subuid", "the user database"},
    Ground{"/etc/subgid", "the user database"},
    Ground{"/etc/sudo", "sudo"},
    Ground{"/etc/doas", "doas"},
    Ground{"/etc/cron", "cron"},
    Ground{"/etc/anacrontab", "cron"},
    Ground{"/var/spool/cron", "cron"},
    Ground{"/etc/systemd/", "systemd"},
    Ground{"/run/systemd/", "systemd"},
    Ground{"/lib/systemd/", "systemd"},
    Ground{"/usr/lib/systemd/", "systemd"},
    Ground{"/usr/local/lib/systemd/", "systemd"},
    Ground{"/etc/init", "the init system"},
    Ground{"/etc/rc", "the init system"},
    Ground{"/etc/tmpfiles.d/", "systemd"},
    Ground{"/etc/sysusers.d/", "systemd"},
    Ground{"/etc/udev/", "udev"},
    Ground{"/etc/modprobe.d/", "the kernel's modules"},
    Ground{"/etc/pam.", "PAM"},
    Ground{"/etc/security/", "PAM"},
    Ground{"/etc/ld.so.", "the dynamic linker"},
    Ground{"/etc/ssh/", "ssh"},
    Ground{"/etc/profile", "the shell's start"},
    Ground{"/etc/bash", "the shell's start"},
    Ground{"/etc/zsh", "the shell's start"},
    Ground{"/etc/csh", "the shell's start"},
    Ground{"/etc/skel/", "the shell's start"},
    Ground{"/etc/environment", "the shell's start"},
    Ground{"/etc/dbus-1/", "D-Bus policy"},
    Ground{"/usr/share/dbus-1/", "D-Bus policy"},
    Ground{"/usr/local/share/dbus-1/", "D-Bus policy"},
    Ground{"/etc/polkit-1/", "polkit policy"},
    Ground{"/usr/share/polkit-1/", "polkit policy"},
    Ground{"/usr/local/share/polkit-1/", "polkit policy"},
    Ground{"/var/lib/polkit-1/", "polkit policy"},
    Ground{"/etc/scepd/", "scepd's configuration"},
    Ground{"/run/scepd/", "scepd's configuration"},
    Ground{"/usr/lib/scepd/", "scepd's configuration"},
    Ground{"/var/lib/scepd", "scepd's state"},
    Ground{"/proc/", "the kernel"},
    Ground{"/sys/", "the kernel"},
    Ground{"/dev/", "the kernel"},
};

/// Files that shells and ssh read in a home directory, wherever that lies.
constexpr std::array forbiddenNames{
    Ground{".ssh", "ssh"},
    Ground{".profile", "the shell's start"},
    Ground{".bashrc", "the shell's start"},
    Ground{".bash_profile", "the shell's start"},
    Ground{".bash_login", "the shell's start"},
    Ground{".zshrc", "the shell's start"},
    Ground{".zshenv", "the shell's start"},
};

bool liesOn(std::string_view path, std::string_view prefix) {
    return path.starts_with(prefix) || (prefix.ends_with('/') && path == prefix.substr(0, prefix.size() - 1));
}

std::string belongsTo(std::string_view owner) {
    return fmt::format("belongs to {}; a certificate is never installed there", owner);
}

} // namespace

std::optional<std::string> forbiddenBecause(const std::string& path) {
    for (const auto& [prefix, owner] : forbiddenGrounds)
        if (liesOn(path, prefix)) return belongsTo(owner);
    for (const auto& [name, owner] : forbiddenNames)
        if ((path + "/").find(fmt::format("/{}/", name)) != std::string::npos) return belongsTo(owner);
    return std::nullopt;
}

bool isMadeWhenMissing(const std::filesystem::path& directory) {
    return std::ranges::find(directory, "scepd") != directory.end();
}

std::optional<std::string> notEnteredBecause(mode_t mode) {
    if (S_ISDIR(mode)) return std::nullopt;
    if (S_ISLNK(mode))
        return "is a symlink, and certificates are not installed through symlinks; write the path that it leads to in "
               "the profile";
    return "is not a directory; remove it, or name another path in the profile";
}

std::optional<std::string> notReplacedBecause(mode_t mode) {
    if (S_ISREG(mode)) return std::nullopt;
    return fmt::format("is not a regular file{}; remove it, or name another path in the profile",
                       S_ISLNK(mode) ? " but a symlink" : "");
}

} // namespace scepd::profile
