#include "ca/characters.hpp"
#include "ca/test_client.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd::ca::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view challenge = "open sesame";

Options playing(std::string_view character) {
    Options options;
    options.character = character;
    options.challenge = challenge;
    return options;
}

/// A client that makes its envelopes as the character wants them.
Client clientFor(std::string_view character) {
    Client client;
    if (character == "pwri") client.password = challenge;
    return client;
}

/// What comes of a message, by GET, which every character understands.
Answer ask(const TestCa& ca, const Client& client, View message) {
    return read(getMessage(ca, message), client, ca);
}

Certificate enroll(const TestCa& ca, const Client& client) {
    return ask(ca, client, client.request(ca, "19", {.challenge = challenge})).issued;
}

std::vector<Certificate> certificatesOf(const Bytes& message) {
    std::vector<Certificate> certificates;
    auto* list = CMS_get1_certs(decode<Cms>(d2i_CMS_ContentInfo, message, "read certificates").get());
    while (sk_X509_num(list) > 0)
        certificates.emplace_back(sk_X509_shift(list));
    sk_X509_free(list);
    return certificates;
}

class EveryCharacter : public testing::TestWithParam<std::string> {
protected:
    EveryCharacter() { ca_.approveAll(); }

    TestCa ca_{playing(GetParam())};
};

TEST_P(EveryCharacter, IssuesForTheChallengeAndSignsForItself) {
    const auto client = clientFor(GetParam());
    const auto answer = ask(ca_, client, client.request(ca_, "19", {.challenge = challenge}));
    EXPECT_EQ(answer.status, "0");
    EXPECT_TRUE(answer.signedByCa);
    EXPECT_TRUE(sameKey(answer.issued, client));
    EXPECT_EQ(answer.recipientNonce, std::string(client.nonce.begin(), client.nonce.end()));
    EXPECT_THAT(ca_.requests().back(), Not(HasSubstr(std::string(challenge))));
}

TEST_P(EveryCharacter, RefusesAWrongChallenge) {
    const auto client = clientFor(GetParam());
    const auto answer = ask(ca_, client, client.request(ca_, "19", {.challenge = "open sesamy"}));
    EXPECT_EQ(answer.status, "2");
    EXPECT_EQ(answer.failInfo, "2");
}

TEST_P(EveryCharacter, IssuesForAnEcKeyThatAnotherKeySpeaksFor) {
    auto client = Client::withTransportKey();
    if (GetParam() == "pwri") client.password = challenge;
    EXPECT_TRUE(sameKey(enroll(ca_, client), client));
}

TEST_P(EveryCharacter, FindsItsCertificatesAgain) {
    auto client = clientFor(GetParam());
    const auto issued = enroll(ca_, client);
    ASSERT_NE(issued, nullptr);
    client.hold(issued);
    const auto found = ask(ca_, client, client.query(ca_, "21", issued));
    ASSERT_EQ(found.certificates.size(), 1U);
    EXPECT_EQ(X509_cmp(found.certificates.front().get(), issued.get()), 0);
    EXPECT_EQ(ask(ca_, client, client.query(ca_, "21", client.selfSigned())).failInfo, "4");
}

TEST_P(EveryCharacter, GivesACrl) {
    auto client = clientFor(GetParam());
    const auto issued = enroll(ca_, client);
    ASSERT_NE(issued, nullptr);
    const auto answer = ask(ca_, client, client.query(ca_, "22", issued));
    EXPECT_EQ(answer.status, "0");
    EXPECT_EQ(answer.crls, 1);
    EXPECT_TRUE(answer.certificates.empty());
}

TEST_P(EveryCharacter, AnswersAPollAboutWhatWasIssued) {
    const auto client = clientFor(GetParam());
    const auto issued = enroll(ca_, client);
    const auto again = ask(ca_, client, client.poll(ca_)).issued;
    ASSERT_NE(again, nullptr);
    EXPECT_EQ(serialOf(again.get()), serialOf(issued.get()));
}

std::vector<std::string> names() {
    std::vector<std::string> all;
    for (const auto& character : characterTable())
        all.emplace_back(character.name);
    return all;
}

INSTANTIATE_TEST_SUITE_P(TestCa, EveryCharacter, testing::ValuesIn(names()),
                         [](const auto& character) { return character.param; });

