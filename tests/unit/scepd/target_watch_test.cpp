#include "scepd/target_watch.hpp"

#include "temporary_root.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace scepd {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// Watches of all inotify descriptors of this process.
std::size_t watchesOfThisProcess() {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator("/proc/self/fdinfo")) {
        std::ifstream info(entry.path());
        for (std::string line; std::getline(info, line);)
            count += line.starts_with("inotify wd:") ? 1U : 0U;
    }
    return count;
}

class TargetWatchTest : public testing::Test {
protected:
    TargetWatchTest() {
        root.write("etc/ssl/a/cert.pem", "certificate");
        root.write("etc/ssl/a/key.pem", "key");
    }

    void runUntil(const std::function<bool()>& condition) {
        bool late = false;
        const auto deadline = loop.after(10s, [&] { late = true; });
        while (!late && !condition())
            loop.turn();
        ASSERT_TRUE(condition()) << "told " << testing::PrintToString(told);
    }
    /// The next thing that is told.
    TargetWatch::Paths next() {
        const auto before = told.size();
        runUntil([&] { return told.size() > before; });
        return told.empty() ? TargetWatch::Paths() : told.back();
    }

    test::TemporaryRoot root;
    Loop loop;
    std::vector<TargetWatch::Paths> told;
    TargetWatch watch{loop, root.path(), [this](const auto& paths) { told.push_back(paths); }};
};

TEST_F(TargetWatchTest, TellsOfAFileThatIsRemovedWrittenReplacedOrOpened) {
    watch.watch({"/etc/ssl/a"});
    const std::function<void()> changes[]{
        [&] { fs::remove(root / "etc/ssl/a/key.pem"); },
        [&] { root.write("etc/ssl/a/key.pem", "another key"); },
        [&] { ::chmod((root / "etc/ssl/a/key.pem").c_str(), 0666); },
        [&] {
            root.write("etc/ssl/new", "key", 0600);
            fs::rename(root / "etc/ssl/new", root / "etc/ssl/a/key.pem");
        },
        [&] { fs::rename(root / "etc/ssl/a/key.pem", root / "etc/ssl/away"); },
    };
    for (const auto& change : changes) {
        change();
        EXPECT_THAT(next(), ElementsAre("/etc/ssl/a/key.pem"));
    }
}

TEST_F(TargetWatchTest, TellsWhatHappensTogetherAtOnce) {
    watch.watch({"/etc/ssl/a"});
    root.write("etc/ssl/a/cert.pem", "another certificate");
    root.write("etc/ssl/a/key.pem", "another key");

    EXPECT_THAT(next(), ElementsAre("/etc/ssl/a/cert.pem", "/etc/ssl/a/key.pem"));
    EXPECT_THAT(told, SizeIs(1));
}

TEST_F(TargetWatchTest, TellsAlsoWhileSomebodyWritesAllTheTime) {
    watch.watch({"/etc/ssl/a"});
    Loop::Handle again;
    unsigned writes = 0;
    const std::function<void()> write = [&] {
        root.write("etc/ssl/a/key.pem", std::to_string(++writes));
        again = loop.after(100ms, write);
    };
    write();

    EXPECT_THAT(next(), ElementsAre("/etc/ssl/a/key.pem"));
    EXPECT_LT(writes, 30U);
}

TEST_F(TargetWatchTest, TellsAFolderThatAppears) {
    watch.watch({"/etc/nginx/scepd/web"});
    root.write("etc/nginx/scepd/web/key.pem", "key");

    EXPECT_THAT(next(), ElementsAre("/etc/nginx/scepd/web"));
    fs::remove(root / "etc/nginx/scepd/web/key.pem");
    EXPECT_THAT(next(), ElementsAre("/etc/nginx/scepd/web/key.pem"));
}

TEST_F(TargetWatchTest, TellsAFolderThatIsRemovedAndMadeAnew) {
    watch.watch({"/etc/ssl/a"});
    fs::remove_all(root / "etc/ssl");
    EXPECT_THAT(next(), testing::Contains("/etc/ssl/a"));

    root.write("etc/ssl/a/key.pem", "key");
    EXPECT_THAT(next(), ElementsAre("/etc/ssl/a"));
}

TEST_F(TargetWatchTest, TellsAFolderThatAnotherTakesThePlaceOf) {
    watch.watch({"/etc/ssl/a"});
    fs::rename(root / "etc/ssl/a", root / "etc/ssl/old");
    root.write("etc/ssl/a/key.pem", "key");
    EXPECT_THAT(next(), ElementsAre("/etc/ssl/a"));

    root.write("etc/ssl/old/key.pem", "nobody reads this");
    root.write("etc/ssl/a/cert.pem", "certificate");
    EXPECT_THAT(next(), ElementsAre("/etc/ssl/a/cert.pem"));
}

TEST_F(TargetWatchTest, DoesNotTellWhatHappensBesideAMissingFolder) {
    watch.watch({"/etc/ssl/a", "/etc/nginx/scepd/web"});
    root.write("etc/resolv.conf", "nameserver 192.0.2.1");
    root.write("etc/ssl/a/key.pem", "another key");

    EXPECT_THAT(next(), ElementsAre("/etc/ssl/a/key.pem"));
}

TEST_F(TargetWatchTest, NeedsOneWatchForAFolderWhateverItHolds) {
    for (unsigned i = 0; i < 100; ++i)
        root.write("etc/ssl/a/" + std::to_string(i), "file");
    watch.watch({"/etc/ssl/a"});
    EXPECT_EQ(watchesOfThisProcess(), 1U);
    watch.watch({"/etc/ssl/a", "/etc/missing/one", "/etc/missing/two"});
    EXPECT_EQ(watchesOfThisProcess(), 2U) << "both wait in /etc";
    watch.watch({});
    EXPECT_EQ(watchesOfThisProcess(), 0U);
}

TEST_F(TargetWatchTest, DoesNotTellWhatWasThereBefore) {
    watch.watch({"/etc/ssl/a"});
    root.write("etc/ssl/b/key.pem", "key");
    watch.watch({"/etc/ssl/a", "/etc/ssl/b"});
    root.write("etc/ssl/a/key.pem", "another key");

    EXPECT_THAT(next(), ElementsAre("/etc/ssl/a/key.pem"));
}

TEST_F(TargetWatchTest, LeavesAloneWhatItMayNotSee) {
    root.write("etc/file", "no folder");
    watch.watch({"/etc/file/a", "/etc/ssl/a"});
    root.write("etc/ssl/a/key.pem", "another key");

    EXPECT_THAT(next(), ElementsAre("/etc/ssl/a/key.pem"));
    EXPECT_THAT(told, SizeIs(1));
}

TEST(ATargetWatch, OfARootThatIsGoneIsQuiet) {
    Loop loop;
    TargetWatch watch(loop, "/nonexistent-root", [](const auto&) {});
    watch.watch({"/etc/ssl/a"});
    EXPECT_EQ(watchesOfThisProcess(), 0U);
}

} // namespace
} // namespace scepd
