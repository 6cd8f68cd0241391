#include "schedule/spread.hpp"

#include "unit/schedule/samples.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace scepd::schedule {
namespace {

using namespace test;

TEST(Spread, IsTheSameOnEveryMachineAndInEveryVersion) {
    EXPECT_EQ(hash("0123456789abcdef0123456789abcdef", "wifi"), hash("0123456789abcdef0123456789abcdef", "wifi"));
    EXPECT_EQ(hash("0123456789abcdef0123456789abcdef", "wifi"), 0x73d68b9f26541f8eU);
    EXPECT_DOUBLE_EQ(share(1, 0), 0.33816660127198972);
}

TEST(Spread, DependsOnTheMachineAndOnTheCertificate) {
    EXPECT_NE(hash("a", "wifi"), hash("b", "wifi"));
    EXPECT_NE(hash("a", "wifi"), hash("a", "web"));
    EXPECT_NE(hash("ab", "c"), hash("a", "bc"));
    EXPECT_NE(share(1, 0), share(1, 1));
}

TEST(Spread, SharesLieBetweenZeroAndOneAndFillItEvenly) {
    std::array<int, 10> tenths{};
    for (int machine = 0; machine < 10'000; ++machine) {
        const auto value = share(hash(fmt::format("{:032x}", machine), "wifi"), 0);
        ASSERT_GE(value, 0.0);
        ASSERT_LT(value, 1.0);
        ++tenths.at(static_cast<std::size_t>(value * 10));
    }
    EXPECT_GT(*std::ranges::min_element(tenths), 900);
    EXPECT_LT(*std::ranges::max_element(tenths), 1100);
}

TEST(Spread, MakesRenewalEarlierByAtMostItsShareOfTheWindow) {
    Policy policy;
    policy.spread = 0.1;
    auto earliest = Time::max();
    auto latest = Time::min();
    for (policy.seed = 0; policy.seed < 2000; ++policy.seed) {
        const auto due = renewalDue(policy, held());
        earliest = std::min(earliest, due);
        latest = std::max(latest, due);
    }
    EXPECT_LE(latest, start + days(60));
    EXPECT_GT(latest, start + days(60) - 1h);
    EXPECT_GE(earliest, start + days(57));
    EXPECT_LT(earliest, start + days(57) + 1h);
}

TEST(Spread, OfZeroLeavesRenewalWhereTheRulePutsIt) {
    Policy policy;
    policy.spread = 0;
    for (policy.seed = 0; policy.seed < 100; ++policy.seed)
        EXPECT_EQ(renewalDue(policy, held()), start + days(60));
}

TEST(Spread, NeverPutsRenewalBeforeTheCertificateBegins) {
    Policy policy;
    policy.spread = 1;
    policy.renewBefore = Duration(days(89));
    for (policy.seed = 0; policy.seed < 100; ++policy.seed)
        EXPECT_GE(renewalDue(policy, held()), start);
}

} // namespace
} // namespace scepd::schedule
