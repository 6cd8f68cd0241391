#include "crypto/cms.hpp"

#include "base/error.hpp"
#include "unit/crypto/party.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/asn1.h>

namespace {

using namespace scepd;
using namespace scepd::crypto;
using namespace scepd::test;
using testing::HasSubstr;

TEST(Envelope, OfOursIsDerAndReadByItsRecipient) {
    for (const auto cipher : {Cipher::aes128, Cipher::des3}) {
        const auto message = encrypt("a secret", device().certificate, cipher);
        EXPECT_NE(message[1], '\x80') << "a length that is not told is BER";
        EXPECT_EQ(decrypt(message, {device().certificate, device().key}, Strength::legacy), "a secret");
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
        EXPECT_EQ(decrypt(envelopedData("x", {device().certificate}, cipher), {device().certificate, device().key},
                          Strength::standard),
                  "x");
}

TEST(Envelope, InDesIsReadOnlyWhenLegacyIsAccepted) {
    for (const auto* cipher : {"DES-CBC", "DES-EDE3-CBC"}) {
        const auto message = envelopedData("x", {device().certificate}, cipher);
        EXPECT_THAT(refusal([&] {
                        decrypt(message, {device().certificate, device().key}, Strength::standard);
                    }),
                    HasSubstr("legacy-replies = true"));
        EXPECT_EQ(decrypt(message, {device().certificate, device().key}, Strength::legacy), "x");
    }
}

TEST(Envelope, InAnotherCipherIsRefusedByName) {
    const auto message = envelopedData("x", {device().certificate}, "CAMELLIA-128-CBC");
    EXPECT_THAT(refusal([&] {
                    decrypt(message, {device().certificate, device().key}, Strength::legacy);
                }),
                HasSubstr("camellia-128-cbc"));
}

TEST(Envelope, ForSomebodyElseIsRefusedBeforeItIsDecrypted) {
    const auto message = envelopedData("x", {ca().certificate});
    EXPECT_THAT(refusal([&] {
                    decrypt(message, {device().certificate, device().key}, Strength::standard);
                }),
                HasSubstr("somebody else's certificate"));
}

TEST(Envelope, ForVeryManyNamesOnlyTheFirstOfThem) {
    std::string subject = "CN=a";
    for (char unit = 'a'; unit < 'p'; ++unit)
        subject += ",OU=" + std::string(60, unit);
    const std::vector recipients(8, selfSigned({.subject = subject}, testKey(1)).certificate);
    const auto refused = refusal([&] {
        decrypt(envelopedData("x", recipients), {device().certificate, device().key}, Strength::standard);
    });
    EXPECT_THAT(refused, HasSubstr("... instead of serial 4d of CN=ca"));
    EXPECT_LT(refused.size(), 1200U);
}

TEST(Envelope, ForSomebodyElseNamesWhoItIsForAndWhoWeAre) {
    const auto message = envelopeOf("x", {.recipients = {ca().certificate, ecDevice().certificate}});
    EXPECT_THAT(refusal([&] {
                    decrypt(message, {device().certificate, device().key}, Strength::standard);
                }),
                HasSubstr("for serial 01 of CN=ca, serial 4e of CN=ca instead of serial 4d of CN=ca"));
}

TEST(Envelope, ForSeveralAmongThemUsIsRead) {
    const auto message =
        envelopeOf("x", {.recipients = {ca().certificate, ecDevice().certificate, device().certificate},
                         .passwords = {"challenge"}});
    EXPECT_EQ(decrypt(message, {device().certificate, device().key}, Strength::standard), "x");
    EXPECT_EQ(decrypt(message, {ecDevice().certificate, ecDevice().key}, Strength::standard), "x");
}

TEST(Envelope, MayNameUsByKeyIdentifier) {
    const auto withIdentifier = selfSigned({.subject = "CN=device", .keyIdentifier = true}, testKey(2));
    const auto message = envelopeOf("x", {.recipients = {withIdentifier.certificate}, .byKeyIdentifier = true});
    EXPECT_EQ(decrypt(message, {withIdentifier.certificate, withIdentifier.key}, Strength::standard), "x");
    EXPECT_THAT(refusal([&] {
                    decrypt(message, {device().certificate, device().key}, Strength::standard);
                }),
                HasSubstr("for key identifier "));
}

TEST(Envelope, IsReadInBerWithItsContentInPieces) {
    const std::string content(20000, 'x');
    const auto message = envelopeOf(content, {.recipients = {device().certificate}, .ber = true});
    EXPECT_EQ(message.substr(0, 2), "\x30\x80");
    EXPECT_EQ(decrypt(message, {device().certificate, device().key}, Strength::standard), content);
}

TEST(Envelope, WithAuthenticationIsRefusedByName) {
    const auto message = envelopeOf("x", {.recipients = {device().certificate}, .cipher = "AES-128-GCM"});
    EXPECT_THAT(refusal([&] {
                    decrypt(message, {device().certificate, device().key}, Strength::standard);
                }),
                HasSubstr("AuthEnvelopedData"));
}

TEST(Envelope, WithMoreRecipientsThanAnybodyNeedsIsRefused) {
    const auto message = envelopeOf("x", {.recipients = std::vector(17, device().certificate)});
    EXPECT_THAT(refusal([&] {
                    decrypt(message, {device().certificate, device().key}, Strength::standard);
                }),
                HasSubstr("too many recipients"));
}

TEST(Envelope, WithAVectorOfTheWrongLengthIsRefused) {
    const auto message = envelopedData("x", {device().certificate});
    const auto aes = oidElement("2.16.840.1.101.3.4.1.2");
    const auto position = message.find(aes) + aes.size();
    const auto vector = message.substr(position, 18);
    ASSERT_EQ(vector.substr(0, 2), "\x04\x10");
    for (const auto& wrong : {std::string(), element(4, std::string(8, 'v')), element(4, std::string(64, 'v')),
                              element(V_ASN1_NULL, ""), element(0x30, vector)})
        EXPECT_THAT(refusal([&] {
                        decrypt(replacedElement(message, vector, wrong), {device().certificate, device().key},
                                Strength::standard);
                    }),
                    HasSubstr("parameters of aes-128-cbc in it are missing or malformed"));
}

TEST(Envelope, WithAnotherKeyThanItsCertificateIsRefusedOrGarbage) {
    const auto message = envelopedData("x", {device().certificate});
    EXPECT_THROW(decrypt(message, {device().certificate, testKey(3)}, Strength::standard), Error);
}

} // namespace
