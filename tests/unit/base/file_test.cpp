#include "base/file.hpp"

#include "base/error.hpp"
#include "temporary_root.hpp"

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

namespace scepd {
namespace {

namespace fs = std::filesystem;
using test::namesIn;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// The sentence of the local error that `body` throws.
std::string errorOf(const std::function<void()>& body) {
    try {
        body();
    } catch (const Error& error) {
        EXPECT_EQ(error.fault(), Fault::local);
        return error.what();
    }
    return "no error";
}

struct stat statusOf(const fs::path& path) {
    struct stat status {};
    EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
    return status;
}

mode_t modeOf(const fs::path& path) {
    return statusOf(path).st_mode & 07777U;
}

class File : public testing::Test {
protected:
    test::TemporaryRoot directory;
};

TEST_F(File, IsReadAsItIs) {
    const std::string content("two\nlines and a \0 byte", 22);
    directory.write("a", content);

    EXPECT_EQ(file::read(directory / "a"), content);
    EXPECT_EQ(file::readSecret(directory / "a").reveal(), content);
    EXPECT_EQ(file::readIfExists(directory / "a"), content);
}

TEST_F(File, ThatIsMissingIsAnErrorOrNothing) {
    EXPECT_THAT(errorOf([&] { file::read(directory / "a"); }),
                AllOf(HasSubstr((directory / "a").string()), HasSubstr("No such file")));
    EXPECT_EQ(file::readIfExists(directory / "a"), std::nullopt);
    EXPECT_EQ(file::readIfExists(directory / "no/such/folder"), std::nullopt);
}

TEST_F(File, OfExactlyOneMebibyteIsReadAndALargerOneIsRefused) {
    directory.write("largest", std::string(1048576, 'x'));
    directory.write("larger", std::string(1048577, 'x'));

    EXPECT_EQ(file::read(directory / "largest").size(), 1048576U);
    EXPECT_THAT(errorOf([&] { file::read(directory / "larger"); }), HasSubstr("larger than 1 MiB"));
    EXPECT_THAT(errorOf([&] { file::readIfExists(directory / "larger"); }), HasSubstr("larger than 1 MiB"));
}

TEST_F(File, WhoseSizeTheKernelDoesNotKnowIsReadAllTheSame) {
    EXPECT_THAT(file::read("/proc/self/status"), StartsWith("Name:"));
}

TEST_F(File, ThatIsNoRegularFileIsRefusedWithoutWaiting) {
    ASSERT_EQ(::mkfifo((directory / "fifo").c_str(), 0600), 0);

    EXPECT_THAT(errorOf([&] { file::read(directory / "fifo"); }), HasSubstr("not a regular file"));
    EXPECT_THAT(errorOf([&] { file::read(directory.path()); }), HasSubstr("not a regular file"));
    EXPECT_THAT(errorOf([&] { file::read("/dev/zero"); }), HasSubstr("not a regular file"));
}

TEST_F(File, IsReadThroughASymlink) {
    directory.write("a", "content");
    fs::create_symlink("a", directory / "link");

    EXPECT_EQ(file::read(directory / "link"), "content");
}

TEST_F(File, InsideAnUntrustedDirectoryIsReadByName) {
    directory.write("key.pem", "key");
    const auto open = file::openDirectory(directory.path());

    EXPECT_EQ(file::readInside(open.get(), directory.path(), "key.pem").reveal(), "key");
}

TEST_F(File, InsideAnUntrustedDirectoryIsNeitherSymlinkNorFifoNorLarge) {
    directory.write("secret", "of somebody else");
    fs::create_symlink("secret", directory / "link");
    ASSERT_EQ(::mkfifo((directory / "fifo").c_str(), 0600), 0);
    directory.write("larger", std::string(1048577, 'x'));
    const auto open = file::openDirectory(directory.path());
    const auto read = [&](const std::string& name) {
        return errorOf([&] { file::readInside(open.get(), directory.path(), name); });
    };

    EXPECT_THAT(read("link"), AllOf(HasSubstr((directory / "link").string()), HasSubstr("symbolic links")));
    EXPECT_THAT(read("fifo"), HasSubstr("not a regular file"));
    EXPECT_THAT(read("larger"), HasSubstr("larger than 1 MiB"));
    EXPECT_THAT(read("missing"), HasSubstr("No such file"));
}

TEST_F(File, ADirectoryIsNotOpenedThroughASymlink) {
    fs::create_directory(directory / "real");
    fs::create_directory_symlink("real", directory / "link");

    EXPECT_TRUE(file::openDirectory(directory / "real"));
    EXPECT_THAT(errorOf([&] { file::openDirectory(directory / "link"); }), HasSubstr((directory / "link").string()));
}

TEST_F(File, IsReplacedWithModeAndOwner) {
    const auto path = directory.write("a", "old");
    file::replace(path, "new", {.mode = 0640, .owner = ::geteuid(), .group = ::getegid()});

    EXPECT_EQ(file::read(path), "new");
    EXPECT_EQ(modeOf(path), 0640U);
    EXPECT_EQ(statusOf(path).st_uid, ::geteuid());
    EXPECT_THAT(namesIn(directory.path()), ElementsAre("a"));
}

TEST_F(File, IsPrivateUnlessSomebodySaysOtherwise) {
    file::replace(directory / "replaced", "key");
    file::create(directory / "created", "key");

    EXPECT_EQ(modeOf(directory / "replaced"), 0600U);
    EXPECT_EQ(modeOf(directory / "created"), 0600U);
}

TEST_F(File, GetsItsModeWhateverTheUmask) {
    const auto before = ::umask(0077);
    file::replace(directory / "a", "public", {.mode = 0664});
    ::umask(before);

    EXPECT_EQ(modeOf(directory / "a"), 0664U);
}

TEST_F(File, ThatIsReplacedIsAnotherFileForWhoeverHasTheOldOneOpen) {
    const auto path = directory.write("a", "old");
    fs::create_hard_link(path, directory / "other name");
    file::replace(path, "new");

    EXPECT_EQ(file::read(directory / "other name"), "old");
}

TEST_F(File, IsTheOldOneOrTheNewOneForAReaderAtAnyTime) {
    const std::string contents[]{std::string(70000, 'a'), std::string(90000, 'b')};
    const auto path = directory / "a";
    file::replace(path, contents[0]);
    std::atomic<bool> done = false;
    std::thread writer([&] {
        for (int i = 0; i < 200; ++i)
            file::replace(path, contents[i % 2]);
        done = true;
    });
    unsigned reads = 0;
    unsigned torn = 0;
    for (; !done || reads < 10; ++reads)
        if (const auto seen = file::read(path); seen != contents[0] && seen != contents[1]) ++torn;
    writer.join();

    EXPECT_EQ(torn, 0U) << "of " << reads;
    EXPECT_THAT(namesIn(directory.path()), ElementsAre("a"));
}

TEST_F(File, ThatCannotBeReplacedLeavesNoTemporaryFileBehind) {
    fs::create_directory(directory / "target");

    EXPECT_THAT(errorOf([&] { file::replace(directory / "target", "content"); }),
                HasSubstr((directory / "target").string()));
    EXPECT_THAT(errorOf([&] { file::replaceLink(directory / "target", "a"); }),
                HasSubstr((directory / "target").string()));
    EXPECT_THAT(namesIn(directory.path()), ElementsAre("target"));
}

TEST_F(File, ThatAKilledWriterLeftIsReplacedByTheNextOne) {
    const auto path = directory.write("a", "old");
    const pid_t writer = ::fork();
    if (writer == 0) {
        const rlimit oneByte{1, 1};
        ::setrlimit(RLIMIT_FSIZE, &oneByte); // SIGXFSZ kills it in the middle of its temporary file
        file::replace(path, "new");
        ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(writer, &status, 0), writer);
    ASSERT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(file::read(path), "old");

    file::replace(path, "newer");
    EXPECT_THAT(namesIn(directory.path()), ElementsAre("a"));
}

TEST_F(File, InADirectoryThatIsMissingCannotBeReplaced) {
    EXPECT_THAT(errorOf([&] { file::replace(directory / "no/such", "content"); }), HasSubstr("No such file"));
    EXPECT_THAT(namesIn(directory.path()), IsEmpty());
}

TEST_F(File, ALinkIsReplacedByALink) {
    file::replaceLink(directory / "current", "generation-1");
    file::replaceLink(directory / "current", "generation-2");

    EXPECT_EQ(fs::read_symlink(directory / "current"), "generation-2");
    EXPECT_THAT(namesIn(directory.path()), ElementsAre("current"));
}

TEST_F(File, ThatIsCreatedMustNotExistYet) {
    file::create(directory / "a", "first", {.mode = 0644});

    EXPECT_THAT(errorOf([&] { file::create(directory / "a", "second"); }), HasSubstr("File exists"));
    EXPECT_EQ(file::read(directory / "a"), "first");
    EXPECT_EQ(modeOf(directory / "a"), 0644U);
}

TEST_F(File, IsNotCreatedThroughADanglingSymlink) {
    fs::create_symlink("elsewhere", directory / "a");

    EXPECT_THAT(errorOf([&] { file::create(directory / "a", "content"); }), HasSubstr("File exists"));
    EXPECT_FALSE(fs::exists(directory / "elsewhere"));
}

TEST_F(File, IsCreatedInsideAnOpenDirectoryEvenIfThatWasRenamed) {
    fs::create_directory(directory / "before");
    const auto open = file::openDirectory(directory / "before");
    fs::rename(directory / "before", directory / "after");
    file::createInside(open.get(), directory / "before", "a", "content", {.mode = 0644});

    EXPECT_EQ(file::read(directory / "after/a"), "content");
    EXPECT_EQ(modeOf(directory / "after/a"), 0644U);
}

TEST_F(File, DirectoriesAreMadeWithTheirParents) {
    file::makeDirectories(directory / "a/b/c", 0700);
    file::makeDirectories(directory / "a/b/c", 0755);

    EXPECT_EQ(modeOf(directory / "a"), 0700U);
    EXPECT_EQ(modeOf(directory / "a/b/c"), 0700U) << "what exists is left as it is";
}

TEST_F(File, ADirectoryIsNotMadeWhereSomethingElseLies) {
    directory.write("a", "content");
    fs::create_symlink("nowhere", directory / "dangling");

    EXPECT_THAT(errorOf([&] { file::makeDirectories(directory / "a", 0700); }), HasSubstr("File exists"));
    EXPECT_THAT(errorOf([&] { file::makeDirectories(directory / "a/b", 0700); }),
                HasSubstr((directory / "a").string()));
    EXPECT_THAT(errorOf([&] { file::makeDirectories(directory / "dangling", 0700); }), HasSubstr("File exists"));
}

TEST_F(File, ADirectoryWhoseNameIsTooLongIsAnErrorOfOurs) {
    EXPECT_THAT(errorOf([&] { file::makeDirectories(directory / std::string(300, 'x'), 0700); }),
                HasSubstr("name too long"));
}

TEST_F(File, ThatIsMissingIsRemovedWithoutAWord) {
    directory.write("a", "content");
    file::removeIfExists(directory / "a");
    file::removeIfExists(directory / "a");

    EXPECT_THAT(namesIn(directory.path()), IsEmpty());
    EXPECT_THAT(errorOf([&] { file::removeIfExists(directory.path()); }), HasSubstr(directory.path().string()));
}

TEST_F(File, ThatIsWipedHasItsBytesOverwrittenAndIsGone) {
    const auto path = directory.write("key.pem", "secret key");
    fs::create_hard_link(path, directory / "same bytes");
    file::wipe(path);

    EXPECT_FALSE(fs::exists(path));
    EXPECT_EQ(file::read(directory / "same bytes"), std::string(10, '\0'));
}

TEST_F(File, WipingFollowsNoSymlinkAndWaitsForNoFifo) {
    directory.write("precious", "content");
    fs::create_symlink("precious", directory / "link");
    ASSERT_EQ(::mkfifo((directory / "fifo").c_str(), 0600), 0);
    file::wipe(directory / "link");
    file::wipe(directory / "fifo");
    file::wipe(directory / "missing");

    EXPECT_EQ(file::read(directory / "precious"), "content");
    EXPECT_THAT(namesIn(directory.path()), ElementsAre("precious"));
}

TEST_F(File, ADescriptorIsClosedWithItsOwner) {
    int number = -1;
    {
        UniqueFd first(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        number = first.get();
        const UniqueFd second = std::move(first);
        EXPECT_FALSE(first);
        EXPECT_EQ(second.get(), number);
    }
    EXPECT_EQ(::fcntl(number, F_GETFD), -1);
}

} // namespace
} // namespace scepd
