#include "ca/oid.hpp"
#include "ca/test_client.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd::ca::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view challenge = "open sesame";

Options withChallenge() {
    Options options;
    options.challenge = challenge;
    return options;
}

TEST(TestCa, APkcsReqWithTheChallengeIsIssued) {
    const TestCa ca(withChallenge());
    const Client client;
    const auto answer = exchange(ca, client, client.request(ca, "19", {.challenge = challenge}));
    EXPECT_EQ(answer.status, "0");
    EXPECT_TRUE(answer.signedByCa);
    EXPECT_EQ(answer.recipientNonce, std::string(client.nonce.begin(), client.nonce.end()));
    ASSERT_NE(answer.issued, nullptr);
    EXPECT_TRUE(sameKey(answer.issued, client));
    EXPECT_TRUE(isIssuedBy(ca, "ca.pem", answer.issued));
}

TEST(TestCa, ARequestIsLoggedWithItsKeyAndWithoutItsChallenge) {
    const TestCa ca(withChallenge());
    const Client client;
    exchange(ca, client, client.request(ca, "19", {.challenge = challenge}));
    ASSERT_EQ(ca.requests().size(), 1);
    const auto line = ca.requests().front();
    EXPECT_THAT(line, HasSubstr("operation=PKIOperation method=POST"));
    EXPECT_THAT(line, HasSubstr(fmt::format("messageType=19 transaction={} key={} challenge=yes signer=self-signed",
                                            client.transactionId, keyHash(client.key.get()))));
    EXPECT_THAT(line, HasSubstr("digest=SHA256 cipher=AES-128-CBC der=yes outcome=SUCCESS"));
    EXPECT_THAT(line, Not(HasSubstr(std::string(challenge))));
}

TEST(TestCa, AWrongOrMissingChallengeIsABadRequestWithoutContent) {
    const TestCa ca(withChallenge());
    const Client client;
    for (const auto* password : {"open sesamy", ""}) {
        const auto answer = exchange(ca, client, client.request(ca, "19", {.challenge = password}));
        EXPECT_EQ(answer.status, "2");
        EXPECT_EQ(answer.failInfo, "2");
        EXPECT_TRUE(answer.signedByCa);
        EXPECT_FALSE(answer.content);
    }
}

TEST(TestCa, ARenewalSignedByTheIssuedCertificateNeedsNoChallenge) {
    const TestCa ca(withChallenge());
    Client client;
    const auto first = exchange(ca, client, client.request(ca, "19", {.challenge = challenge})).issued;
    ASSERT_NE(first, nullptr);
    client.hold(first);
    const auto second = exchange(ca, client, client.request(ca, "17")).issued;
    ASSERT_NE(second, nullptr);
    EXPECT_NE(serialOf(first.get()), serialOf(second.get()));
}

TEST(TestCa, ARenewalSignedByAnythingElseIsABadRequest) {
    const TestCa ca;
    const Client client;
    EXPECT_EQ(exchange(ca, client, client.request(ca, "17")).failInfo, "2");
}

TEST(TestCa, APkcsReqMayRenewWithoutChallengeWhenThatIsAllowed) {
    auto options = withChallenge();
    options.renewalByPkcsReq = true;
    const TestCa ca(options);
    Client client;
    client.hold(exchange(ca, client, client.request(ca, "19", {.challenge = challenge})).issued);
    EXPECT_EQ(exchange(ca, client, client.request(ca, "19")).status, "0");
}

TEST(TestCa, APendingRequestIsIssuedAfterItsApproval) {
    Options options;
    options.pending = true;
    const TestCa ca(options);
    const Client client;
    const auto waiting = exchange(ca, client, client.request(ca));
    EXPECT_EQ(waiting.status, "3");
    EXPECT_FALSE(waiting.content);
    EXPECT_EQ(exchange(ca, client, client.poll(ca)).status, "3");
    ca.approveAll();
    EXPECT_TRUE(sameKey(exchange(ca, client, client.poll(ca)).issued, client));
}

TEST(TestCa, APendingRequestIsIssuedAfterSoManyPolls) {
    Options options;
    options.pending = true;
    options.pendingPolls = 2;
    const TestCa ca(options);
    const Client client;
    EXPECT_EQ(exchange(ca, client, client.request(ca)).status, "3");
    EXPECT_EQ(exchange(ca, client, client.poll(ca)).status, "3");
    EXPECT_EQ(exchange(ca, client, client.poll(ca)).status, "0");
}

TEST(TestCa, APollOfAnUnknownTransactionIsABadCertId) {
    const TestCa ca;
    const Client client;
    EXPECT_EQ(exchange(ca, client, client.poll(ca)).failInfo, "4");
}

TEST(TestCa, ARepeatedRequestReturnsTheCertificateThatWasIssued) {
    const TestCa ca;
    const Client client;
    const auto first = exchange(ca, client, client.request(ca)).issued;
    const auto second = exchange(ca, client, client.request(ca)).issued;
    EXPECT_EQ(serialOf(first.get()), serialOf(second.get()));
}

TEST(TestCa, ATransactionIdOfAnotherKeyIsABadRequest) {
    const TestCa ca;
    const Client client;
    Client other;
    other.transactionId = client.transactionId;
    EXPECT_EQ(exchange(ca, client, client.request(ca)).status, "0");
    EXPECT_EQ(exchange(ca, other, other.request(ca)).failInfo, "2");
}

