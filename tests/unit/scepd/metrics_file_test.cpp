#include "scepd/metrics_file.hpp"

#include "base/file.hpp"
#include "temporary_root.hpp"

#include <chrono>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace scepd {
namespace {

using namespace std::chrono_literals;
using test::TemporaryRoot;
using testing::HasSubstr;

namespace fs = std::filesystem;

class MetricsFileTest : public testing::Test {
protected:
    void update(const MetricsFile::Path& where, const std::string& text, Duration uptime = 1h) {
        file.update(
            where, [&] { return text; }, uptime);
    }
    /// What the log says meanwhile.
    std::string logOf(const std::string& text, Duration uptime) {
        testing::internal::CaptureStderr();
        update(nowhere, text, uptime);
        return testing::internal::GetCapturedStderr();
    }
    static ino_t inode(const fs::path& of) {
        struct stat facts {};
        return ::stat(of.c_str(), &facts) == 0 ? facts.st_ino : 0;
    }

    TemporaryRoot root;
    fs::path path = root / "scepd.prom", other = root / "other.prom", nowhere = root / "missing/scepd.prom";
    MetricsFile file;
};

TEST_F(MetricsFileTest, IsReadableByEveryoneWhateverTheUmask) {
    const auto before = ::umask(0077);
    update(path, "a 1\n");
    ::umask(before);
    EXPECT_EQ(file::read(path), "a 1\n");
    EXPECT_EQ(fs::status(path).permissions(), fs::perms(0644));
}

TEST_F(MetricsFileTest, IsReplacedWhenItSaysSomethingElseAndOnlyThen) {
    update(path, "a 1\n");
    const auto first = inode(path);
    update(path, "a 1\n");
    EXPECT_EQ(inode(path), first);
    update(path, "a 2\n");
    EXPECT_NE(inode(path), first);
    EXPECT_EQ(file::read(path), "a 2\n");
}

TEST_F(MetricsFileTest, GoesWithTheKeyAndWithTheDaemon) {
    update(path, "a 1\n");
    update(std::nullopt, "a 1\n");
    EXPECT_FALSE(fs::exists(path));
    update(path, "a 1\n");
    EXPECT_TRUE(fs::exists(path));
    {
        MetricsFile ends;
        ends.update(
            other, [] { return "b 1\n"; }, 1h);
        EXPECT_TRUE(fs::exists(other));
    }
    EXPECT_FALSE(fs::exists(other));
}

TEST_F(MetricsFileTest, MovesWhenTheKeySaysAnotherPath) {
    update(path, "a 1\n");
    update(other, "a 1\n");
    EXPECT_FALSE(fs::exists(path));
    EXPECT_EQ(file::read(other), "a 1\n");
}

TEST_F(MetricsFileTest, WithoutAPathAsksForNoText) {
    file.update(
        std::nullopt,
        []() -> std::string {
            ADD_FAILURE() << "nobody wants it";
            return {};
        },
        1h);
}

TEST_F(MetricsFileTest, ThatCannotBeWrittenIsSaidOnceAnHourWithPathCauseAndRemedy) {
    const auto said = logOf("a 1\n", 1h);
    EXPECT_THAT(said, HasSubstr("missing/"));
    EXPECT_THAT(said, HasSubstr("No such file or directory"));
    EXPECT_THAT(said, HasSubstr("Remedy: "));
    EXPECT_EQ(logOf("a 1\n", 1h + 1min), "");
    EXPECT_EQ(logOf("a 2\n", 1h + 59min), "");
    EXPECT_THAT(logOf("a 2\n", 2h), HasSubstr("not written"));
}

TEST_F(MetricsFileTest, IsWrittenAsSoonAsThatIsPossible) {
    EXPECT_THAT(logOf("a 1\n", 1h), HasSubstr("not written"));
    fs::create_directory(nowhere.parent_path());
    EXPECT_EQ(logOf("a 1\n", 1h + 1s), "");
    EXPECT_EQ(file::read(nowhere), "a 1\n");
}

} // namespace
} // namespace scepd
