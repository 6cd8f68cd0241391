#include "scepd/told.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace scepd {
namespace {

using namespace std::chrono_literals;
using record::State;

constexpr Time start = never + 1000h;

TEST(Told, IsNothingTwiceWithinAnHour) {
    Told told;
    EXPECT_TRUE(told.isNews("a", start));
    EXPECT_FALSE(told.isNews("a", start + 59min));
    EXPECT_TRUE(told.isNews("a", start + 1h));
}

TEST(Told, KeepsLinesThatTakeTurnsApart) {
    Told told;
    EXPECT_TRUE(told.isNews("a", start));
    EXPECT_TRUE(told.isNews("b", start + 1min));
    EXPECT_FALSE(told.isNews("a", start + 2min));
    EXPECT_FALSE(told.isNews("b", start + 3min));
}

TEST(Told, IsNewsAgainAfterASuccessAndAfterAClockThatWasAhead) {
    Told told;
    told.isNews("a", start);
    told.forget();
    EXPECT_TRUE(told.isNews("a", start));
    EXPECT_TRUE(told.isNews("a", start - 24h));
}

TEST(Told, TheFirstStateIsNoChange) {
    Told told;
    EXPECT_FALSE(told.isChange(State::waiting));
    told.remember(State::waiting);
    EXPECT_FALSE(told.isChange(State::waiting));
    EXPECT_TRUE(told.isChange(State::failed));
}

} // namespace
} // namespace scepd
