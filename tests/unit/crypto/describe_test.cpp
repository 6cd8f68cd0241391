#include "crypto/describe.hpp"

#include "crypto/cms.hpp"
#include "crypto/request.hpp"
#include "unit/crypto/party.hpp"

#include <ostream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/asn1.h>
#include <openssl/evp.h>

namespace scepd::crypto {

/// For the messages of failed tests.
static std::ostream& operator<<(std::ostream& stream, const Line& line) {
    return stream << line.name << ": " << line.value;
}

} // namespace scepd::crypto

namespace {

using namespace scepd;
using namespace scepd::crypto;
using namespace scepd::test;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(DescribedRequest, SaysEverythingButTheChallenge) {
    const RequestContent content{
        .subject = {{{"CN", "device"}}, {{"O", "Example"}}},
        .alternativeNames = {{AlternativeType::dns, "d.example.com"}, {AlternativeType::ip, "192.0.2.7"}},
        .extendedKeyUsage = {"1.3.6.1.5.5.7.3.2", "1.2.3.4"},
        .digest = Digest::sha384,
        .templateName = "Gerät"};
    const auto der = Request::make(content, testKey(1), Secret("canary")).toDer();
    EXPECT_THAT(describeRequest(der),
                ElementsAre(Line{"subject", "CN=device,O=Example"}, Line{"alternative name", "dns:d.example.com"},
                            Line{"alternative name", "ip:192.0.2.7"}, Line{"key", "RSA 1024"},
                            Line{"key usage", "digitalSignature, keyEncipherment"},
                            Line{"extended key usage", "client-auth, 1.2.3.4"}, Line{"template", "Gerät"},
                            Line{"digest", "sha384"}, Line{"challenge", "carried, not shown"}));
}

TEST(DescribedRequest, OfAnEcKeyWithoutExtensionsIsShort) {
    const RequestContent content{
        .subject = {{{"CN", "d"}}}, .alternativeNames = {}, .digitalSignature = false, .extendedKeyUsage = {}};
    EXPECT_THAT(describeRequest(Request::make(content, Key::generateEc("P-521"), {}).toDer()),
                ElementsAre(Line{"subject", "CN=d"}, Line{"key", "EC P-521"}, Line{"digest", "sha256"},
                            Line{"challenge", "none"}));
}

TEST(DescribedRequest, CutOrFlippedAnywhereIsAnErrorOrTextButNoCrash) {
    const RequestContent content{.subject = {{{"CN", "device"}}},
                                 .alternativeNames = {{AlternativeType::upn, "u@example.com"}},
                                 .extendedKeyUsage = {"1.3.6.1.5.5.7.3.2"},
                                 .templateName = "Device"};
    const auto der = Request::make(content, testKey(1), Secret("canary")).toDer();
    for (std::size_t position = 0; position < der.size(); ++position) {
        EXPECT_THROW(describeRequest(der.substr(0, position)), Error);
        auto touched = der;
        touched[position] = static_cast<char>(touched[position] ^ 0x15);
        try {
            for (const auto& line : describeRequest(touched))
                EXPECT_EQ(line.value.find_first_of("\x1b\n\r"), std::string::npos);
        } catch (const Error& error) {
            EXPECT_EQ(error.fault(), Fault::protocol);
        }
    }
}

TEST(DescribedCertificate, SaysWhoseItIsAndWhatItIsFor) {
    const auto leaf = issued({.subject = "CN=agent",
                              .keyUsage = "digitalSignature,keyEncipherment",
                              .extendedKeyUsage = "serverAuth,1.3.6.1.4.1.311.20.2.1,1.2.3.4",
                              .serial = 79},
                             testKey(2), ca())
                          .certificate;
    EXPECT_THAT(describeCertificate(leaf),
                ElementsAre(Line{"subject", "CN=agent"}, Line{"issuer", "CN=ca"}, Line{"serial", "4f"},
                            Line{"key", "RSA 1024"}, Line{"valid", "2026-05-16T12:00:00Z to 2026-08-14T12:00:00Z"},
                            Line{"key usage", "digitalSignature, keyEncipherment"},
                            Line{"extended key usage", "server-auth, enrollment agent, 1.2.3.4"},
                            Line{"SHA-256", hex(leaf.fingerprint(Digest::sha256))}));
    const auto authority = describeCertificate(ca().certificate);
    EXPECT_THAT(authority, Contains(Line{"issuer", "itself"}));
    EXPECT_THAT(authority, Contains(Line{"is a CA", "yes"}));
}

/// A message of the device's, without the line that tells when it was signed.
std::vector<Line> described(const std::string& message) {
    auto lines = describeMessage(message);
    std::erase_if(lines, [](const Line& line) { return line.name == "signingTime" || line.name == "messageDigest"; });
    return lines;
}

TEST(DescribedMessage, NamesItsSignerItsAttributesAndItsEnvelope) {
    const auto envelope = encrypt("the request", ca().certificate, Cipher::aes128);
    const auto message = sign(envelope, device().certificate, device().key, Digest::sha256,
                              {{"2.16.840.1.113733.1.9.2", SignedAttribute::Type::printableString, "19"},
                               {"2.16.840.1.113733.1.9.5", SignedAttribute::Type::octetString, "\x01\xff"},
                               {"1.2.3.4", SignedAttribute::Type::printableString, "own"}});
    const auto lines = described(message);
    EXPECT_EQ(lines.front(), (Line{"signer", "serial 4d of CN=ca"}));
    EXPECT_THAT(lines,
                testing::UnorderedElementsAre(
                    Line{"signer", "serial 4d of CN=ca"}, Line{"digest", "sha256"}, Line{"contentType", "pkcs7-data"},
                    Line{"messageType", "19 (PKCSReq)"}, Line{"senderNonce", "01ff"}, Line{"1.2.3.4", "own"},
                    Line{"certificate", "CN=device, serial 4d of CN=ca"},
                    Line{"content", std::to_string(envelope.size()) + " bytes"}, Line{"cipher", "aes-128-cbc"},
                    Line{"recipient", "serial 01 of CN=ca, key transport by rsaEncryption"}));
}

TEST(DescribedMessage, NamesTheReasonOfAFailure) {
    const SignedSpec spec{.attributes = {{"2.16.840.1.113733.1.9.3", V_ASN1_PRINTABLESTRING, "2"},
                                         {"2.16.840.1.113733.1.9.4", V_ASN1_INTEGER, "1"},
                                         {"1.3.6.1.5.5.7.24.1", V_ASN1_UTF8STRING, "a\n\x1b[31mb"}}};
    const auto lines = described(signedData(spec, ca()));
    EXPECT_THAT(lines, Contains(Line{"pkiStatus", "2 (FAILURE)"}));
    EXPECT_THAT(lines, Contains(Line{"failInfo", "1 (badMessageCheck)"}));
    EXPECT_THAT(lines, Contains(Line{"failInfoText", "a ?[31mb"}));
    EXPECT_THAT(lines, Contains(Line{"content", "none"}));
}

TEST(DescribedMessage, ShowsTwoValuesOfOneAttribute) {
    const SignedSpec spec{.attributes = {{"2.16.840.1.113733.1.9.3", V_ASN1_PRINTABLESTRING, "0"}},
                          .furtherValues = {{"2.16.840.1.113733.1.9.3", V_ASN1_PRINTABLESTRING, "2"}}};
    const auto lines = described(signedData(spec, ca()));
    EXPECT_THAT(lines, Contains(Line{"pkiStatus", "0 (SUCCESS)"}));
    EXPECT_THAT(lines, Contains(Line{"pkiStatus", "2 (FAILURE)"}));
}

TEST(DescribedMessage, NamesRecipientsOfEveryKind) {
    const auto envelope =
        envelopeOf("x", {.recipients = {device().certificate, ecDevice().certificate}, .passwords = {"canary"}});
    const auto lines = described(signedData({.content = envelope}, ca()));
    EXPECT_THAT(lines, Contains(Line{"recipient", "serial 4d of CN=ca, key transport by rsaEncryption"}));
    EXPECT_THAT(lines,
                Contains(Line{"recipient", "serial 4e of CN=ca, key agreement by dhSinglePass-stdDH-sha1kdf-scheme"}));
    EXPECT_THAT(lines, Contains(Line{"recipient", "a password, by PBKDF2"}));
}

TEST(DescribedMessage, SaysWhatStandsInPlaceOfAnEnvelope) {
    EXPECT_THAT(described(signedData({.content = ""}, ca())), Contains(Line{"content", "0 bytes"}));
    EXPECT_THAT(described(signedData({.content = "junk"}, ca())).back().value,
                HasSubstr("not an encrypted CMS message"));
    const auto list = degenerate({ca().certificate}, {crlOf(ca(), {1})});
    EXPECT_THAT(describeMessage(list),
                ElementsAre(Line{"signer", "nobody"}, Line{"certificate", "CN=ca, serial 01 of CN=ca"},
                            Line{"revocation list", "CN=ca"}, Line{"content", "none"}));
}

TEST(DescribedMessage, MayBeInBase64AsInAGetRequest) {
    const auto der = signedData({.content = "x"}, ca());
    std::string base64(4 * (der.size() + 2) / 3 + 1, '\0');
    const int length =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()),
                        reinterpret_cast<const unsigned char*>(der.data()), static_cast<int>(der.size()));
    base64.resize(static_cast<std::size_t>(length));
    EXPECT_EQ(describeMessage(base64), describeMessage(der));
}

TEST(DescribedMessage, CutOrFlippedAnywhereIsAnErrorOrTextButNoCrash) {
    const auto envelope = envelopeOf("x", {.recipients = {device().certificate}, .passwords = {"canary"}});
    const auto message = signedData({.content = envelope, .withCertificates = false}, ca());
    for (std::size_t position = 0; position < message.size(); ++position) {
        EXPECT_THROW(describeMessage(message.substr(0, position)), Error);
        auto touched = message;
        touched[position] = static_cast<char>(touched[position] ^ 0x15);
        try {
            for (const auto& line : describeMessage(touched))
                EXPECT_EQ(line.value.find_first_of("\x1b\n\r"), std::string::npos);
        } catch (const Error& error) {
            EXPECT_EQ(error.fault(), Fault::protocol);
        }
    }
}

} // namespace
