#include "store/last_time.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "unit/base/temporary.hpp"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>

namespace scepd::store {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

const Time noon = parseRfc3339("2026-11-20T12:00:00Z");

class LastTimeTest : public testing::Test {
protected:
    test::TemporaryDirectory root;
    fs::path path = root / "var/lib/scepd/clock";
};

TEST_F(LastTimeTest, IsNeverWhenNothingWasNoted) {
    EXPECT_EQ(readLastTime(root.path()), never);
}

TEST_F(LastTimeTest, IsWhatWasNotedInWholeSeconds) {
    noteTime(root.path(), noon + 250ms);

    EXPECT_EQ(readLastTime(root.path()), noon);
    EXPECT_EQ(file::read(path), "2026-11-20T12:00:00Z\n");
}

TEST_F(LastTimeTest, IsNotedOnceAnHour) {
    noteTime(root.path(), noon);
    noteTime(root.path(), noon + 59min);
    EXPECT_EQ(readLastTime(root.path()), noon);
    noteTime(root.path(), noon + 1h);
    EXPECT_EQ(readLastTime(root.path()), noon + 1h);
}

TEST_F(LastTimeTest, IsTakenBackWhenItWasNotedByAClockThatWasAhead) {
    noteTime(root.path(), parseRfc3339("2036-11-20T12:00:00Z"));
    noteTime(root.path(), noon);
    EXPECT_EQ(readLastTime(root.path()), noon);
    noteTime(root.path(), noon - 59min);
    EXPECT_EQ(readLastTime(root.path()), noon) << "small corrections are not worth a write";
}

TEST_F(LastTimeTest, WhatIsNoTimeDoesNotCountAndIsReplaced) {
    for (const auto& damage : {std::string(), std::string("\n"), std::string("2026-11-20"), std::string("1795176000"),
                               std::string("2026-11-20T12:00:00Z\n\n"), std::string("2026-02-30T12:00:00Z"),
                               std::string("2026-11-20T12:00:00Z\0x", 22), std::string(2'000'000, '9')}) {
        root.write("var/lib/scepd/clock", damage);
        EXPECT_EQ(readLastTime(root.path()), never) << damage.substr(0, 40);
        noteTime(root.path(), noon);
        EXPECT_EQ(readLastTime(root.path()), noon);
    }
}

TEST_F(LastTimeTest, ATimeBeforeTheEpochIsNever) {
    root.write("var/lib/scepd/clock", "1969-12-31T23:59:59Z\n");
    EXPECT_EQ(readLastTime(root.path()), never);
}

TEST_F(LastTimeTest, WhatIsNoFileDoesNotCountAndIsSaidWhenATimeIsNoted) {
    fs::create_directories(path);
    EXPECT_EQ(readLastTime(root.path()), never);
    try {
        noteTime(root.path(), noon);
        FAIL() << "nothing was thrown";
    } catch (const Error& error) {
        EXPECT_EQ(error.fault(), Fault::local);
        EXPECT_THAT(error.what(), testing::HasSubstr(path.string()));
    }
}

} // namespace
} // namespace scepd::store
