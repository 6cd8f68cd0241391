#include "base/secret.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

namespace scepd {
namespace {

/// Storage of our own, so that what a dead Secret left in it can be looked at. The texts are short: they lie in the
/// Secret itself, not on the heap.
class Storage {
public:
    template <typename... Args>
    Secret* make(Args&&... args) {
        return new (bytes_.data()) Secret(std::forward<Args>(args)...);
    }

    [[nodiscard]] bool holds(std::string_view text) const {
        return std::string_view(reinterpret_cast<const char*>(bytes_.data()), bytes_.size()).find(text) !=
               std::string_view::npos;
    }

private:
    alignas(Secret) std::array<std::byte, sizeof(Secret)> bytes_{};
};

TEST(Secret, GivesItsCharactersToWhoeverAsksExplicitly) {
    const Secret secret(std::string("s3cret"));

    EXPECT_EQ(secret.reveal(), "s3cret");
    EXPECT_FALSE(secret.empty());
    EXPECT_TRUE(Secret().empty());
}

TEST(Secret, NothingConvertsItToText) {
    EXPECT_FALSE((std::is_convertible_v<Secret, std::string>));
    EXPECT_FALSE((std::is_convertible_v<Secret, std::string_view>));
    EXPECT_FALSE((std::is_convertible_v<std::string, Secret>));
}

TEST(Secret, IsWipedWhenItDies) {
    Storage storage;
    auto* secret = storage.make(std::string("s3cret"));
    ASSERT_TRUE(storage.holds("s3cret"));

    std::destroy_at(secret);

    EXPECT_FALSE(storage.holds("3cret"));
}

TEST(Secret, IsWipedWhereItWasMovedFrom) {
    Storage storage;
    auto* from = storage.make(std::string("s3cret"));
    const Secret to(std::move(*from));

    EXPECT_EQ(to.reveal(), "s3cret");
    EXPECT_TRUE(from->empty());
    EXPECT_FALSE(storage.holds("3cret"));
    std::destroy_at(from);
}

TEST(Secret, ACopyLivesOnItsOwn) {
    Secret copy;
    {
        const Secret original(std::string("s3cret"));
        copy = original;
        EXPECT_EQ(copy, original);
    }
    EXPECT_EQ(copy.reveal(), "s3cret");
}

TEST(Secret, AssigningASecretToItselfKeepsIt) {
    Secret secret(std::string("s3cret"));
    const auto& same = secret;
    secret = same;

    EXPECT_EQ(secret.reveal(), "s3cret");
}

TEST(Secret, AShorterSecretLeavesNothingOfTheLongerOneBehind) {
    Storage storage;
    auto* secret = storage.make(std::string("long-s3cret"));
    const Secret shorter(std::string("x"));
    *secret = shorter;

    EXPECT_EQ(secret->reveal(), "x");
    EXPECT_FALSE(storage.holds("s3cret"));
    std::destroy_at(secret);
}

TEST(Secret, DifferentCharactersAreDifferentSecrets) {
    EXPECT_NE(Secret(std::string("a")), Secret(std::string("b")));
}

} // namespace
} // namespace scepd
