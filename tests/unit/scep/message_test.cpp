#include "scep/message.hpp"

#include "base/error.hpp"
#include "crypto/request.hpp"
#include "unit/crypto/forge.hpp"
#include "unit/crypto/forge_cms.hpp"

#include <map>
#include <ranges>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/asn1.h>

namespace {

using namespace scepd;
using namespace scepd::scep;
using namespace scepd::test;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::UnorderedElementsAre;

constexpr auto messageType = "2.16.840.1.113733.1.9.2";
constexpr auto pkiStatus = "2.16.840.1.113733.1.9.3";
constexpr auto failInfo = "2.16.840.1.113733.1.9.4";
constexpr auto senderNonce = "2.16.840.1.113733.1.9.5";
constexpr auto recipientNonce = "2.16.840.1.113733.1.9.6";
constexpr auto transactionId = "2.16.840.1.113733.1.9.7";
constexpr auto failInfoText = "1.3.6.1.5.5.7.24.1";

const std::string nonce("0123456789abcdef");

std::vector<AttributeSpec> listOf(const std::map<std::string, AttributeSpec>& attributes) {
    const auto values = std::views::values(attributes);
    return {values.begin(), values.end()};
}

/// A CA that answers a device's message as a test wants.
class AnswerOf : public testing::Test {
protected:
    /// The attributes of a correct answer with this status.
    static std::map<std::string, AttributeSpec> attributes(const std::string& status) {
        return {{messageType, {messageType, V_ASN1_PRINTABLESTRING, "3"}},
                {pkiStatus, {pkiStatus, V_ASN1_PRINTABLESTRING, status}},
                {transactionId, {transactionId, V_ASN1_PRINTABLESTRING, "a1b2"}},
                {recipientNonce, {recipientNonce, V_ASN1_OCTET_STRING, nonce}}};
    }

    [[nodiscard]] std::string envelope() const {
        return envelopedData(certificateList({issued_.certificate, ca_.certificate}), {device_.certificate});
    }

    [[nodiscard]] Answer read(const std::map<std::string, AttributeSpec>& attributes,
                              const std::optional<std::string>& content = {},
                              const std::string& digest = "SHA256") const {
        const SignedSpec spec{.content = content, .attributes = listOf(attributes), .digest = digest};
        return readAnswer(signedData(spec, ca_), expectation_, sender_);
    }

    [[nodiscard]] std::string complaintAbout(const SignedSpec& spec) const {
        try {
            std::ignore = readAnswer(signedData(spec, ca_), expectation_, sender_);
            return "nothing";
        } catch (const Error& error) {
            EXPECT_EQ(error.fault(), Fault::protocol);
            return error.what();
        }
    }

    [[nodiscard]] std::string complaint(const std::map<std::string, AttributeSpec>& attributes,
                                        const std::optional<std::string>& content = {}) const {
        return complaintAbout({.content = content, .attributes = listOf(attributes)});
    }

