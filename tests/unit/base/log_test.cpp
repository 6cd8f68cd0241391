#include "base/log.hpp"

#include "base/file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace scepd {
namespace {

std::string written(const std::string& text) {
    testing::internal::CaptureStderr();
    log::warning("{}", text);
    return testing::internal::GetCapturedStderr();
}

TEST(Log, WritesALine) {
    EXPECT_EQ(written("wifi: käse is no certificate"), "wifi: käse is no certificate\n");
}

TEST(Log, StaysOneLineWhateverSomebodyWroteIntoIt) {
    EXPECT_EQ(written("refused\nwifi: issued\r\tno"), "refused wifi: issued? no\n");
}

TEST(Log, GivesNoOrdersToATerminal) {
    EXPECT_EQ(written("a\x1b[2Jb\x7f c\xc2\x9b[m"), "a?[2Jb? c?[m\n");
    EXPECT_EQ(written("cut\xc2"), "cut\xc2\n");
}

TEST(Log, GoesWhereItIsDiverted) {
    std::string diverted;
    {
        const log::Diversion diversion([&](log::Level level, const std::string& line) {
            diverted += fmt::format("{} {}|", static_cast<int>(level), line);
        });
        EXPECT_EQ(written("wifi: a\nb"), "");
    }
    EXPECT_EQ(diverted, "4 wifi: a b|");
    EXPECT_EQ(written("wifi: c"), "wifi: c\n");
}

TEST(Log, ThatCannotBeWrittenStopsNobody) {
    const UniqueFd before(::dup(STDERR_FILENO));
    const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    ASSERT_TRUE(before && full);
    ::dup2(full.get(), STDERR_FILENO);
    EXPECT_NO_THROW(log::warning("nobody reads this"));
    ::dup2(before.get(), STDERR_FILENO);
}

} // namespace
} // namespace scepd
