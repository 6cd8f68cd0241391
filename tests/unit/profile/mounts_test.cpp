#include "profile/mounts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace scepd::profile;
using testing::HasSubstr;
using testing::Optional;

namespace {

const std::string writableRoot = "27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard\n";

} // namespace

TEST(Mounts, LetAFileBeReplacedOnAWritableFileSystem) {
    const MountTable table(writableRoot + "28 27 0:30 / /srv rw - tmpfs tmpfs rw\n");
    EXPECT_FALSE(table.cannotReplace("/etc/ssl/key.pem"));
    EXPECT_FALSE(table.cannotReplace("/srv/key.pem"));
}

TEST(Mounts, StandAgainstAReadOnlyFileSystem) {
    const MountTable table(writableRoot + "28 27 0:30 / /etc ro,relatime - squashfs /dev/loop0 ro,errors=continue\n");
    EXPECT_EQ(table.cannotReplace("/etc/ssl/key.pem"),
              "lies on a read-only file system (squashfs on /etc); choose a writable place or mount it writable");
    EXPECT_FALSE(table.cannotReplace("/etcetera/key.pem"));
}

TEST(Mounts, StandAgainstAnOverlayWithoutAnUpperLayer) {
    const MountTable table("27 1 0:30 / / ro - overlay overlay ro,lowerdir=/a:/b\n");
    EXPECT_THAT(table.cannotReplace("/etc/key.pem"),
                Optional(HasSubstr("lies on a read-only file system (overlay on /)")));
}

TEST(Mounts, StandAgainstAReadOnlyBindMount) {
    const MountTable table(writableRoot + "28 27 254:0 /x /etc/nginx ro,relatime - ext4 /dev/vda rw\n");
    EXPECT_EQ(table.cannotReplace("/etc/nginx/key.pem"),
              "lies on /etc/nginx, which is mounted read-only; choose a writable place or mount it writable");
}

TEST(Mounts, StandAgainstAFileThatIsItselfAMountPoint) {
    const MountTable table(writableRoot + "28 27 254:0 /x /etc/ssl/key.pem rw,relatime - ext4 /dev/vda rw\n");
    EXPECT_THAT(table.cannotReplace("/etc/ssl/key.pem"),
                Optional(HasSubstr("is a mount point, so renaming a new file onto it fails with EBUSY")));
    EXPECT_FALSE(table.cannotReplace("/etc/ssl/key.pem.new"));
}

TEST(Mounts, SayNothingOfTheMachineInsideAUnitsSandbox) {
    const MountTable sandbox(
        "27 1 254:0 / / ro,relatime - ext4 /dev/vda rw\n28 27 0:30 / /media ro - iso9660 /dev/sr0 ro\n");
    EXPECT_FALSE(sandbox.cannotReplace("/etc/ssl/key.pem"));
    EXPECT_TRUE(sandbox.cannotReplace("/media/key.pem"));
}

TEST(Mounts, CountTheOneMountedLast) {
    const MountTable table(writableRoot + "28 27 0:30 / /srv ro - tmpfs a ro\n29 28 0:31 / /srv rw - tmpfs b rw\n");
    EXPECT_FALSE(table.cannotReplace("/srv/key.pem"));
}

TEST(Mounts, ReadEscapedNamesAndLeaveOutWhatTheyDoNotUnderstand) {
    const MountTable table(writableRoot +
                           "nonsense\n\n1 2 3\n28 27 0:30 / /my\\040keys ro shared:1 master:2 - tmpfs t ro\n");
    EXPECT_TRUE(table.cannotReplace("/my keys/key.pem"));
    EXPECT_FALSE(MountTable("").cannotReplace("/etc/key.pem"));
    EXPECT_FALSE(MountTable("28 27 0:30 / /a\\39 ro - tmpfs t ro").cannotReplace("/etc/key.pem"));
}