TEST(Ejbca, WantsTheNameOfTheCa) {
    const TestCa ca(playing("ejbca"));
    EXPECT_THAT(get(ca, "GetCACaps"), HasSubstr("HTTP/1.1 404"));
    EXPECT_THAT(get(ca, "GetCACert&message=CAIdentifier"), HasSubstr("text/html"));
    EXPECT_THAT(get(ca, "GetCACaps&message=scepd%20test%20CA"), HasSubstr("GetNextCACert"));
    EXPECT_EQ(sha256(bodyOf(get(ca, "GetCACert&message=scepd%20test%20CA"))), ca.fingerprint());
}

TEST(Ejbca, HasTheNextCaAmongTheOuterCertificates) {
    const TestCa ca(playing("ejbca"));
    const auto next = certificatesOf(bodyOf(get(ca, "GetNextCACert")));
    ASSERT_EQ(next.size(), 1U);
    EXPECT_EQ(X509_cmp(next.front().get(), readCertificate(ca.state() / "next" / "ca.pem").get()), 0);
}

TEST(Openxpki, RenewsByPkcsReqAlone) {
    const TestCa ca(playing("openxpki"));
    Client client;
    client.hold(enroll(ca, client));
    EXPECT_EQ(exchange(ca, client, client.request(ca, "17")).failInfo, "2");
    client.transactionId += "1";
    EXPECT_EQ(exchange(ca, client, client.request(ca, "19")).status, "0");
}

TEST(Openxpki, ListsItsCertificatesAndMirrorsAlgorithms) {
    const TestCa ca(playing("openxpki"));
    EXPECT_THAT(get(ca, "GetCACert"), HasSubstr("application/x-x509-ca-ra-cert"));
    Client client;
    client.cipher = Cipher::Des3;
    client.digest = "SHA1";
    const auto answer = exchange(ca, client, client.request(ca, "19", {.challenge = challenge}));
    EXPECT_EQ(answer.cipher, "DES-EDE3-CBC");
    EXPECT_EQ(answer.digest, "SHA1");
}

TEST(Openxpki, LeavesOutNull) {
    const TestCa ca(playing("openxpki"));
    const Client client;
    const Bytes sha256WithNull{0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05};
    const auto body = bodyOf(post(ca, client.request(ca, "19", {.challenge = "wrong"})));
    EXPECT_TRUE(std::ranges::search(body, sha256WithNull).empty());
    const TestCa plain(playing("plain"));
    const auto other = bodyOf(post(plain, client.request(plain, "19", {.challenge = "wrong"})));
    EXPECT_FALSE(std::ranges::search(other, sha256WithNull).empty());
}

TEST(Step, RepliesWithDesAndTheIssuedCertificateFirst) {
    const TestCa ca(playing("step"));
    const Client client;
    const auto answer = exchange(ca, client, client.request(ca, "19", {.challenge = challenge}));
    EXPECT_EQ(answer.cipher, "DES-CBC");
    ASSERT_EQ(answer.outer.size(), 2U);
    EXPECT_TRUE(sameKey(answer.outer.front(), client));
    EXPECT_TRUE(answer.signedByCa);
}

TEST(Step, WantsTheChallengeOnRenewalToo) {
    const TestCa ca(playing("step"));
    Client client;
    client.hold(enroll(ca, client));
    EXPECT_EQ(exchange(ca, client, client.request(ca, "17")).failInfo, "2");
    EXPECT_EQ(exchange(ca, client, client.request(ca, "17", {.challenge = challenge})).status, "0");
}

TEST(Step, SaysWithStatus500ThatItUnderstandsNothing) {
    const TestCa ca(playing("step"));
    const auto answer = post(ca, Bytes{1, 2, 3});
    EXPECT_THAT(answer, HasSubstr("HTTP/1.1 500"));
    EXPECT_THAT(answer, HasSubstr("text/plain"));
}

TEST(Dogtag, WalksItsChainOneByOne) {
    const TestCa ca(playing("dogtag"));
    const auto at = [&](std::string_view query) {
        return decode<Certificate>(d2i_X509, bodyOf(get(ca, query)), "read a certificate");
    };
    const auto issuing = readCertificate(ca.state() / "issuing.pem");
    EXPECT_EQ(X509_cmp(at("GetCACert").get(), issuing.get()), 0);
    EXPECT_EQ(X509_cmp(at("GetCACert&message=0").get(), issuing.get()), 0);
    EXPECT_EQ(sha256(bodyOf(get(ca, "GetCACert&message=1"))), ca.fingerprint());
    EXPECT_THAT(get(ca, "GetCACert&message=2"), HasSubstr("HTTP/1.1 500"));
}

