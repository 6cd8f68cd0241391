#include "crypto/query.hpp"

#include "base/error.hpp"
#include "unit/crypto/party.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using namespace scepd::crypto;
using namespace scepd::test;
using testing::HasSubstr;

/// SEQUENCE { SEQUENCE { SET { SEQUENCE { CN, UTF8String "ca" } } }, INTEGER ... }
std::string query(const std::string& serial) {
    return element(0x30, element(0x30, element(0x31, element(0x30, oidElement("2.5.4.3") + element(0x0c, "ca")))) +
                             element(0x02, serial));
}

TEST(Query, IsForTheIssuerAndTheSerialNumberOfACertificate) {
    EXPECT_EQ(issuerAndSerialNumber(device().certificate), query("\x4d"));
}

TEST(Query, IsForASerialNumberOfACaOrOfTheCaOfAnRa) {
    const auto ra = issued({.subject = "CN=ra"}, testKey(3), ca());
    EXPECT_EQ(issuerAndSerialNumber(ca().certificate, "4d"), query("\x4d"));
    EXPECT_EQ(issuerAndSerialNumber(ra.certificate, "4d"), query("\x4d"));
}

TEST(Query, TakesSerialNumbersAsPeopleCopyThem) {
    EXPECT_EQ(issuerAndSerialNumber(ca().certificate, "0FF2B"), query(std::string("\0\xff\x2b", 3)));
    EXPECT_EQ(issuerAndSerialNumber(ca().certificate, "01:ff:2b"), query("\x01\xff\x2b"));
    EXPECT_EQ(issuerAndSerialNumber(ca().certificate, std::string(40, '7')), query(std::string(20, '\x77')));
}

TEST(Query, OfWhatIsNoSerialNumberIsAnErrorOfTheConfiguration) {
    for (const auto& serial : {std::string(), std::string("0x4d"), std::string("-1"), std::string("4d\n"),
                               std::string(41, '7'), std::string(":")})
        EXPECT_THAT(refusal([&] { issuerAndSerialNumber(ca().certificate, serial); }, Fault::configuration),
                    HasSubstr("not a serial number"));
}

} // namespace
