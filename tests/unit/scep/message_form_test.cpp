#include "base/error.hpp"
#include "crypto/attributes.hpp"
#include "scep/message.hpp"
#include "unit/crypto/forge.hpp"
#include "unit/crypto/forge_cms.hpp"

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using namespace scepd::scep;
using namespace scepd::test;
using testing::ElementsAre;
using testing::SizeIs;
using testing::StartsWith;

namespace attribute = crypto::attribute;

constexpr auto data = "1.2.840.113549.1.7.1";
constexpr auto signedDataType = "1.2.840.113549.1.7.2";
constexpr auto envelopedDataType = "1.2.840.113549.1.7.3";
constexpr auto aes128Cbc = "2.16.840.1.101.3.4.1.2";
constexpr auto contentType = "1.2.840.113549.1.9.3";
constexpr auto messageDigest = "1.2.840.113549.1.9.4";
constexpr auto signingTime = "1.2.840.113549.1.9.5";

/// The parts of what a ContentInfo holds.
std::vector<std::string> partsOf(const std::string& contentInfo, const std::string& type) {
    const auto elements = elementsOf(contentInfo);
    EXPECT_EQ(elements.at(0), oidElement(type));
    return elementsOf(elementsOf(elements.at(1)).at(0));
}

/// What we send, taken apart by its DER alone and held against RFC 8894's figure 6.
class MessageForm : public testing::Test {
protected:
    [[nodiscard]] Message build(MessageType type, const std::string& content = "the request") const {
        return buildMessage(type, "a1b2", content, {device_.certificate, device_.key}, ca_.certificate, {});
    }

    /// The version, the digests, the content, the certificates and the signers.
    static std::vector<std::string> signedParts(const Message& message) { return partsOf(message.der, signedDataType); }

    /// The values of the only signer's signed attributes by their OIDs.
    static std::map<std::string, std::vector<std::string>> signedAttributes(const Message& message) {
        const auto signers = elementsOf(signedParts(message).at(4));
        EXPECT_THAT(signers, SizeIs(1));
        std::map<std::string, std::vector<std::string>> attributes;
        for (const auto& one : elementsOf(elementsOf(signers.at(0)).at(3)))
            attributes[elementsOf(one).at(0)] = elementsOf(elementsOf(one).at(1));
        return attributes;
    }

    Identity ca_ = selfSigned({.subject = "CN=ca", .ca = true}, testKey(1));
    Identity device_ = selfSigned({.subject = "CN=device", .serial = 2}, testKey(2));
};

TEST_F(MessageForm, IsSignedDataAroundEnvelopedDataAroundTheRequest) {
    const auto content = elementsOf(signedParts(build(MessageType::pkcsReq)).at(2));
    ASSERT_THAT(content, SizeIs(2));
    EXPECT_EQ(content[0], oidElement(data));
    const auto octets = elementsOf(content[1]).at(0);
    const auto envelope = partsOf(elementsOf(octets).at(0), envelopedDataType);
    ASSERT_THAT(envelope, SizeIs(3));
    EXPECT_THAT(elementsOf(envelope[1]), ElementsAre(StartsWith("\x30"))) << "one KeyTransRecipientInfo has no tag";
    const auto encrypted = elementsOf(envelope[2]);
    EXPECT_EQ(encrypted.at(0), oidElement(data));
    EXPECT_EQ(elementsOf(encrypted.at(1)).at(0), oidElement(aes128Cbc));
}

TEST_F(MessageForm, HasTheSignedAttributesOfARequestInTheirTypesAndNoOthers) {
    const std::map<MessageType, std::string> types{{MessageType::renewalReq, "17"},
                                                   {MessageType::pkcsReq, "19"},
                                                   {MessageType::certPoll, "20"},
                                                   {MessageType::getCert, "21"},
                                                   {MessageType::getCrl, "22"}};
    constexpr int printableString = 0x13;
    constexpr int octetString = 0x04;
    for (const auto& [type, number] : types) {
        const auto message = build(type);
        auto attributes = signedAttributes(message);
        const auto value = [&](const char* oid) { return attributes[oidElement(oid)]; };
        EXPECT_THAT(value(contentType), ElementsAre(oidElement(data)));
        EXPECT_THAT(value(messageDigest), ElementsAre(StartsWith("\x04\x20")));
        EXPECT_THAT(value(signingTime), SizeIs(1));
        EXPECT_THAT(value(attribute::messageType), ElementsAre(element(printableString, number)));
        EXPECT_THAT(value(attribute::transactionId), ElementsAre(element(printableString, "a1b2")));
        EXPECT_THAT(value(attribute::senderNonce), ElementsAre(element(octetString, message.senderNonce)));
        EXPECT_THAT(attributes, SizeIs(6)) << "a CertPoll brings no recipientNonce either";
    }
}

TEST_F(MessageForm, CarriesTheCertificateOfItsSignerAlone) {
    EXPECT_THAT(elementsOf(signedParts(build(MessageType::pkcsReq)).at(3)), ElementsAre(device_.certificate.toDer()));
}

TEST_F(MessageForm, IsNeverAnEnvelopeAroundNothing) {
    try {
        std::ignore = build(MessageType::certPoll, "");
        FAIL() << "it was built";
    } catch (const Error& error) {
        EXPECT_EQ(error.fault(), Fault::local);
    }
}

} // namespace
