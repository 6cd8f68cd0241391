#include "crypto/cms.hpp"

#include "base/error.hpp"
#include "unit/crypto/party.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

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

TEST(Cms, ThatIsNoDerIsToldInOurWords) {
    const auto message = signedData({.content = "x"}, ca());
    const auto complaint = [](std::string_view bytes) {
        return refusal([&] { verify(bytes, {ca().certificate}, Strength::standard); });
    };
    EXPECT_EQ(complaint(std::string_view(message).substr(0, message.size() / 2)),
              "not a signed CMS message: an element is longer than the message");
    EXPECT_EQ(complaint("\x30"), "not a signed CMS message: it ends within an element");
    EXPECT_EQ(complaint("\x13\x01 "), "not a signed CMS message: an element is missing or another one than expected");
    EXPECT_EQ(complaint(""), "not a signed CMS message: it is empty");
}

TEST(Cms, MayHaveWhiteSpaceAndZerosBehindItsEndButNothingElse) {
    for (const bool ber : {false, true}) {
        const auto message = signedData({.content = "x", .ber = ber}, ca());
        const auto read = [&](const std::string& behind) {
            return verify(message + behind, {ca().certificate}, Strength::standard).content;
        };
        EXPECT_EQ(read(std::string("\r\n \0\0", 5)), "x");
        EXPECT_EQ(refusal([&] { read("\r\nbehind"); }), "not a signed CMS message: 8 bytes stand behind its end");
    }
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

TEST(CertificateKey, ThatIsSmallIsRefusedAndTheRemedyTold) {
    const auto complaint = [](EVP_PKEY* key, Strength strength) {
        const auto certificate = selfSigned({.subject = "CN=ca"}, Key(key)).certificate;
        return refusal([&] { requireKeyStrength(certificate, strength); });
    };
    constexpr auto replace = "which is too weak: its operator must replace it by one of at least RSA 2048 or EC P-224";
    for (const auto strength : {Strength::standard, Strength::legacyReplies, Strength::legacy}) {
        EXPECT_EQ(complaint(EVP_RSA_gen(2048), strength), "");
        EXPECT_EQ(complaint(EVP_EC_gen("P-224"), strength), "");
        EXPECT_EQ(complaint(EVP_RSA_gen(512), strength), std::string("CN=ca has the key RSA 512, ") + replace);
        EXPECT_EQ(complaint(EVP_EC_gen("P-192"), strength), std::string("CN=ca has the key EC P-192, ") + replace);
    }
    EXPECT_EQ(complaint(EVP_RSA_gen(1024), Strength::legacy), "");
    EXPECT_EQ(complaint(EVP_RSA_gen(1024), Strength::legacyReplies),
              std::string("CN=ca has the key RSA 1024, ") + replace + "; security = \"legacy\" accepts it");
}

TEST(CertificateSignature, WithAWeakDigestIsRefused) {
    const auto withDigest = [](const char* digest) { return selfSigned({.digest = digest}, testKey(1)).certificate; };
    EXPECT_NO_THROW(requireSignatureStrength(withDigest("SHA256"), Strength::standard));
    EXPECT_NO_THROW(requireSignatureStrength(withDigest("SHA512"), Strength::standard));
    EXPECT_NO_THROW(requireSignatureStrength(withDigest("SHA1"), Strength::legacyReplies));
    EXPECT_NO_THROW(requireSignatureStrength(withDigest("SHA1"), Strength::legacy));
    EXPECT_THAT(refusal([&] { requireSignatureStrength(withDigest("SHA1"), Strength::standard); }), HasSubstr("sha1"));
    EXPECT_THAT(refusal([&] { requireSignatureStrength(withDigest("MD5"), Strength::legacy); }), HasSubstr("md5"));
}

} // namespace
