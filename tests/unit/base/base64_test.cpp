#include "base/base64.hpp"

#include <gtest/gtest.h>

namespace scepd {
namespace {

TEST(Base64, IsThatOfTheRfc) {
    EXPECT_EQ(base64(""), "");
    EXPECT_EQ(base64("f"), "Zg==");
    EXPECT_EQ(base64("fo"), "Zm8=");
    EXPECT_EQ(base64("foo"), "Zm9v");
    EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
    EXPECT_EQ(base64(std::string("\xff\xfe\x00", 3)), "//4A");
    EXPECT_EQ(base64("\xfb\xff\xfe"), "+//+");
}

TEST(Base64, IsOneLine) {
    EXPECT_EQ(base64(std::string(300, '\0')), std::string(400, 'A'));
}

TEST(Base64, InPemHasLinesOfSixtyFourCharacters) {
    EXPECT_EQ(pem("NOTE", std::string(49, '\0')),
              "-----BEGIN NOTE-----\n" + std::string(64, 'A') + "\nAA==\n-----END NOTE-----\n");
}

} // namespace
} // namespace scepd
