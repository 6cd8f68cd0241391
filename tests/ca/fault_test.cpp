#include "ca/test_client.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>
#include <thread>

namespace scepd::ca::test {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(TestCaFault, OneThatIsUnknownIsAnError) {
    const TestCa ca;
    EXPECT_THROW(ca.setFaults("wrong-nonse"), std::runtime_error);
    EXPECT_THROW(ca.setFaults("http-500*0"), std::runtime_error);
}

TEST(TestCaFault, OneCanBeConfinedToAnOperationAndANumberOfTimes) {
    const TestCa ca;
    ca.setFaults("http-500@GetCACert*2");
    EXPECT_THAT(get(ca, "GetCACaps"), HasSubstr("HTTP/1.1 200"));
    EXPECT_THAT(get(ca, "GetCACert"), HasSubstr("HTTP/1.1 500"));
    EXPECT_THAT(get(ca, "GetCACert"), HasSubstr("HTTP/1.1 500"));
    EXPECT_THAT(get(ca, "GetCACert"), HasSubstr("HTTP/1.1 200"));
}

TEST(TestCaFault, NamesAreGivenOnce) {
    std::set<std::string_view> names;
    for (const auto& fault : faultTable())
        EXPECT_TRUE(names.insert(fault.name).second) << fault.name;
}

/// The answer to a fresh client's PKCSReq while one fault is on.
Answer answerWith(const TestCa& ca, std::string_view fault, const Client& client) {
    ca.setFaults(fault);
    return exchange(ca, client, client.request(ca));
}

TEST(TestCaFault, TheCertificateCanBeWrong) {
    const TestCa ca;
    const auto issuedWith = [&](std::string_view fault) {
        Client client;
        auto issued = answerWith(ca, fault, client).issued;
        EXPECT_EQ(fault != "other-key", sameKey(issued, client)) << fault;
        return issued;
    };
    const auto now = [](const ASN1_TIME* time) { return X509_cmp_current_time(time); };
    EXPECT_NE(issuedWith("other-key"), nullptr);
    EXPECT_FALSE(isIssuedBy(ca, "ca.pem", issuedWith("foreign-issuer")));
    EXPECT_LT(now(X509_get0_notAfter(issuedWith("expired").get())), 0);
    EXPECT_GT(now(X509_get0_notBefore(issuedWith("not-yet-valid").get())), 0);
    const auto other = nameOf("somebody else");
    EXPECT_EQ(X509_NAME_cmp(X509_get_subject_name(issuedWith("other-subject").get()), other.get()), 0);
}

TEST(TestCaFault, ARenewalCanReturnTheOldCertificate) {
    const TestCa ca;
    Client client;
    client.hold(answerWith(ca, "", client).issued);
    ca.setFaults("same-certificate");
    const auto again = exchange(ca, client, client.request(ca, "17")).issued;
    EXPECT_EQ(X509_cmp(again.get(), client.signer.get()), 0);
}

TEST(TestCaFault, TheCertRepCanBeWrong) {
    const TestCa ca;
    const Client client;
    EXPECT_NE(answerWith(ca, "wrong-nonce", client).recipientNonce,
              std::string(client.nonce.begin(), client.nonce.end()));
    EXPECT_EQ(answerWith(ca, "missing-nonce", client).recipientNonce, "");
    EXPECT_FALSE(answerWith(ca, "stranger-signs", client).signedByCa);
    EXPECT_TRUE(answerWith(ca, "device-signs", client).signedByCa) << "its certificate chains to the CA";
    EXPECT_EQ(answerWith(ca, "unknown-status", client).status, "7");
    EXPECT_EQ(answerWith(ca, "bad-fail-info", client).failInfo, "9");
    EXPECT_FALSE(answerWith(ca, "failure", client).content);
    EXPECT_TRUE(answerWith(ca, "failure-empty-content", client).content);
    EXPECT_TRUE(answerWith(ca, "failure-junk-content", client).content);
}

TEST(TestCaFault, DesNeedsTheLegacyProviderToBeRead) {
    const TestCa ca;
    const Client client;
    const auto answer = answerWith(ca, "des-reply", client);
    EXPECT_EQ(answer.cipher, "DES-CBC");
    const Identity identity{share(client.signer), Client::shareKey(client.signerKey)};
    EXPECT_THROW(openEnvelope(answer.content.value(), identity, nullptr), std::runtime_error);
}

TEST(TestCaFault, ALostReplyIsThereWhenItIsAskedForAgain) {
    const TestCa ca;
    const Client client;
    ca.setFaults("lost-reply");
    EXPECT_EQ(post(ca, client.request(ca)), "");
    EXPECT_THAT(ca.requests().back(), ContainsRegex("outcome=SUCCESS serial=[0-9A-F]+ faults=lost-reply"));
    const auto answer = exchange(ca, client, client.poll(ca));
    EXPECT_THAT(ca.requests().front(), HasSubstr(serialOf(answer.issued.get())));
}

TEST(TestCaFault, AnotherCaCanStandBehindTheUrl) {
    const TestCa ca;
    const auto before = bodyOf(get(ca, "GetCACert"));
    ca.setFaults("swapped-ca");
    const auto after = bodyOf(get(ca, "GetCACert"));
    EXPECT_EQ(sha256(before), ca.fingerprint());
    EXPECT_NE(sha256(after), ca.fingerprint());
    const auto one = decode<Certificate>(d2i_X509, before, "read the CA");
    const auto other = decode<Certificate>(d2i_X509, after, "read the CA");
    EXPECT_EQ(X509_NAME_cmp(X509_get_subject_name(one.get()), X509_get_subject_name(other.get())), 0);
}

TEST(TestCaFault, TheHttpAnswerCanBeWrong) {
    const TestCa ca;
    const auto capsWith = [&](std::string_view fault) {
        ca.setFaults(fault);
        return get(ca, "GetCACaps");
    };
    const auto whole = bodyOf(capsWith("")).size();
    EXPECT_THAT(capsWith("html-caps"), HasSubstr("text/html"));
    EXPECT_THAT(capsWith("caps-404"), HasSubstr("HTTP/1.1 404"));
    EXPECT_THAT(capsWith("http-999"), HasSubstr("HTTP/1.1 999"));
    EXPECT_EQ(bodyOf(capsWith("empty-caps")).size(), 0);
    EXPECT_EQ(bodyOf(capsWith("truncated-body")).size(), whole / 2);
    EXPECT_EQ(bodyOf(capsWith("oversized-body")).size(), std::size_t{2} << 20U);
    EXPECT_THAT(capsWith("garbage-body"), Not(HasSubstr("SCEPStandard")));
}

TEST(TestCaFault, StoppingEndsAConnectionThatIsNeverAnswered) {
    auto ca = std::make_unique<TestCa>();
    ca->setFaults("no-answer");
    std::string answer = "none yet";
    std::thread client([&, &running = *ca] { answer = get(running, "GetCACaps"); });
    while (ca->requests().empty())
        std::this_thread::yield();
    ca.reset();
    client.join();
    EXPECT_EQ(answer, "");
}

TEST(TestCaFault, TheEnvelopeCanBeWrong) {
    const TestCa ca;
    const Client client;
    EXPECT_EQ(answerWith(ca, "aes256-reply", client).cipher, "AES-256-CBC");
    EXPECT_EQ(answerWith(ca, "des3-reply", client).cipher, "DES-EDE3-CBC");
    EXPECT_EQ(answerWith(ca, "rc2-reply", client).cipher, "RC2-CBC");
    EXPECT_EQ(answerWith(ca, "hundred-certificates", client).certificates.size(), 100U);
    EXPECT_EQ(answerWith(ca, "no-leaf", client).issued, nullptr);
    EXPECT_TRUE(sameKey(answerWith(ca, "oaep-reply", client).issued, client));
    EXPECT_TRUE(sameKey(answerWith(ca, "two-recipients", client).issued, client));
    EXPECT_FALSE(answerWith(ca, "no-envelope", client).content);
    EXPECT_TRUE(answerWith(ca, "plain-inside", client).certificates.empty());
    for (const auto* fault : {"encrypted-to-another", "aes-gcm-reply", "empty-envelope"})
        EXPECT_THROW(answerWith(ca, fault, client), std::runtime_error) << fault;
}

TEST(TestCaFault, TheSignatureCanBeWrong) {
    const TestCa ca;
    const Client client;
    for (const auto* fault : {"two-signers", "md5-reply", "wrong-signed-digest", "no-signed-content-type"}) {
        const auto answer = answerWith(ca, fault, client);
        EXPECT_EQ(answer.signedByCa, std::string_view(fault) == "md5-reply") << fault;
    }
    EXPECT_EQ(answerWith(ca, "empty-attributes", client).status, "");
    EXPECT_EQ(answerWith(ca, "short-nonce", client).recipientNonce.size(), 8U);
}

TEST(TestCaFault, AnOldCertRepCanComeAgain) {
    const TestCa ca;
    const Client client;
    const auto first = bodyOf(post(ca, client.request(ca)));
    ca.setFaults("replay");
    EXPECT_EQ(bodyOf(post(ca, client.poll(ca))), first);
}

TEST(TestCaFault, BerIsReadAsTheSameMessage) {
    const TestCa ca;
    const Client client;
    const auto answer = answerWith(ca, "indefinite-length", client);
    EXPECT_TRUE(answer.signedByCa);
    EXPECT_TRUE(sameKey(answer.issued, client));
    EXPECT_EQ(bodyOf(post(ca, client.request(ca)))[1], 0x80);
}

TEST(TestCaFault, TheAuthoritiesCanBeWrong) {
    const TestCa ca;
    const auto countWith = [&](std::string_view fault) {
        ca.setFaults(fault);
        auto* list = CMS_get1_certs(decode<Cms>(d2i_CMS_ContentInfo, bodyOf(get(ca, "GetCACert")), "read").get());
        const int count = sk_X509_num(list);
        sk_X509_pop_free(list, X509_free);
        return count;
    };
    EXPECT_EQ(countWith("expired-ra"), 2);
    EXPECT_EQ(countWith("foreign-ra"), 2);
    EXPECT_EQ(countWith("namesake-ca"), 2);
    EXPECT_EQ(countWith("thousand-cas"), 1000);
    EXPECT_EQ(countWith("ca-with-crl"), 1);
    EXPECT_EQ(countWith("no-cas"), -1);
}

TEST(TestCaFault, TheTransportCanBeWrong) {
    const TestCa ca;
    const auto capsWith = [&](std::string_view fault) {
        ca.setFaults(fault);
        return get(ca, "GetCACaps");
    };
    EXPECT_THAT(capsWith("chunked"), HasSubstr("Transfer-Encoding: chunked"));
    EXPECT_THAT(capsWith("http-0.9"), StartsWith("AES\n"));
    EXPECT_THAT(capsWith("http-429"), HasSubstr("Retry-After: 120"));
    EXPECT_THAT(capsWith("redirect-other-host"), HasSubstr("Location: http://ca.example.org/"));
    EXPECT_THAT(capsWith("negative-length"), HasSubstr("Content-Length: -1"));
    EXPECT_THAT(capsWith("gzip-body"), HasSubstr("Content-Encoding: gzip"));
    EXPECT_EQ(std::ranges::count(capsWith("many-caps"), '\n'), 100000 + 5);
}

} // namespace
} // namespace scepd::ca::test