TEST(Dogtag, KnowsNeitherCapabilitiesNorPostNorRenewal) {
    const TestCa ca(playing("dogtag"));
    Client client;
    EXPECT_THAT(get(ca, "GetCACaps"), HasSubstr("HTTP/1.1 500"));
    EXPECT_THAT(post(ca, client.request(ca)), HasSubstr("HTTP/1.1 405"));
    const auto issued = enroll(ca, client);
    EXPECT_TRUE(isIssuedBy(ca, "issuing.pem", issued));
    client.hold(issued);
    EXPECT_EQ(ask(ca, client, client.request(ca, "17")).failInfo, "2");
}

TEST(Pending, WaitsForApproval) {
    const TestCa ca(playing("pending"));
    const Client client;
    EXPECT_EQ(exchange(ca, client, client.request(ca, "19", {.challenge = challenge})).status, "3");
    ca.approveAll();
    EXPECT_TRUE(sameKey(exchange(ca, client, client.poll(ca)).issued, client));
}

TEST(Rollover, HasANextCaThatTheCurrentOneSigns) {
    const TestCa ca(playing("rollover"));
    EXPECT_THAT(get(ca, "GetCACaps"), HasSubstr("GetNextCACert"));
    const auto response = get(ca, "GetNextCACert");
    EXPECT_THAT(response, HasSubstr("application/x-x509-next-ca-cert"));
    Client nobody;
    const auto answer = read(response, nobody, ca);
    EXPECT_TRUE(answer.signedByCa);
    const auto next = certificatesOf(answer.content.value());
    ASSERT_EQ(next.size(), 1U);
    EXPECT_EQ(X509_cmp(next.front().get(), readCertificate(ca.state() / "next" / "ca.pem").get()), 0);
    EXPECT_GT(X509_cmp_current_time(X509_get0_notBefore(next.front().get())), 0) << "valid later";
}

TEST(Rollover, LetsTheEnvelopeChooseWhoIssues) {
    const TestCa ca(playing("rollover"));
    Client client;
    client.hold(enroll(ca, client));
    const auto next = readCertificate(ca.state() / "next" / "ca.pem");
    const auto answer = exchange(ca, client, client.messageTo(next, "17", client.signingRequest({})));
    EXPECT_EQ(answer.status, "0");
    EXPECT_TRUE(isIssuedBy(ca, "next/ca.pem", answer.issued));
    EXPECT_EQ(ASN1_TIME_compare(X509_get0_notBefore(answer.issued.get()), X509_get0_notBefore(next.get())), 0);
    EXPECT_THAT(ca.requests().back(), HasSubstr("to=next"));
}

TEST(Ec, IssuesWithP384BehindAnRsaRa) {
    const TestCa ca(playing("ec"));
    const auto client = Client::withTransportKey();
    const auto issued = enroll(ca, client);
    EXPECT_TRUE(isIssuedBy(ca, "ca.pem", issued));
    EXPECT_EQ(X509_get_signature_nid(issued.get()), NID_ecdsa_with_SHA384);
    const auto ra = readCertificate(ca.state() / "ra.pem");
    EXPECT_EQ(EVP_PKEY_get_base_id(X509_get0_pubkey(ra.get())), EVP_PKEY_RSA);
}

TEST(Pwri, OpensEnvelopesWithTheChallengeAlone) {
    const TestCa ca(playing("pwri"));
    auto client = Client::withEcKey();
    client.password = "open sesamy";
    EXPECT_EQ(exchange(ca, client, client.request(ca, "19", {.challenge = challenge})).failInfo, "1");
    client.password = challenge;
    EXPECT_TRUE(sameKey(enroll(ca, client), client));
    EXPECT_THAT(ca.requests().back(), HasSubstr("to=password"));
}

TEST(Pwri, AnswersAnRsaSignerByItsKeyAndOthersByTheChallenge) {
    const TestCa ca(playing("pwri"));
    for (const bool isEc : {false, true}) {
        auto client = isEc ? Client::withEcKey() : Client();
        client.password = challenge;
        const auto answer = exchange(ca, client, client.request(ca, "19", {.challenge = challenge}));
        EXPECT_TRUE(sameKey(answer.issued, client));
        EXPECT_EQ(answer.forPassword, isEc);
        EXPECT_TRUE(isIssuedBy(ca, "ca.pem", answer.issued));
    }
}

} // namespace
} // namespace scepd::ca::test
