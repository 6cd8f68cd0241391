#include "base/log.hpp"

#include <gtest/gtest.h>

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

} // namespace
} // namespace scepd
