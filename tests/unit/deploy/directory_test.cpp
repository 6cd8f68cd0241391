#include "deploy/directory.hpp"

#include "support.hpp"

#include <gmock/gmock.h>

namespace scepd::deploy::test {
namespace {

using ::testing::HasSubstr;

TEST(Directory, IsOpenedBelowTheRootAndNamesItself) {
    const TemporaryRoot root;
    makeDirectory(root.path() / "etc/ssl");
    EXPECT_EQ(Directory::open(root.path(), "/etc/ssl").path(), root.path() / "etc/ssl");
}

TEST(Directory, ThatIsMissingIsAnErrorOrMadeForEveryoneToRead) {
    const TemporaryRoot root;
    EXPECT_THAT(errorOf([&] { Directory::open(root.path(), "/etc/x"); }).what(), HasSubstr("does not exist"));
    EXPECT_FALSE(Directory::openIfExists(root.path(), "/etc/x"));
    const auto before = ::umask(0077);
    Directory::open(root.path(), "/etc/x/scepd", Directory::Missing::isMade);
    ::umask(before);
    EXPECT_EQ(modeOf(root.path() / "etc"), 0755U);
    EXPECT_EQ(modeOf(root.path() / "etc/x/scepd"), 0755U);
}

TEST(Directory, BehindASymlinkAnywhereInItsPathIsRefused) {
    const TemporaryRoot root;
    makeDirectory(root.path() / "srv/real/inner");
    fs::create_directory_symlink("real", root.path() / "srv/link");
    for (const auto* path : {"/srv/link", "/srv/link/inner"}) {
        EXPECT_THAT(errorOf([&] { Directory::open(root.path(), path); }).what(), HasSubstr("srv/link is a symlink"));
    }
}

TEST(Directory, ThatOthersCanWriteIsRefusedHoweverFarUp) {
    const TemporaryRoot root;
    makeDirectory(root.path() / "etc/ssl");
    ::chmod((root.path() / "etc").c_str(), 0777);
    EXPECT_THAT(errorOf([&] { Directory::open(root.path(), "/etc/ssl"); }).what(),
                HasSubstr("etc can be written by others (mode 0777)"));
    ::chmod((root.path() / "etc").c_str(), 01777);
    EXPECT_THROW(Directory::open(root.path(), "/etc/ssl"), Error)
        << "a sticky bit does not help: a missing name is free";
}

TEST(Directory, DoesNotLeadOutOfTheRoot) {
    const TemporaryRoot root;
    makeDirectory(root.path() / "inner");
    EXPECT_THROW(Directory::open(root.path() / "inner", "/../../etc"), Error);
}

TEST(Directory, ReadsNoSymlinkAndReplacesALeftover) {
    const TemporaryRoot root;
    const auto directory = Directory::open(root.path(), "/");
    fs::create_symlink("/etc/passwd", root.path() / "link");
    EXPECT_THROW(static_cast<void>(directory.read("link")), Error);
    EXPECT_TRUE(S_ISLNK(directory.status("link")->st_mode));
    directory.create("link", "text", {.mode = 0640});
    EXPECT_EQ(readFile(root.path() / "link"), "text");
    EXPECT_EQ(modeOf(root.path() / "link"), 0640U);
    EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(root.path() / "link")));
}

TEST(Directory, ExchangesTwoFiles) {
    const TemporaryRoot root;
    const auto directory = Directory::open(root.path(), "/");
    directory.create("a", "1", {});
    directory.create("b", "2", {});
    directory.exchange("a", "b");
    EXPECT_EQ(readFile(root.path() / "a"), "2");
    EXPECT_EQ(readFile(root.path() / "b"), "1");
    directory.remove("a");
    directory.remove("a");
    EXPECT_THROW(directory.exchange("a", "b"), Error);
}

} // namespace
} // namespace scepd::deploy::test
