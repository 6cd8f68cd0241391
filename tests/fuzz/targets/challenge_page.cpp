#include "fuzz/harness.hpp"
#include "scep/ndes_page.hpp"

#include <algorithm>
#include <string>

using namespace scepd;

namespace {

using Found = std::expected<Secret, scep::NdesTrouble>;

bool same(const Found& left, const Found& right) {
    if (left.has_value() != right.has_value()) return false;
    return left ? left->reveal() == right->reveal() : left.error() == right.error();
}

/// Nothing else may become the challengePassword of a request.
void requireChallenge(std::string_view challenge) {
    const auto isGraphic = [](char c) { return c > ' ' && c <= '~'; };
    fuzz::require(!challenge.empty() && challenge.size() <= 255, "a challenge has 1 to 255 characters");
    fuzz::require(std::ranges::all_of(challenge, isGraphic), "a challenge is one word of ASCII");
}

/// The page in UTF-16; `before` and `behind` are what stands around each character's byte.
std::string wide(std::string_view mark, std::string_view page, std::string_view before, std::string_view behind) {
    std::string text(mark);
    for (const char c : page)
        text.append(before).append(1, c).append(behind);
    return text;
}

} // namespace

/// The page on which a CA shows an administrator a challenge: whatever it is written in, it says the same.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto page = fuzz::textOf(data, size);
    const auto found = scep::readNdesPage(page);
    if (found) requireChallenge(found->reveal());
    if (!std::ranges::all_of(page, [](char c) { return c > '\0' && c <= '~'; })) return 0;
    const std::string_view zero("\0", 1);
    const auto bigEndian = wide("\xfe\xff", page, zero, "");
    const auto littleEndian = wide("\xff\xfe", page, "", zero);
    fuzz::require(same(scep::readNdesPage(bigEndian), found), "a page says the same in UTF-16, big end first");
    fuzz::require(same(scep::readNdesPage(littleEndian), found), "a page says the same in UTF-16, little end first");
    fuzz::require(same(scep::readNdesPage("\xef\xbb\xbf" + std::string(page)), found), "a mark in front says nothing");
    return 0;
}
