#include "crypto/cms.hpp"

#include "base/error.hpp"
#include "unit/crypto/forge.hpp"

#include <functional>
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
using testing::IsEmpty;

constexpr auto statusOid = "2.16.840.1.113733.1.9.3";
constexpr auto nonceOid = "2.16.840.1.113733.1.9.6";

const Identity& ca() {
    static const auto identity =
        selfSigned({.subject = "CN=ca", .ca = true, .keyUsage = "keyCertSign,cRLSign"}, testKey(1));
    return identity;
}

const Identity& device() {
    static const auto identity = issued({.subject = "CN=device", .serial = 77}, testKey(2), ca());
    return identity;
}

/// The sentence with which something is refused; empty when it is not.
std::string refusal(const std::function<void()>& action) {
    try {
        action();
        return {};
    } catch (const Error& error) {
        EXPECT_EQ(error.fault(), Fault::protocol);
        return error.what();
    }
}

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
                HasSubstr("serial 4D of CN=ca, which is none of the CA's certificates"));
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

TEST(SignedAttribute, ThatStandsTwiceCountsAsAbsent) {
    const SignedSpec spec{
        .content = "x",
        .attributes = {{statusOid, V_ASN1_PRINTABLESTRING, "0"}, {statusOid, V_ASN1_PRINTABLESTRING, "2"}}};
    EXPECT_EQ(verify(signedData(spec, ca()), {ca().certificate}, Strength::standard).text(statusOid), std::nullopt);
}

TEST(Envelope, OfOursIsDerAndReadByItsRecipient) {
    for (const auto cipher : {Cipher::aes128, Cipher::des3}) {
        const auto message = encrypt("a secret", device().certificate, cipher);
        EXPECT_NE(message[1], '\x80') << "a length that is not told is BER";
        EXPECT_EQ(decrypt(message, device().certificate, device().key, Strength::legacy), "a secret");
    }
}

TEST(Envelope, IsNotMadeForAKeyThatCannotDecrypt) {
    EXPECT_THAT(refusal([] {
                    const auto ec = selfSigned({.subject = "CN=ec"}, ecTestKey());
                    encrypt("x", ec.certificate, Cipher::aes128);
                }),
                HasSubstr("its key is not RSA"));
}

TEST(Envelope, InAesOfAnyLengthIsRead) {
    for (const auto* cipher : {"AES-128-CBC", "AES-192-CBC", "AES-256-CBC"})
        EXPECT_EQ(decrypt(envelopedData("x", {device().certificate}, cipher), device().certificate, device().key,
                          Strength::standard),
                  "x");
}

TEST(Envelope, InDesIsReadOnlyWhenLegacyIsAccepted) {
    for (const auto* cipher : {"DES-CBC", "DES-EDE3-CBC"}) {
        const auto message = envelopedData("x", {device().certificate}, cipher);
        EXPECT_THAT(refusal([&] { decrypt(message, device().certificate, device().key, Strength::standard); }),
                    HasSubstr("legacy-replies = true"));
        EXPECT_EQ(decrypt(message, device().certificate, device().key, Strength::legacy), "x");
    }
}

TEST(Envelope, InAnotherCipherIsRefusedByName) {
    const auto message = envelopedData("x", {device().certificate}, "CAMELLIA-128-CBC");
    EXPECT_THAT(refusal([&] { decrypt(message, device().certificate, device().key, Strength::legacy); }),
                HasSubstr("camellia-128-cbc"));
}

TEST(Envelope, ForSomebodyElseIsRefusedBeforeItIsDecrypted) {
    const auto message = envelopedData("x", {ca().certificate});
    EXPECT_THAT(refusal([&] { decrypt(message, device().certificate, device().key, Strength::standard); }),
                HasSubstr("somebody else's certificate"));
}

TEST(Envelope, WithAnotherKeyThanItsCertificateIsRefusedOrGarbage) {
    const auto message = envelopedData("x", {device().certificate});
    EXPECT_THROW(decrypt(message, device().certificate, testKey(3), Strength::standard), Error);
}

TEST(CertificateList, IsReadInItsOrder) {
    const auto list = carriedCertificates(certificateList({device().certificate, ca().certificate}));
    ASSERT_EQ(list.size(), 2U);
    EXPECT_THAT(list, testing::UnorderedElementsAre(device().certificate, ca().certificate));
    EXPECT_THAT(carriedCertificates(certificateList({})), IsEmpty());
}

TEST(Cms, OfAnotherTypeOrNoneIsRefused) {
    EXPECT_THAT(refusal([] { verify("junk", {ca().certificate}, Strength::standard); }),
                HasSubstr("not a signed CMS message"));
    EXPECT_THAT(refusal([] { verify(envelopedData("x", {ca().certificate}), {ca().certificate}, Strength::standard); }),
                HasSubstr("another type of CMS message"));
    EXPECT_THAT(
        refusal([] { decrypt(signedData({.content = "x"}, ca()), ca().certificate, ca().key, Strength::standard); }),
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
        EXPECT_THROW(decrypt(std::string_view(envelope).substr(0, length), device().certificate, device().key,
                             Strength::standard),
                     Error);
}

TEST(Cms, WithAnyByteFlippedIsNeverReadAsSomethingElse) {
    const auto envelope = envelopedData("the content", {device().certificate});
    for (std::size_t position = 0; position < envelope.size(); ++position) {
        auto touched = envelope;
        touched[position] = static_cast<char>(touched[position] ^ 0x55);
        try {
            decrypt(touched, device().certificate, device().key, Strength::legacy);
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
