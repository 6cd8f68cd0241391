#include "base/hash.hpp"

#include <gtest/gtest.h>

namespace scepd {
namespace {

TEST(StableHash, IsFnv1aSoThatEveryVersionSaysTheSame) {
    EXPECT_EQ(stableHash(""), 0xcbf29ce484222325U);
    EXPECT_EQ(stableHash("a"), 0xaf63dc4c8601ec8cU);
    EXPECT_EQ(stableHash("foobar"), 0x85944171f73967e8U);
}

TEST(StableHash, ChainsTexts) {
    EXPECT_EQ(stableHash("bar", stableHash("foo")), stableHash("foobar"));
}

} // namespace
} // namespace scepd
