#include "crypto/cms.hpp"

#include "base/error.hpp"
#include "crypto/openssl.hpp"
#include "unit/crypto/party.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/asn1.h>
#include <openssl/x509.h>

namespace {

using namespace scepd;
using namespace scepd::crypto;
using namespace scepd::test;
using testing::HasSubstr;

constexpr auto statusOid = "2.16.840.1.113733.1.9.3";
constexpr auto nonceOid = "2.16.840.1.113733.1.9.6";

TEST(Signature, OfOursIsDerWithTheAttributesSigned) {
    const auto message = sign("content", device().certificate, device().key, Digest::sha256,
                              {{statusOid, SignedAttribute::Type::printableString, "0"},
                               {nonceOid, SignedAttribute::Type::octetString, std::string("\x00\x01", 2)}});
    EXPECT_EQ(message.substr(0, 2), "\x30\x82");
    const auto read = verify(message, {device().certificate}, Strength::standard);
    EXPECT_EQ(read.content, "content");
    EXPECT_EQ(read.signer, device().certificate);
    EXPECT_EQ(read.text(statusOid), "0");
    EXPECT_EQ(read.octetString(nonceOid), std::string("\x00\x01", 2));
    EXPECT_EQ(read.text(nonceOid), std::nullopt);
    EXPECT_EQ(carriedCertificates(message).size(), 1U) << "servers encrypt their answer to all certificates that came";
}

TEST(Signature, IsReadWithoutContentWithEmptyContentAndWithAByte) {
    const std::vector<Certificate> allowed{ca().certificate};
    EXPECT_EQ(verify(signedData({}, ca()), allowed, Strength::standard).content, "");
    EXPECT_EQ(verify(signedData({.content = ""}, ca()), allowed, Strength::standard).content, "");
    EXPECT_EQ(verify(signedData({.content = std::string(1, '\0')}, ca()), allowed, Strength::standard).content,
              std::string(1, '\0'));
}

TEST(Signature, NeedsNoCertificateInTheMessage) {
    const SignedSpec spec{.content = "x", .withCertificates = false};
    EXPECT_EQ(verify(signedData(spec, ca()), {device().certificate, ca().certificate}, Strength::standard).signer,
              ca().certificate);
}

TEST(Signature, MayNameItsSignerByKeyIdentifier) {
    const auto signer = selfSigned({.subject = "CN=ca", .ca = true, .keyIdentifier = true}, testKey(1));
    const SignedSpec spec{.content = "x", .byKeyIdentifier = true};
    EXPECT_EQ(verify(signedData(spec, signer), {signer.certificate}, Strength::standard).content, "x");
}

TEST(Signature, OfAnotherDeviceOfTheSameCaIsRefusedAlthoughItsCertificateIsInTheMessage) {
    EXPECT_THAT(refusal([] { verify(signedData({.content = "x"}, device()), {ca().certificate}, Strength::standard); }),
                HasSubstr("serial 4d of CN=ca, which is none of the CA's certificates"));
}

TEST(Signature, OfAStrangerWithTheCasNameIsRefused) {
    const auto impostor = selfSigned({.subject = "CN=ca", .ca = true}, testKey(3));
    EXPECT_THAT(
        refusal([&] { verify(signedData({.content = "x"}, impostor), {ca().certificate}, Strength::standard); }),
        HasSubstr("its signature does not fit"));
}

TEST(Signature, OfAStrangerWithAnEndlessSerialNumberIsToldInOneSentence) {
    const auto stranger = selfSigned({.subject = "CN=stranger"}, testKey(3));
    const std::string digits(100'000, 'f');
    BIGNUM* number = nullptr;
    ASSERT_NE(BN_hex2bn(&number, digits.c_str()), 0);
    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(stranger.certificate.get()));
    BN_free(number);
    const auto sentence =
        refusal([&] { verify(signedData({.content = "x"}, stranger), {ca().certificate}, Strength::standard); });
    EXPECT_THAT(sentence, HasSubstr("none of the CA's certificates"));
    EXPECT_LT(sentence.size(), 500U);
}

TEST(Signature, ThatWasTouchedAnywhereIsRefused) {
    const SignedSpec spec{.content = "the content", .attributes = {{statusOid, V_ASN1_PRINTABLESTRING, "3"}}};
    const auto message = signedData(spec, ca());
    for (const auto* part : {"the content", "\x13\x01\x33"}) {
        auto touched = message;
        const auto position = touched.find(part);
        ASSERT_NE(position, std::string::npos);
        touched[position + 2] = static_cast<char>(touched[position + 2] ^ 1);
        EXPECT_THAT(refusal([&] { verify(touched, {ca().certificate}, Strength::standard); }),
                    HasSubstr("does not fit"));
    }
}

TEST(Signature, WithoutSignedAttributesIsRefused) {
    const SignedSpec spec{.content = "x", .withoutSignedAttributes = true};
    EXPECT_THAT(refusal([&] { verify(signedData(spec, ca()), {ca().certificate}, Strength::standard); }),
                HasSubstr("signed content type"));
}

TEST(Signature, OfTwoIsRefused) {
    const SignedSpec spec{.content = "x", .furtherSigners = {device()}};
    EXPECT_THAT(refusal([&] {
                    verify(signedData(spec, ca()), {ca().certificate, device().certificate}, Strength::standard);
                }),
                HasSubstr("signed by 2 signers instead of one"));
}

TEST(Signature, OfNobodyIsRefused) {
    EXPECT_THAT(refusal([&] { verify(certificateList({ca().certificate}), {ca().certificate}, Strength::standard); }),
                HasSubstr("signed by 0 signers"));
}

TEST(Signature, WithSha1IsReadOnlyWhenLegacyIsAccepted) {
    const auto message = signedData({.content = "x", .digest = "SHA1"}, ca());
    EXPECT_THAT(refusal([&] { verify(message, {ca().certificate}, Strength::standard); }),
                HasSubstr("legacy-replies = true"));
    EXPECT_EQ(verify(message, {ca().certificate}, Strength::legacy).content, "x");
}

TEST(Signature, WithMd5IsNeverRead) {
    const auto message = signedData({.content = "x", .digest = "MD5"}, ca());
    EXPECT_THAT(refusal([&] { verify(message, {ca().certificate}, Strength::legacy); }), HasSubstr("too weak"));
}

TEST(SignedAttribute, OfAnyStringTypeIsText) {
    const auto textOf = [](int type, const std::string& value) {
        const SignedSpec spec{.content = "x", .attributes = {{statusOid, type, value}}};
        return verify(signedData(spec, ca()), {ca().certificate}, Strength::standard).text(statusOid);
    };
    EXPECT_EQ(textOf(V_ASN1_PRINTABLESTRING, "no"), "no");
    EXPECT_EQ(textOf(V_ASN1_UTF8STRING, "nö"), "nö");
    EXPECT_EQ(textOf(V_ASN1_IA5STRING, "no"), "no");
    EXPECT_EQ(textOf(V_ASN1_T61STRING, "n\xf6"), "nö");
    EXPECT_EQ(textOf(V_ASN1_BMPSTRING, std::string("\0n\0o", 4)), "no");
    EXPECT_EQ(textOf(V_ASN1_INTEGER, "4"), "4");
    EXPECT_EQ(textOf(V_ASN1_OCTET_STRING, "4"), std::nullopt);
}

TEST(SignedAttribute, ThatStandsTwiceIsRefused) {
    const SignedSpec spec{
        .content = "x",
        .attributes = {{statusOid, V_ASN1_PRINTABLESTRING, "0"}, {statusOid, V_ASN1_PRINTABLESTRING, "2"}}};
    EXPECT_THAT(refusal([&] { verify(signedData(spec, ca()), {ca().certificate}, Strength::standard); }),
                HasSubstr("its signed attribute pkiStatus stands twice"));
}

TEST(SignedAttribute, WithTwoValuesIsRefused) {
    const SignedSpec spec{.content = "x",
                          .attributes = {{statusOid, V_ASN1_PRINTABLESTRING, "0"}},
                          .furtherValues = {{statusOid, V_ASN1_PRINTABLESTRING, "2"}}};
    EXPECT_THAT(refusal([&] { verify(signedData(spec, ca()), {ca().certificate}, Strength::standard); }),
                HasSubstr("its signed attribute pkiStatus has 2 values"));
}

TEST(Signature, OverAnotherTypeOfContentIsRefusedWhereDataIsExpected) {
    const SignedSpec spec{.content = "x", .contentType = "1.2.840.113549.1.7.2"};
    const auto message = signedData(spec, ca());
    EXPECT_THAT(refusal([&] { verify(message, {ca().certificate}, Strength::standard); }),
                HasSubstr("its content is pkcs7-signedData instead of data"));
    EXPECT_EQ(verify(message, {ca().certificate}, Strength::standard, ContentType::any).content, "x");
}

TEST(Signature, IsReadInBerWithItsContentInPieces) {
    const std::string content(20000, 'x');
    const auto message = signedData({.content = content, .ber = true}, ca());
    EXPECT_EQ(message.substr(0, 2), "\x30\x80");
    EXPECT_EQ(verify(message, {ca().certificate}, Strength::standard).content, content);
}

TEST(Signature, IsReadWithAndWithoutNullParametersOfItsAlgorithms) {
    const auto null = element(V_ASN1_NULL, "");
    const auto sha256 = oidElement("2.16.840.1.101.3.4.2.1");
    const auto rsa = oidElement("1.2.840.113549.1.1.1");
    auto message = signedData({.content = "x", .withCertificates = false}, ca());
    const auto algorithm = [](const std::string& inside) { return element(0x30, inside); };
    EXPECT_EQ(verify(message, {ca().certificate}, Strength::standard).content, "x");
    for (const auto& name : {sha256, rsa}) {
        const bool has = message.contains(algorithm(name + null));
        const auto other = has ? replacedElement(message, algorithm(name + null), algorithm(name))
                               : replacedElement(message, algorithm(name), algorithm(name + null));
        EXPECT_NE(other, message);
        EXPECT_EQ(verify(other, {ca().certificate}, Strength::standard).content, "x");
    }
}

TEST(Signature, IsCheckedWithTheCertificateThatItNamesWhereverThatStands) {
    const auto other = selfSigned({.subject = "CN=ra", .serial = 9}, testKey(3));
    for (const auto& allowed :
         {std::vector{ca().certificate, other.certificate}, {other.certificate, ca().certificate}})
        EXPECT_EQ(verify(signedData({.content = "x"}, other), allowed, Strength::standard).signer, other.certificate);
}

TEST(Signature, IsCheckedWithAllThatHaveTheNameAndTheNumberThatItNames) {
    const auto twin = selfSigned({.subject = "CN=ca", .ca = true}, testKey(3));
    for (const auto& signer : {ca(), twin})
        EXPECT_EQ(verify(signedData({.content = "x"}, signer), {ca().certificate, twin.certificate}, Strength::standard)
                      .signer,
                  signer.certificate);
}

TEST(Signature, WithMoreDigestAlgorithmsThanAnybodyUsesIsRefused) {
    const auto sha256 = derOf(i2d_ASN1_OBJECT, OBJ_nid2obj(NID_sha256));
    const auto message = signedData({.content = "x"}, ca());
    const auto one = element(V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED, sha256);
    const auto null = element(V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED, sha256 + std::string("\x05\0", 2));
    const auto algorithm = message.contains(element(V_ASN1_SET | V_ASN1_CONSTRUCTED, one)) ? one : null;
    const auto listing = [&](std::size_t count) {
        std::string all;
        for (std::size_t i = 0; i < count; ++i)
            all += algorithm;
        return replacedElement(message, element(V_ASN1_SET | V_ASN1_CONSTRUCTED, algorithm),
                               element(V_ASN1_SET | V_ASN1_CONSTRUCTED, all));
    };
    EXPECT_EQ(verify(listing(16), {ca().certificate}, Strength::standard).content, "x");
    EXPECT_THAT(refusal([&] { verify(listing(17), {ca().certificate}, Strength::standard); }),
                HasSubstr("it lists more than 16 digest algorithms"));
}

TEST(SignedAttribute, AmongMoreThanAnybodyUsesIsRefused) {
    SignedSpec spec{.content = "x"};
    for (int i = 0; i < 65; ++i)
        spec.attributes.push_back({"1.3.6.1.4.1.55738." + std::to_string(i), V_ASN1_PRINTABLESTRING, "x"});
    EXPECT_THAT(refusal([&] { verify(signedData(spec, ca()), {ca().certificate}, Strength::standard); }),
                HasSubstr("signed attributes"));
}

TEST(Signature, OfAnEcKeyIsMadeAndRead) {
    const auto message = sign("content", ecDevice().certificate, ecDevice().key, Digest::sha384, {});
    EXPECT_EQ(verify(message, {ecDevice().certificate}, Strength::standard).content, "content");
}

TEST(Signature, UsesTheDigestThatWasAskedFor) {
    for (const auto digest : {Digest::sha256, Digest::sha384, Digest::sha512})
        EXPECT_EQ(verify(sign("x", device().certificate, device().key, digest, {}), {device().certificate},
                         Strength::standard)
                      .content,
                  "x");
}

} // namespace
