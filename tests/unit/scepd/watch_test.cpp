#include "scepd/watch.hpp"

#include "base/file.hpp"
#include "base/loop.hpp"
#include "temporary_root.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include <gtest/gtest.h>

namespace scepd {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// A watch on a temporary root with an empty folder for profiles, and a challenge of which a profile would speak.
class ConfigurationWatchTest : public testing::Test {
protected:
    void runUntilTold(int times) {
        bool late = false;
        const auto deadline = loop.after(10s, [&] { late = true; });
        while (!late && changes < times)
            loop.turn();
        ASSERT_EQ(changes, times);
    }
    /// Longer than a file has to be quiet before it is told.
    void runForAWhile() {
        bool over = false;
        const auto end = loop.after(1500ms, [&] { over = true; });
        while (!over)
            loop.turn();
    }

    /// What lies there before it is watched.
    struct Root : test::TemporaryRoot {
        Root() {
            write("etc/scepd/secrets/office", "first");
            fs::create_directories(*this / "etc/scepd/profiles.d");
        }
    };

    Root root;
    fs::path profiles = root / "etc/scepd/profiles.d";
    fs::path challenge = root / "etc/scepd/secrets/office";
    Loop loop;
    int changes = 0;
    ConfigurationWatch watch{loop, root.path(), [this] { ++changes; }};
};

TEST_F(ConfigurationWatchTest, TellsOfAProfileThatIsRenamedIntoPlaceAndOfTheSettings) {
    file::replace(profiles / "office.toml", "[scep]\n");
    runUntilTold(1);
    file::replace(root / "etc/scepd/scepd.toml", "groups = []\n");
    runUntilTold(2);
}

TEST_F(ConfigurationWatchTest, TellsOfAFollowedFileThatIsReplacedWrittenInPlaceOrRemoved) {
    watch.follow({challenge});
    file::replace(challenge, "second");
    runUntilTold(1);
    root.write("etc/scepd/secrets/office", "third");
    runUntilTold(2);
    fs::remove(challenge);
    runUntilTold(3);
}

TEST_F(ConfigurationWatchTest, SaysNothingWhenAFollowedFileIsReadOrItsNeighboursChange) {
    watch.follow({challenge});
    EXPECT_EQ(file::read(challenge), "first");
    root.write("etc/scepd/secrets/other", "of somebody else");
    fs::create_directories(root / "etc/scepd/secrets/folder");
    runForAWhile();

    EXPECT_EQ(changes, 0);
}

TEST_F(ConfigurationWatchTest, SaysNothingOfAFileThatIsNotFollowedAnyMore) {
    watch.follow({challenge});
    watch.follow({});
    file::replace(challenge, "second");
    runForAWhile();

    EXPECT_EQ(changes, 0);
}

TEST_F(ConfigurationWatchTest, WaitsForTheFolderOfAFollowedFile) {
    watch.follow({root / "etc/pki/scep/ca.pem"});
    fs::create_directories(root / "etc/pki/scep");
    runUntilTold(1);
    root.write("etc/pki/scep/.ca.pem", "a certificate");
    fs::rename(root / "etc/pki/scep/.ca.pem", root / "etc/pki/scep/ca.pem");
    runUntilTold(2);
}

TEST_F(ConfigurationWatchTest, FollowsAFileBesideTheSettingsUnderAnotherNameOfTheirFolder) {
    fs::create_directory_symlink(root / "etc/scepd", root / "alias");
    watch.follow({root / "alias/ca.pem"});
    file::replace(root / "etc/scepd/ca.pem", "a certificate");
    runUntilTold(1);
    file::replace(root / "etc/scepd/scepd.toml", "groups = []\n");
    runUntilTold(2);
}

} // namespace
} // namespace scepd
