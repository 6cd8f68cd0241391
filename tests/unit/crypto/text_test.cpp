#include "crypto/text.hpp"

#include <gtest/gtest.h>

namespace {

using scepd::crypto::decodeBase64;
using scepd::crypto::hexOf;
using scepd::crypto::printable;
using scepd::crypto::unwrapped;
using namespace std::string_literals;

TEST(Text, KeepsWhatPeopleCanRead) {
    EXPECT_EQ(printable("Grüße aus 東京 🙂", 100), "Grüße aus 東京 🙂");
}

TEST(Text, ReplacesControlCharactersAndBrokenUtf8) {
    EXPECT_EQ(printable("a\x1b[31mb\0c"s, 100), "a?[31mb?c");
    EXPECT_EQ(printable("\xff\xc3_\xe2\x82", 100), "??"
                                                   "_??");
    EXPECT_EQ(printable("\xed\xa0\x80 \xc0\xaf", 100), "??? ??");
}

TEST(Text, ReplacesCharactersThatTurnTheLineAround) {
    EXPECT_EQ(printable("a\u202Eb", 100), "a???b");
}

TEST(Text, IsOneLine) {
    EXPECT_EQ(printable(" first\r\n\t second \n", 100), "first second");
}

TEST(Text, EndsAtItsLimitBetweenCharacters) {
    EXPECT_EQ(printable("0123456789", 5), "0123...");
    EXPECT_EQ(printable("aaüüü", 5), "aaü...");
}

TEST(Text, ReadsBase64WithAndWithoutPadding) {
    EXPECT_EQ(decodeBase64("MA=="), "0");
    EXPECT_EQ(decodeBase64("MDE="), "01");
    EXPECT_EQ(decodeBase64("MD\nEy\n"), "012");
    EXPECT_EQ(decodeBase64(""), "");
    EXPECT_EQ(decodeBase64("MA="), std::nullopt);
    EXPECT_EQ(decodeBase64("M"), std::nullopt);
    EXPECT_EQ(decodeBase64("MA==MA=="), std::nullopt);
    EXPECT_EQ(decodeBase64("<html>"), std::nullopt);
}

TEST(Text, WritesHex) {
    EXPECT_EQ(hexOf("\x00\xff\x10"s), "00ff10");
}

TEST(Text, TakesOffWhatTransportsWrapAroundDer) {
    const auto der = "\x30\x03\x02\x01\x05"s;
    EXPECT_EQ(unwrapped(der), der);
    EXPECT_EQ(unwrapped("\r\n" + der), der);
    EXPECT_EQ(unwrapped("MAMCAQU=\r\n"), der);
    EXPECT_EQ(unwrapped("-----BEGIN CMS-----\nMAMCAQU=\n-----END CMS-----\n"), der);
    EXPECT_EQ(unwrapped("<html>no"), "<html>no");
    EXPECT_EQ(unwrapped(""), "");
}

} // namespace
