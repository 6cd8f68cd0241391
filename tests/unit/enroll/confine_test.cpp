#include "enroll/confine.hpp"

#include "temporary_root.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

bool kernelHasLandlock() {
    return ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 1;
}

/// 0 when a file can be made there, else errno.
int attemptToWrite(const fs::path& path) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return errno;
    ::close(fd);
    return 0;
}

/// Two folders in a temporary directory.
class Confinement : public testing::Test {
protected:
    Confinement() {
        fs::create_directory(root_ / "mine");
        fs::create_directory(root_ / "other");
    }
    scepd::test::TemporaryRoot root_;
};

// The functions bind the process for good: each death test's child tries them.

TEST_F(Confinement, LeavesOneFolderWritable) {
    const int expected = kernelHasLandlock() ? EACCES : 0;
    EXPECT_EXIT(
        {
            scepd::enroll::confineWrites(root_ / "mine");
            const bool mine = attemptToWrite(root_ / "mine" / "file") == 0 &&
                              ::rename((root_ / "mine" / "file").c_str(), (root_ / "mine" / "renamed").c_str()) == 0;
            const bool other = attemptToWrite(root_ / "other" / "file") == expected;
            const bool nowhere = attemptToWrite("/dev/null") == 0;
            std::_Exit(mine && other && nowhere ? 0 : 1);
        },
        testing::ExitedWithCode(0), "");
}

TEST_F(Confinement, OfALookerLeavesNothingWritable) {
    const int expected = kernelHasLandlock() ? EACCES : 0;
    EXPECT_EXIT(
        {
            scepd::enroll::confineWrites(std::nullopt);
            std::_Exit(attemptToWrite(root_ / "mine" / "file") == expected ? 0 : 1);
        },
        testing::ExitedWithCode(0), "");
}

TEST_F(Confinement, KeepsMemoryAndCoresToOurselves) {
    EXPECT_EXIT(
        {
            scepd::enroll::keepToOurselves();
            rlimit cores{};
            ::getrlimit(RLIMIT_CORE, &cores);
            const bool closed = ::prctl(PR_GET_DUMPABLE) == 0 && cores.rlim_max == 0 && ::umask(0) == 077;
            std::_Exit(closed ? 0 : 1);
        },
        testing::ExitedWithCode(0), "");
}

} // namespace
