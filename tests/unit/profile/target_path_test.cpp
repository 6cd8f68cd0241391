#include "profile/target_path.hpp"

#include <gtest/gtest.h>

using namespace scepd::profile;

TEST(TargetPaths, AreNeverThoseThatDecideWhoMayBecomeWhomOrWhatRootRuns) {
    for (const auto* path : {"/etc/passwd",
                             "/etc/passwd-",
                             "/etc/shadow",
                             "/etc/gshadow",
                             "/etc/group",
                             "/etc/subuid",
                             "/etc/sudoers",
                             "/etc/sudoers.d/x",
                             "/etc/crontab",
                             "/etc/cron.d/x",
                             "/etc/cron.daily/x",
                             "/var/spool/cron/crontabs/root",
                             "/etc/systemd/system/x.service",
                             "/run/systemd/system/x.service",
                             "/usr/lib/systemd/system/x",
                             "/lib/systemd/system/x",
                             "/etc/init.d/x",
                             "/etc/rc.local",
                             "/etc/pam.d/login",
                             "/etc/pam.conf",
                             "/etc/security/limits.conf",
                             "/etc/ld.so.preload",
                             "/etc/ld.so.conf.d/x",
                             "/etc/ssh/sshd_config",
                             "/root/.ssh/authorized_keys",
                             "/home/a/.ssh",
                             "/etc/profile",
                             "/etc/profile.d/x.sh",
                             "/etc/bash.bashrc",
                             "/root/.bashrc",
                             "/home/a/.profile",
                             "/etc/dbus-1/system.d/x.conf",
                             "/usr/share/dbus-1/system.d/x",
                             "/etc/polkit-1/rules.d/x",
                             "/usr/share/polkit-1/actions/x",
                             "/etc/scepd/profiles.d/x.toml",
                             "/etc/scepd",
                             "/run/scepd/profiles.d/x.toml",
                             "/var/lib/scepd/certificates/x",
                             "/proc/sys/kernel/core_pattern",
                             "/sys/x",
                             "/dev/sda",
                             "/etc/udev/rules.d/x"})
        EXPECT_TRUE(forbiddenBecause(path)) << path;
}

TEST(TargetPaths, AreFreeElsewhere) {
    for (const auto* path : {"/etc/ssl/scepd/a/key.pem", "/etc/nginx/scepd/web/key.pem",
                             "/etc/cockpit/ws-certs.d/50-scepd.key", "/srv/tls/key.pem", "/etc/sslx",
                             "/var/lib/postgresql/server.key", "/etc/swanctl/private/a.pem", "/home/a/profile.pem"})
        EXPECT_FALSE(forbiddenBecause(path)) << path;
}

TEST(TargetPaths, AreRefusedWithTheNameOfTheirOwner) {
    EXPECT_EQ(forbiddenBecause("/etc/pam.d/login"), "belongs to PAM; a certificate is never installed there");
}
