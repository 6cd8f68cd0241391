#include "crypto/cms.hpp"

#include "base/error.hpp"
#include "crypto/outline.hpp"
#include "unit/crypto/party.hpp"

#include <string>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/asn1.h>

namespace {

using namespace scepd;
using namespace scepd::crypto;
using namespace scepd::test;
using testing::HasSubstr;

const Opener ours{device().certificate, device().key};
const Opener agreeing{ecDevice().certificate, ecDevice().key};
const Opener knowing{device().certificate, device().key, Secret("the challenge")};

std::string refused(const std::string& message, const Opener& opener) {
    return refusal([&] { decrypt(message, opener, Strength::standard); });
}

/// The element of an AlgorithmIdentifier, found by its name.
std::string algorithmIn(const std::string& der, const std::string& oid) {
    for (const auto& inner : elementsOf(der)) {
        if (inner.starts_with('\x30') && elementsOf(inner).front() == oidElement(oid)) return inner;
        const bool constructed = (static_cast<unsigned char>(inner.front()) & 0x20) != 0;
        if (auto found = constructed ? algorithmIn(inner, oid) : std::string(); !found.empty()) return found;
    }
    return {};
}

/// The recipient inside an EnvelopedData with only one.
std::string recipientIn(const std::string& message) {
    const auto enveloped = elementsOf(elementsOf(elementsOf(message)[1]).front());
    return elementsOf(enveloped[1]).front();
}

std::string derivationIn(const std::string& message) {
    return elementsOf(recipientIn(message))[1];
}

std::string wrappedKeyIn(const std::string& message) {
    return elementsOf(recipientIn(message)).back();
}

constexpr auto oaepOid = "1.2.840.113549.1.1.7";
constexpr auto pbkdf2Oid = "1.2.840.113549.1.5.12";
constexpr auto pwriOid = "1.2.840.113549.1.9.16.3.9";
constexpr auto aesOid = "2.16.840.1.101.3.4.1.2";
const auto sha256Oid = oidElement("2.16.840.1.101.3.4.2.1");
const auto null = element(V_ASN1_NULL, "");

TEST(KeyTransport, WithOaepIsRead) {
    EXPECT_EQ(decrypt(envelopeOf("x", {.recipients = {device().certificate}, .oaep = true}), ours, Strength::standard),
              "x");
}

TEST(KeyTransport, WithMalformedParametersOfOaepIsRefused) {
    const auto message = envelopeOf("x", {.recipients = {device().certificate}, .oaep = true});
    const auto algorithm = algorithmIn(message, oaepOid);
    ASSERT_FALSE(algorithm.empty());
    const auto name = oidElement(oaepOid);
    const auto pSpecified = oidElement("1.2.840.113549.1.1.9");
    const auto source = [&](const std::string& inside) { return element(0x30, element(0xa2, element(0x30, inside))); };
    for (const auto& parameters : {std::string(), null, element(0x30, "junk"), source(pSpecified),
                                   source(pSpecified + null), source(oidElement("1.2.3") + element(4, "")),
                                   element(0x30, element(0xa0, element(0x30, oidElement("1.2.840.113549.2.5")))),
                                   element(0x30, element(0xa1, element(0x30, oidElement("1.2.840.113549.1.1.8")))),
                                   element(0x30, element(0xa1, element(0x30, sha256Oid)))})
        EXPECT_THAT(refused(replacedElement(message, algorithm, element(0x30, name + parameters)), ours),
                    HasSubstr("parameters of rsaesOaep in it are missing or malformed"));
}

TEST(KeyTransport, WithAnotherAlgorithmIsRefusedByName) {
    const auto message = envelopeOf("x", {.recipients = {device().certificate}});
    const auto algorithm = algorithmIn(message, "1.2.840.113549.1.1.1");
    EXPECT_THAT(refused(replacedElement(message, algorithm, element(0x30, oidElement("1.2.3.4"))), ours),
                HasSubstr("encrypted with 1.2.3.4, which is not accepted"));
}

TEST(KeyTransport, IsReadWithoutNullParameters) {
    const auto message = envelopeOf("x", {.recipients = {device().certificate}});
    const auto algorithm = algorithmIn(message, "1.2.840.113549.1.1.1");
    const auto without = replacedElement(message, algorithm, element(0x30, oidElement("1.2.840.113549.1.1.1")));
    EXPECT_NE(without, message);
    EXPECT_EQ(decrypt(without, ours, Strength::standard), "x");
}

TEST(KeyAgreement, IsRead) {
    for (const auto* cipher : {"AES-128-CBC", "AES-256-CBC"})
        EXPECT_EQ(decrypt(envelopeOf("x", {.recipients = {ecDevice().certificate}, .cipher = cipher}), agreeing,
                          Strength::standard),
                  "x");
}

TEST(KeyAgreement, IsReadWhateverDigestItsKeyIsDerivedWith) {
    for (const auto* digest : {"SHA1", "SHA224", "SHA256", "SHA384", "SHA512"})
        for (const bool cofactor : {false, true}) {
            const EnvelopeSpec spec{.recipients = {ecDevice().certificate}, .agreement = digest, .cofactor = cofactor};
            EXPECT_EQ(decrypt(envelopeOf("x", spec), agreeing, Strength::standard), "x") << digest;
        }
}

TEST(KeyAgreement, IsReadInBerAndByKeyIdentifier) {
    const auto named = selfSigned({.subject = "CN=ec", .keyIdentifier = true}, ecTestKey());
    const EnvelopeSpec spec{.recipients = {named.certificate}, .byKeyIdentifier = true, .ber = true};
    EXPECT_EQ(decrypt(envelopeOf("x", spec), {named.certificate, named.key}, Strength::standard), "x");
}

TEST(KeyAgreement, WithAnotherDeviceIsRefused) {
    const auto other = issued({.subject = "CN=ec", .serial = 79}, ecTestKey(), ca());
    EXPECT_THAT(refused(envelopeOf("x", {.recipients = {other.certificate}}), agreeing),
                HasSubstr("for serial 4f of CN=ca instead of serial 4e of CN=ca"));
}

TEST(KeyAgreement, WithMissingOrUnknownParametersIsRefused) {
    const auto message = envelopeOf("x", {.recipients = {ecDevice().certificate}});
    const auto scheme = "1.3.133.16.840.63.0.2";
    const auto algorithm = algorithmIn(message, scheme);
    ASSERT_FALSE(algorithm.empty());
    for (const auto& parameters : {std::string(), null, element(0x30, "")})
        EXPECT_NE(
            refused(replacedElement(message, algorithm, element(0x30, oidElement(scheme) + parameters)), agreeing), "");
    const auto wrapped = element(0x30, oidElement(scheme) + element(0x30, oidElement("1.2.3")));
    EXPECT_THAT(refused(replacedElement(message, algorithm, wrapped), agreeing), HasSubstr("1.2.3"));
    const auto other = element(0x30, oidElement("1.2.3") + elementsOf(algorithm)[1]);
    EXPECT_THAT(refused(replacedElement(message, algorithm, other), agreeing), HasSubstr("agrees on a key with 1.2.3"));
}

TEST(KeyAgreement, OnACurveThatIsWrittenOutIsRefused) {
    const auto message = envelopeOf("x", {.recipients = {ecDevice().certificate}});
    const auto algorithm = algorithmIn(message, "1.2.840.10045.2.1");
    ASSERT_FALSE(algorithm.empty());
    const auto explicitCurve = element(0x30, oidElement("1.2.840.10045.2.1") + element(0x30, element(2, "\x01")));
    EXPECT_THAT(refused(replacedElement(message, algorithm, explicitCurve), agreeing), HasSubstr("on a named curve"));
}

TEST(PasswordEnvelope, OfOursIsDerAndReadWithThePassword) {
    for (const auto cipher : {Cipher::aes128, Cipher::des3}) {
        const std::string content(300, 'c');
        const auto message = encryptWithPassword(content, Secret("the challenge"), cipher);
        EXPECT_EQ(message.substr(0, 2), "\x30\x82");
        EXPECT_EQ(decrypt(message, knowing, Strength::legacy), content);
    }
}

TEST(PasswordEnvelope, OfOursHasOneRecipientWithPbkdf2AndAes) {
    const auto outline = outlineOf(encryptWithPassword("x", Secret("the challenge"), Cipher::aes128));
    ASSERT_EQ(outline.recipients.size(), 1U);
    EXPECT_EQ(outline.recipients[0].kind, RecipientOutline::Kind::password);
    EXPECT_EQ(outline.recipients[0].keyDerivation->name, "PBKDF2");
    EXPECT_EQ(outline.contentEncryption.name, "aes-128-cbc");
}

TEST(PasswordEnvelope, WithoutAPasswordIsNotMade) {
    EXPECT_THAT(refusal([] { encryptWithPassword("x", {}, Cipher::aes128); }, Fault::configuration),
                HasSubstr("no password"));
}

TEST(PasswordEnvelope, OfOthersIsReadInDerAndBer) {
    for (const bool ber : {false, true})
        EXPECT_EQ(decrypt(envelopeOf("x", {.passwords = {"the challenge"}, .ber = ber}), knowing, Strength::standard),
                  "x");
}

TEST(PasswordEnvelope, InDesIsReadWhereLegacyIsAccepted) {
    const auto message = envelopeOf("x", {.passwords = {"the challenge"}, .cipher = "DES-EDE3-CBC"});
    EXPECT_THAT(refused(message, knowing), HasSubstr("legacy-replies = true"));
    EXPECT_EQ(decrypt(message, knowing, Strength::legacy), "x");
}

TEST(PasswordEnvelope, UnderAnotherPasswordOrNoneIsRefusedWithoutSayingEither) {
    const auto message = envelopeOf("x", {.passwords = {"canary"}});
    EXPECT_EQ(refused(message, knowing), "it is encrypted under a password that is not our challenge");
    EXPECT_EQ(refused(message, ours), "it is encrypted under a password, and there is no challenge to open it with");
    EXPECT_THAT(refused(envelopeOf("x", {.passwords = {"canary", "the challenge"}}), knowing),
                HasSubstr("several passwords"));
}

TEST(PasswordEnvelope, WithRoundsThatWouldNotEndIsRefusedAtOnce) {
    const auto message = envelopeOf("x", {.passwords = {"the challenge"}});
    const auto rounds = std::string("\x02\x02\x08\x00", 4);
    EXPECT_THAT(refused(replacedElement(message, rounds, "\x02\x04\x7f\xff\xff\xff"), knowing),
                HasSubstr("2147483647 rounds, which would not end"));
    for (const auto& none :
         {std::string("\x02\x01\x00", 3), std::string("\x02\x01\xff"), "\x02\x09\x01" + std::string(8, '\x7f')})
        EXPECT_THAT(refused(replacedElement(message, rounds, none), knowing), HasSubstr("parameters of PBKDF2"));
}

TEST(PasswordEnvelope, WithMissingParametersIsRefused) {
    const auto message = envelopeOf("x", {.passwords = {"the challenge"}});
    const auto wrap = algorithmIn(message, pwriOid);
    ASSERT_FALSE(wrap.empty());
    for (const auto& parameters : {std::string(), null, element(0x30, oidElement(aesOid)),
                                   element(0x30, oidElement(aesOid) + element(4, "short"))})
        EXPECT_THAT(refused(replacedElement(message, wrap, element(0x30, oidElement(pwriOid) + parameters)), knowing),
                    HasSubstr("missing or malformed"));
    const auto camellia = element(0x30, oidElement("1.2.392.200011.61.1.1.1.2") + element(4, std::string(16, 'v')));
    EXPECT_THAT(refused(replacedElement(message, wrap, element(0x30, oidElement(pwriOid) + camellia)), knowing),
                HasSubstr("camellia-128-cbc, which is not accepted"));
    const auto derivation = element(0xa0, oidElement(pbkdf2Oid) + elementsOf(derivationIn(message))[1]);
    ASSERT_NE(replacedElement(message, derivation, ""), message);
    EXPECT_THAT(refused(replacedElement(message, derivation, ""), knowing), HasSubstr("how its key is derived"));
    EXPECT_THAT(refused(replacedElement(message, derivation, element(0xa0, oidElement(pbkdf2Oid))), knowing),
                HasSubstr("parameters of PBKDF2"));
    EXPECT_THAT(refused(replacedElement(message, derivation, element(0xa0, oidElement("1.2.3"))), knowing),
                HasSubstr("derived with 1.2.3"));
}

TEST(PasswordEnvelope, WithAWrappedKeyOfTheWrongLengthIsRefused) {
    const auto message = envelopeOf("x", {.passwords = {"the challenge"}});
    const auto key = wrappedKeyIn(message);
    ASSERT_EQ(key.size(), 34U);
    for (const std::size_t length : {0U, 1U, 15U, 16U, 17U, 31U, 33U})
        EXPECT_THAT(refused(replacedElement(message, key, element(4, std::string(length, 'k'))), knowing),
                    HasSubstr("missing or malformed"));
    EXPECT_THAT(refused(replacedElement(message, key, element(4, std::string(32, 'k'))), knowing),
                HasSubstr("not our challenge"));
}

TEST(Recipient, OfEveryKindCutOrFlippedAnywhereIsAnErrorAndNoCrash) {
    const EnvelopeSpec everything{
        .recipients = {ca().certificate, ecDevice().certificate}, .passwords = {"the challenge"}, .rounds = 2};
    const auto message = envelopeOf("the content", everything);
    for (const auto& opener : {knowing, agreeing})
        for (std::size_t position = 0; position < message.size(); ++position) {
            auto touched = message;
            touched[position] = static_cast<char>(touched[position] ^ 0x55);
            for (const auto& bytes : {touched, message.substr(0, position)})
                try {
                    std::ignore = decrypt(bytes, opener, Strength::legacy);
                } catch (const Error& error) {
                    EXPECT_EQ(error.fault(), Fault::protocol) << position;
                }
        }
}

} // namespace