TEST(TestCa, ARestartKeepsTheCaAndItsTransactions) {
    const StateDirectory state({});
    const Client client;
    Options options;
    options.state = state.path();
    options.pending = true;
    std::string fingerprint;
    {
        const TestCa ca(options);
        fingerprint = ca.fingerprint();
        EXPECT_EQ(exchange(ca, client, client.request(ca)).status, "3");
    }
    const TestCa ca(options);
    EXPECT_EQ(ca.fingerprint(), fingerprint);
    ca.approveAll();
    EXPECT_EQ(exchange(ca, client, client.poll(ca)).status, "0");
}

TEST(TestCa, AnRaSignsWithOneKeyAndDecryptsWithTheOther) {
    Options options;
    options.ra = true;
    const TestCa ca(options);
    const Client client;
    EXPECT_THAT(get(ca, "GetCACert"), HasSubstr("application/x-x509-ca-ra-cert"));
    const auto answer = exchange(ca, client, client.request(ca));
    EXPECT_EQ(answer.status, "0");
    EXPECT_TRUE(answer.signedByCa) << "by a certificate that the CA issued";
    const auto root = readCertificate(ca.state() / "ca.pem");
    EXPECT_EQ(exchange(ca, client, client.messageTo(root, "19", client.signingRequest({}))).failInfo, "1")
        << "encrypted to the CA itself";
}

TEST(TestCa, APkiOperationIsUnderstoodByGet) {
    const TestCa ca;
    const Client client;
    EXPECT_EQ(read(getMessage(ca, client.request(ca)), client, ca).status, "0");
    EXPECT_THAT(get(ca, "PKIOperation&message=" + toBase64(client.request(ca)).substr(1)), HasSubstr("400"))
        << "not base64 any more";
}

TEST(TestCa, AKeyOfItsOwnMaySignForAnother) {
    const TestCa ca;
    const auto client = Client::withTransportKey();
    const auto answer = exchange(ca, client, client.request(ca));
    EXPECT_TRUE(sameKey(answer.issued, client)) << "which is an EC key";
    EXPECT_THAT(ca.requests().back(), HasSubstr("signer=transport"));
}

TEST(TestCa, ASignerWithoutRsaCannotBeAnswered) {
    const TestCa ca;
    const auto client = Client::withEcKey();
    EXPECT_EQ(exchange(ca, client, client.request(ca)).failInfo, "0");
}

TEST(TestCa, ABetterDigestComesBack) {
    const TestCa ca;
    for (const auto* digest : {"SHA384", "SHA512"}) {
        Client client;
        client.digest = digest;
        const auto answer = exchange(ca, client, client.request(ca));
        EXPECT_EQ(answer.status, "0");
        EXPECT_EQ(answer.digest, digest);
        EXPECT_TRUE(answer.signedByCa);
    }
}

TEST(TestCa, LegacyRepliesAre3DesAndSha1) {
    Options options;
    options.legacyReplies = true;
    const TestCa ca(options);
    Client client;
    client.cipher = Cipher::Des3;
    client.digest = "SHA1";
    const auto answer = exchange(ca, client, client.request(ca));
    EXPECT_EQ(answer.cipher, "DES-EDE3-CBC");
    EXPECT_EQ(answer.digest, "SHA1");
}

/// The value of an extension as OpenSSL prints it.
std::string extensionText(const Certificate& certificate, const char* oid) {
    const auto object = objectOf(oid);
    const int index = X509_get_ext_by_OBJ(certificate.get(), object.get(), -1);
    if (index < 0) return {};
    const Bio bio(BIO_new(BIO_s_mem()));
    X509V3_EXT_print(bio.get(), X509_get_ext(certificate.get(), index), X509V3_EXT_DUMP_UNKNOWN, 0);
    const auto text = contentOf(bio);
    return {text.begin(), text.end()};
}

TEST(TestCa, WhatIsAskedForIsInTheCertificate) {
    const TestCa ca;
    const Client client;
    const Wish wish{.extensions = {"subjectAltName=DNS:device.example.org,URI:urn:device",
                                   "keyUsage=critical,digitalSignature", "extendedKeyUsage=clientAuth,serverAuth",
                                   "1.3.6.1.4.1.311.20.2=DER:1e0600570069006c", "nsComment=left out"}};
    const auto issued = exchange(ca, client, client.request(ca, "19", wish)).issued;
    ASSERT_NE(issued, nullptr);
    EXPECT_EQ(extensionText(issued, "2.5.29.17"), "DNS:device.example.org, URI:urn:device");
    EXPECT_EQ(extensionText(issued, "2.5.29.15"), "Digital Signature");
    EXPECT_THAT(extensionText(issued, "2.5.29.37"), HasSubstr("Client Authentication"));
    EXPECT_THAT(extensionText(issued, "1.3.6.1.4.1.311.20.2"), Not(IsEmpty())) << "the name of a template";
    EXPECT_THAT(extensionText(issued, "2.16.840.1.113730.1.13"), IsEmpty());
}

TEST(TestCa, ACharacterThatIsUnknownIsAnError) {
    Options options;
    options.character = "cisco";
    EXPECT_THROW(const TestCa ca(options), std::runtime_error);
}

TEST(TestCa, NonsenseIsAnHttpError) {
    const TestCa ca;
    EXPECT_THAT(get(ca, "GetNothing"), HasSubstr("HTTP/1.1 400"));
    EXPECT_THAT(post(ca, Bytes{1, 2, 3}), HasSubstr("HTTP/1.1 400"));
    EXPECT_THAT(converse(ca, "nonsense\r\n\r\n"), HasSubstr("HTTP/1.1 400"));
    EXPECT_THAT(converse(ca, "POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n"), HasSubstr("HTTP/1.1 413"));
}

} // namespace
} // namespace scepd::ca::test
