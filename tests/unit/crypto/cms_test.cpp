#include "crypto/cms.hpp"

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

TEST(Cms, OfAnotherTypeOrNoneIsRefused) {
    EXPECT_THAT(refusal([] { verify("junk", {ca().certificate}, Strength::standard); }),
                HasSubstr("not a signed CMS message"));
    EXPECT_THAT(refusal([] { verify(envelopedData("x", {ca().certificate}), {ca().certificate}, Strength::standard); }),
                HasSubstr("another type of CMS message"));
    EXPECT_THAT(refusal([] {
                    decrypt(signedData({.content = "x"}, ca()), {ca().certificate, ca().key}, Strength::standard);
                }),
                HasSubstr("another type of CMS message"));
    EXPECT_THAT(refusal([] { carriedCertificates(""); }), HasSubstr("not a list of certificates"));
}

TEST(Cms, CutAnywhereIsAnErrorAndNoCrash) {
    const auto message = signedData({.content = envelopedData("x", {device().certificate})}, ca());
    for (std::size_t length = 0; length < message.size(); length += 3)
        EXPECT_THROW(verify(std::string_view(message).substr(0, length), {ca().certificate}, Strength::standard),
                     Error);
    const auto envelope = envelopedData("x", {device().certificate});
    for (std::size_t length = 0; length < envelope.size(); length += 3)
        EXPECT_THROW(decrypt(std::string_view(envelope).substr(0, length), {device().certificate, device().key},
                             Strength::standard),
                     Error);
}

TEST(Cms, WithAnyByteFlippedIsNeverReadAsSomethingElse) {
    const auto envelope = envelopedData("the content", {device().certificate});
    for (std::size_t position = 0; position < envelope.size(); ++position) {
        auto touched = envelope;
        touched[position] = static_cast<char>(touched[position] ^ 0x55);
        try {
            decrypt(touched, {device().certificate, device().key}, Strength::legacy);
        } catch (const Error& error) {
            EXPECT_EQ(error.fault(), Fault::protocol) << position;
        }
    }
}

TEST(CertificateSignature, WithAWeakDigestIsRefused) {
    const auto withDigest = [](const char* digest) { return selfSigned({.digest = digest}, testKey(1)).certificate; };
    EXPECT_NO_THROW(requireSignatureStrength(withDigest("SHA256"), Strength::standard));
    EXPECT_NO_THROW(requireSignatureStrength(withDigest("SHA512"), Strength::standard));
    EXPECT_NO_THROW(requireSignatureStrength(withDigest("SHA1"), Strength::legacy));
    EXPECT_THAT(refusal([&] { requireSignatureStrength(withDigest("SHA1"), Strength::standard); }), HasSubstr("sha1"));
    EXPECT_THAT(refusal([&] { requireSignatureStrength(withDigest("MD5"), Strength::legacy); }), HasSubstr("md5"));
}

} // namespace