    Identity ca_ = selfSigned({.subject = "CN=ca", .ca = true}, testKey(1));
    Identity device_ = selfSigned({.subject = "CN=device", .serial = 2}, testKey(2));
    Identity issued_ = issued({.subject = "CN=device", .serial = 3}, testKey(2), ca_);
    Sender sender_{device_.certificate, device_.key};
    Expectation expectation_{.transaction = "a1b2",
                             .senderNonce = nonce,
                             .signers = {ca_.certificate},
                             .strength = crypto::Strength::standard};
};

TEST_F(AnswerOf, SuccessBringsCertificates) {
    const auto answer = std::get<SuccessAnswer>(read(attributes("0"), envelope()));
    EXPECT_THAT(answer.certificates, UnorderedElementsAre(issued_.certificate, ca_.certificate));
}

TEST_F(AnswerOf, SuccessBringsRevocationLists) {
    const auto list = envelopedData(degenerate({}, {crlOf(ca_, {3})}), {device_.certificate});
    const auto answer = std::get<SuccessAnswer>(read(attributes("0"), list));
    EXPECT_THAT(answer.certificates, testing::IsEmpty());
    ASSERT_EQ(answer.crls.size(), 1U);
    EXPECT_TRUE(answer.crls.front().isSignedBy(ca_.certificate));
}

TEST_F(AnswerOf, SuccessUnderTheChallengeIsReadWithIt) {
    const auto list = envelopeOf(certificateList({issued_.certificate}), {.passwords = {"the challenge"}});
    EXPECT_THAT(complaint(attributes("0"), list), HasSubstr("there is no challenge to open it with"));
    sender_.challenge = Secret("another challenge");
    EXPECT_THAT(complaint(attributes("0"), list), HasSubstr("a password that is not our challenge"));
    sender_.challenge = Secret("the challenge");
    EXPECT_EQ(std::get<SuccessAnswer>(read(attributes("0"), list)).certificates.size(), 1U);
}

TEST_F(AnswerOf, SuccessByKeyAgreementIsReadWithAnEcKey) {
    const auto ec = selfSigned({.subject = "CN=device", .serial = 4}, ecTestKey());
    sender_ = {ec.certificate, ec.key};
    const auto list = envelopeOf(certificateList({issued_.certificate}), {.recipients = {ec.certificate}});
    EXPECT_EQ(std::get<SuccessAnswer>(read(attributes("0"), list)).certificates.size(), 1U);
}

TEST_F(AnswerOf, SuccessInDesSaysWhatToDo) {
    const auto list = envelopedData(certificateList({issued_.certificate}), {device_.certificate}, "DES-CBC");
    EXPECT_THAT(complaint(attributes("0"), list), HasSubstr("des-cbc, which is too weak; legacy-replies = true"));
}

TEST_F(AnswerOf, SuccessWithAuthenticatedEncryptionIsRefused) {
    const auto list = envelopeOf("x", {.recipients = {device_.certificate}, .cipher = "AES-128-GCM"});
    EXPECT_THAT(complaint(attributes("0"), list), HasSubstr("AuthEnvelopedData"));
}

TEST_F(AnswerOf, SuccessWithoutAnythingInItIsAnError) {
    EXPECT_THAT(complaint(attributes("0")), HasSubstr("carries nothing"));
    EXPECT_THAT(complaint(attributes("0"), ""), HasSubstr("carries nothing"));
    EXPECT_THAT(complaint(attributes("0"), std::string(1, '\0')), HasSubstr("not an encrypted CMS message"));
    EXPECT_THAT(complaint(attributes("0"), envelopedData("junk", {device_.certificate})),
                HasSubstr("not a list of certificates"));
}

TEST_F(AnswerOf, SuccessForSomebodyElseIsAnError) {
    EXPECT_THAT(complaint(attributes("0"), envelopedData(certificateList({issued_.certificate}), {ca_.certificate})),
                HasSubstr("somebody else's certificate"));
}

TEST_F(AnswerOf, PendingAndFailureMayCarryNothingEmptinessOrJunk) {
    for (const auto& content : {std::optional<std::string>(), std::optional<std::string>(""),
                                std::optional(std::string(1, '\0')), std::optional<std::string>("junk")}) {
        EXPECT_TRUE(std::holds_alternative<PendingAnswer>(read(attributes("3"), content)));
        auto failure = attributes("2");
        failure[failInfo] = {failInfo, V_ASN1_PRINTABLESTRING, "4"};
        EXPECT_EQ(std::get<FailureAnswer>(read(failure, content)).failInfo, "badCertId");
    }
}

TEST_F(AnswerOf, FailureNamesItsReason) {
    const std::map<std::string, std::string> names{
        {"0", "badAlg"}, {"1", "badMessageCheck"}, {"2", "badRequest"}, {"3", "badTime"}, {"4", "badCertId"}};
    for (const auto& [number, name] : names)
        for (const int type : {V_ASN1_PRINTABLESTRING, V_ASN1_INTEGER, V_ASN1_UTF8STRING}) {
            auto failure = attributes("2");
            failure[failInfo] = {failInfo, type, number};
            EXPECT_EQ(std::get<FailureAnswer>(read(failure)).failInfo, name);
        }
}

TEST_F(AnswerOf, FailureMayWriteItsNumberWithZerosInFront) {
    for (const auto* number : {"02", "0002"}) {
        auto failure = attributes("2");
        failure[failInfo] = {failInfo, V_ASN1_PRINTABLESTRING, number};
        EXPECT_EQ(std::get<FailureAnswer>(read(failure)).failInfo, "badRequest");
    }
}

TEST_F(AnswerOf, FailureForNoKnownReasonIsStillAFailure) {
    for (const auto* number : {"5", "9", "22", "", "x", "0x", "2 ", "-2"}) {
        auto failure = attributes("2");
        failure[failInfo] = {failInfo, V_ASN1_PRINTABLESTRING, number};
        EXPECT_EQ(std::get<FailureAnswer>(read(failure)).failInfo, "");
    }
    EXPECT_EQ(std::get<FailureAnswer>(read(attributes("2"))).text, "");
    auto failure = attributes("2");
    failure[failInfo] = {failInfo, V_ASN1_PRINTABLESTRING, "9"};
    EXPECT_EQ(std::get<FailureAnswer>(read(failure)).text, "failInfo 9, which does not exist");
}

TEST_F(AnswerOf, FailureTextIsReadInAnyStringTypeAndMadePrintable) {
    const auto textOf = [&](int type, const std::string& text) {
        auto failure = attributes("2");
        failure[failInfoText] = {failInfoText, type, text};
        return std::get<FailureAnswer>(read(failure)).text;
    };
    EXPECT_EQ(textOf(V_ASN1_UTF8STRING, "schlüssel fehlt"), "schlüssel fehlt");
    EXPECT_EQ(textOf(V_ASN1_PRINTABLESTRING, "no"), "no");
    EXPECT_EQ(textOf(V_ASN1_BMPSTRING, std::string("\0n\0o", 4)), "no");
    EXPECT_EQ(textOf(V_ASN1_UTF8STRING, "a\n\x1b[31mb"), "a ?[31mb");
    EXPECT_EQ(textOf(V_ASN1_UTF8STRING, std::string(10000, 'x')).size(), 258U);
}

TEST_F(AnswerOf, AnotherTransactionIsRefused) {
    for (const auto* id : {"a1b", "a1b2c", "A1B2", " a1b2", "a1b2 ", ""}) {
        auto wrong = attributes("3");
        wrong[transactionId].value = id;
        EXPECT_THAT(complaint(wrong), HasSubstr("transactionID")) << id;
    }
    auto without = attributes("3");
    without.erase(transactionId);
    EXPECT_THAT(complaint(without), HasSubstr("it has no transactionID"));
}

TEST_F(AnswerOf, AnotherNonceIsRefused) {
    auto wrong = attributes("3");
    wrong[recipientNonce].value = "0123456789abcdeF";
    EXPECT_THAT(complaint(wrong), HasSubstr("recipientNonce is not the nonce of our message"));
    wrong[recipientNonce].value = "01234567";
    EXPECT_THAT(complaint(wrong), HasSubstr("recipientNonce"));
    wrong[recipientNonce] = {recipientNonce, V_ASN1_PRINTABLESTRING, nonce};
    EXPECT_THAT(complaint(wrong), HasSubstr("no recipientNonce"));
    wrong.erase(recipientNonce);
    EXPECT_THAT(complaint(wrong), HasSubstr("no recipientNonce"));
}

TEST_F(AnswerOf, AnotherMessageTypeIsRefused) {
    for (const auto* type : {"19", "17", "20", "33", ""}) {
        auto wrong = attributes("3");
        wrong[messageType].value = type;
        EXPECT_THAT(complaint(wrong), HasSubstr("messageType"));
    }
    auto without = attributes("3");
    without.erase(messageType);
    EXPECT_THAT(complaint(without), HasSubstr("no messageType"));
}

TEST_F(AnswerOf, AnotherStatusIsRefused) {
    for (const auto* status : {"1", "4", "00", "-", ""})
        EXPECT_THAT(complaint(attributes(status), envelope()), HasSubstr("pkiStatus"));
    auto without = attributes("3");
    without.erase(pkiStatus);
    EXPECT_THAT(complaint(without), HasSubstr("pkiStatus"));
}

TEST_F(AnswerOf, ANonceOfAnotherLengthIsComparedAsItIs) {
    for (const auto& bytes : {std::string("01234567"), std::string(32, 'n'), std::string("\0n", 2)}) {
        expectation_.senderNonce = bytes;
        auto pending = attributes("3");
        pending[recipientNonce].value = bytes;
        EXPECT_TRUE(std::holds_alternative<PendingAnswer>(read(pending)));
    }
}

TEST_F(AnswerOf, AnAttributeThatStandsTwiceIsRefused) {
    for (const auto& [oid, value] : attributes("3")) {
        SignedSpec spec;
        spec.attributes = listOf(attributes("3"));
        spec.attributes.push_back({oid, V_ASN1_UTF8STRING, "9"});
        EXPECT_THAT(complaintAbout(spec), HasSubstr(oid + " stands twice"));
        spec.attributes.pop_back();
        spec.furtherValues = {{oid, V_ASN1_UTF8STRING, "9"}};
        EXPECT_THAT(complaintAbout(spec), HasSubstr(oid + " has 2 values"));
    }
}

TEST_F(AnswerOf, TwoSignersAreRefused) {
    EXPECT_THAT(complaintAbout({.furtherSigners = {device_}}), HasSubstr("signed by 2 signers"));
}

TEST_F(AnswerOf, AnotherTypeOfContentIsRefused) {
    EXPECT_THAT(complaintAbout({.contentType = "1.2.840.113549.1.7.3"}), HasSubstr("instead of data"));
}

TEST_F(AnswerOf, ASignerThatTheMessageDoesNotCarryIsFoundByItsNameOrKeyIdentifier) {
    const auto ra = selfSigned({.subject = "CN=ra", .serial = 9, .keyIdentifier = true}, testKey(3));
    expectation_.signers = {ca_.certificate, ra.certificate};
    for (const bool byKeyIdentifier : {false, true}) {
        SignedSpec spec{.withCertificates = false, .byKeyIdentifier = byKeyIdentifier};
        spec.attributes = listOf(attributes("3"));
        EXPECT_TRUE(std::holds_alternative<PendingAnswer>(readAnswer(signedData(spec, ra), expectation_, sender_)));
    }
}

TEST_F(AnswerOf, MayBeBer) {
    const auto list =
        envelopeOf(certificateList({issued_.certificate}), {.recipients = {device_.certificate}, .ber = true});
    SignedSpec spec{.content = list, .ber = true};
    spec.attributes = listOf(attributes("0"));
    const auto answer = readAnswer(signedData(spec, ca_), expectation_, sender_);
    EXPECT_EQ(std::get<SuccessAnswer>(answer).certificates.size(), 1U);
}

TEST_F(AnswerOf, MaySayItsOwnNonceOrNot) {
    auto with = attributes("3");
    with[senderNonce] = {senderNonce, V_ASN1_OCTET_STRING, "12345678"};
    EXPECT_TRUE(std::holds_alternative<PendingAnswer>(read(with)));
}

TEST_F(AnswerOf, MayCarryAttributesThatNobodyNeeds) {
    constexpr auto extensionReqOfOldDrafts = "2.16.840.1.113733.1.9.8";
    constexpr auto statusOfMicrosoft = "1.3.6.1.4.1.311.21.33";
    auto with = attributes("3");
    with[extensionReqOfOldDrafts] = {extensionReqOfOldDrafts, V_ASN1_SEQUENCE, element(0x30, "")};
    with[statusOfMicrosoft] = {statusOfMicrosoft, V_ASN1_PRINTABLESTRING, "-2147024809"};
    EXPECT_TRUE(std::holds_alternative<PendingAnswer>(read(with)));
}

TEST_F(AnswerOf, Sha1IsReadOnlyWhenLegacyIsAccepted) {
    EXPECT_THROW(std::ignore = read(attributes("3"), {}, "SHA1"), Error);
    expectation_.strength = crypto::Strength::legacy;
    EXPECT_TRUE(std::holds_alternative<PendingAnswer>(read(attributes("3"), {}, "SHA1")));
}

TEST_F(AnswerOf, AStrangerIsRefused) {
    expectation_.signers = {device_.certificate};
    EXPECT_THAT(complaint(attributes("3")), HasSubstr("none of the CA's certificates"));
}

TEST_F(AnswerOf, OurselvesIsNoAnswer) {
    const auto message =
        buildMessage(MessageType::pkcsReq, "a1b2", "x", {device_.certificate, device_.key}, ca_.certificate, {});
    EXPECT_THROW(readAnswer(message.der, expectation_, {device_.certificate, device_.key}), Error);
}

class Message : public AnswerOf {};

TEST_F(Message, IsEncryptedForTheCaAndSignedWithTheAttributesOfItsTransaction) {
    const std::map<MessageType, std::string> types{{MessageType::renewalReq, "17"},
                                                   {MessageType::pkcsReq, "19"},
                                                   {MessageType::certPoll, "20"},
                                                   {MessageType::getCert, "21"},
                                                   {MessageType::getCrl, "22"}};
    for (const auto& [type, number] : types) {
        const auto message =
            buildMessage(type, "a1b2", "the request", {device_.certificate, device_.key}, ca_.certificate, {});
        const auto read = crypto::verify(message.der, {device_.certificate}, crypto::Strength::standard);
        EXPECT_EQ(read.text(messageType), number);
        EXPECT_EQ(read.text(transactionId), "a1b2");
        EXPECT_EQ(read.octetString(senderNonce), message.senderNonce);
        EXPECT_EQ(message.senderNonce.size(), 16U);
        EXPECT_EQ(crypto::decrypt(read.content, {ca_.certificate, ca_.key}, crypto::Strength::standard), "the request");
    }
}

TEST_F(Message, HasANonceOfItsOwn) {
    const auto build = [&] {
        return buildMessage(MessageType::certPoll, "a1b2", "x", {device_.certificate, device_.key}, ca_.certificate,
                            {});
    };
    EXPECT_NE(build().senderNonce, build().senderNonce);
}

TEST_F(Message, FallsToOldAlgorithmsOnlyWhenToldTo) {
    const auto message = buildMessage(MessageType::pkcsReq, "a1b2", "x", {device_.certificate, device_.key},
                                      ca_.certificate, {crypto::Cipher::des3, Digest::sha1});
    EXPECT_THROW(crypto::verify(message.der, {device_.certificate}, crypto::Strength::standard), Error);
    EXPECT_NO_THROW(crypto::verify(message.der, {device_.certificate}, crypto::Strength::legacy));
}

TEST_F(Message, UsesTheDigestThatWasAskedFor) {
    const std::map<Digest, std::string> names{{Digest::sha256, oidElement("2.16.840.1.101.3.4.2.1")},
                                              {Digest::sha384, oidElement("2.16.840.1.101.3.4.2.2")},
                                              {Digest::sha512, oidElement("2.16.840.1.101.3.4.2.3")}};
    for (const auto& [digest, oid] : names) {
        const auto message =
            buildMessage(MessageType::pkcsReq, "a1b2", "x", sender_, ca_.certificate, {crypto::Cipher::aes128, digest});
        const auto signedData = elementsOf(elementsOf(message.der)[1]).front();
        EXPECT_EQ(elementsOf(elementsOf(elementsOf(signedData)[1]).front()).front(), oid);
        EXPECT_NO_THROW(crypto::verify(message.der, {device_.certificate}, crypto::Strength::standard));
    }
}

TEST_F(Message, IsDerAtBothLevels) {
    const auto message = buildMessage(MessageType::pkcsReq, "a1b2", "x", sender_, ca_.certificate, {});
    const auto read = crypto::verify(message.der, {device_.certificate}, crypto::Strength::standard);
    EXPECT_EQ(message.der.substr(0, 2), "\x30\x82");
    EXPECT_EQ(read.content.substr(0, 2), "\x30\x82");
}

TEST_F(Message, IsSignedByAnRsaTransportKeyWhenTheRequestIsForAnEcKey) {
    const auto ecKey = crypto::Key::generateEc("P-256");
    const crypto::RequestContent content{
        .subject = {{{"CN", "device"}}}, .alternativeNames = {}, .extendedKeyUsage = {}};
    const auto request = crypto::Request::make(content, ecKey, {});
    const Sender transport{request.selfSigned(testKey(3), Digest::sha256, noon), testKey(3)};
    const auto message = buildMessage(MessageType::pkcsReq, "a1b2", request.toDer(), transport, ca_.certificate, {});
    const auto read = crypto::verify(message.der, {transport.certificate}, crypto::Strength::standard);
    EXPECT_EQ(crypto::decrypt(read.content, {ca_.certificate, ca_.key}, crypto::Strength::standard), request.toDer());
}

class EcAuthority : public AnswerOf {
protected:
    Identity ecCa_ = selfSigned({.subject = "CN=ec ca", .ca = true}, ecTestKey());
};

TEST_F(EcAuthority, GetsItsMessagesUnderTheChallenge) {
    sender_.challenge = Secret("the challenge");
    const auto message = buildMessage(MessageType::pkcsReq, "a1b2", "the request", sender_, ecCa_.certificate, {});
    const auto read = crypto::verify(message.der, {device_.certificate}, crypto::Strength::standard);
    const crypto::Opener opener{ecCa_.certificate, ecCa_.key, Secret("the challenge")};
    EXPECT_EQ(crypto::decrypt(read.content, opener, crypto::Strength::standard), "the request");
}

TEST_F(EcAuthority, WithoutAChallengeIsAnErrorOfTheConfiguration) {
    try {
        buildMessage(MessageType::pkcsReq, "a1b2", "x", sender_, ecCa_.certificate, {});
        FAIL() << "it was built";
    } catch (const Error& error) {
        EXPECT_EQ(error.fault(), Fault::configuration);
        EXPECT_THAT(error.what(), HasSubstr("CN=ec ca, which has the key EC P-256, and without a challenge"));
    }
}

TEST(TransactionId, IsThirtyTwoHexDigitsAndAnotherOneEveryTime) {
    EXPECT_THAT(newTransactionId(), MatchesRegex("[0-9a-f]{32}"));
    EXPECT_NE(newTransactionId(), newTransactionId());
}

} // namespace
