#include "ca/oid.hpp"
#include "ca/server.hpp"

#include <arpa/inet.h>
#include <array>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace scepd::ca {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view challenge = "open sesame";

Key newKey() {
    return Key(must(EVP_RSA_gen(2048), "generate a key"));
}

/// The bytes that the server sends until it closes the connection, after `request`.
std::string converse(const TestCa& ca, std::string_view request) {
    const Descriptor client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(ca.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("cannot connect");
    send(client.get(), request.data(), request.size(), MSG_NOSIGNAL);
    std::string answer;
    std::array<char, 65536> chunk{};
    for (ssize_t count = 0; (count = recv(client.get(), chunk.data(), chunk.size(), 0)) > 0;)
        answer.append(chunk.data(), static_cast<std::size_t>(count));
    return answer;
}

std::string get(const TestCa& ca, std::string_view query) {
    return converse(ca, fmt::format("GET /scep?operation={} HTTP/1.1\r\nHost: x\r\n\r\n", query));
}

std::string post(const TestCa& ca, View message) {
    return converse(ca, fmt::format("POST /scep?operation=PKIOperation HTTP/1.1\r\nContent-Length: {}\r\n\r\n{}",
                                    message.size(), std::string(message.begin(), message.end())));
}

Bytes bodyOf(const std::string& response) {
    const auto end = response.find("\r\n\r\n");
    if (end == std::string::npos) return {};
    return {response.begin() + static_cast<std::ptrdiff_t>(end) + 4, response.end()};
}

/// A client with one key and the certificate that signs for it: self-signed until it holds an issued one.
struct Client {
    Key key = newKey();
    Certificate signer = selfSigned();
    Key signerKey = shareKey();
    std::string transactionId = hex(randomBytes(16));
    Bytes nonce = randomBytes(16);

    Certificate selfSigned() const {
        Certificate certificate(must(X509_new(), "make a certificate"));
        const auto name = nameOf("endpoint");
        ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
        X509_set_issuer_name(certificate.get(), name.get());
        X509_set_subject_name(certificate.get(), name.get());
        X509_set_pubkey(certificate.get(), key.get());
        X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
        X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
        X509_sign(certificate.get(), key.get(), EVP_sha256());
        return certificate;
    }

    Key shareKey() const {
        EVP_PKEY_up_ref(key.get());
        return Key(key.get());
    }

    Bytes signingRequest(std::string_view password) const {
        const Pkcs10 request(must(X509_REQ_new(), "make a request"));
        const auto name = nameOf("endpoint");
        X509_REQ_set_subject_name(request.get(), name.get());
        X509_REQ_set_pubkey(request.get(), key.get());
        if (!password.empty())
            X509_REQ_add1_attr_by_NID(request.get(), NID_pkcs9_challengePassword, MBSTRING_UTF8,
                                      reinterpret_cast<const unsigned char*>(password.data()),
                                      static_cast<int>(password.size()));
        X509_REQ_sign(request.get(), key.get(), EVP_sha256());
        return encode(i2d_X509_REQ, request.get());
    }

    /// A pkiMessage has the shape of a CertRep without pkiStatus.
    Bytes message(std::string_view type, View content, const Certificate& recipient) const {
        CertRep request;
        request.messageType = type;
        request.transactionId = transactionId;
        request.senderNonce = nonce;
        request.rawContent = envelope(content, recipient);
        EVP_PKEY_up_ref(signerKey.get());
        const Identity identity{share(signer), Key(signerKey.get())};
        return encodeReply(request, {.signer = identity, .recipient = recipient});
    }

    Bytes request(const TestCa& ca, std::string_view type = "19", std::string_view password = {}) const {
        return message(type, signingRequest(password), readCertificate(ca.state() / "ca.pem"));
    }

    Bytes poll(const TestCa& ca) const {
        const auto issuer = readCertificate(ca.state() / "ca.pem");
        auto names = encode(i2d_X509_NAME, X509_get_subject_name(issuer.get()));
        const auto name = nameOf("endpoint");
        const auto subject = encode(i2d_X509_NAME, name.get());
        names.insert(names.end(), subject.begin(), subject.end());
        names.insert(names.begin(), {0x30, static_cast<unsigned char>(names.size())});
        return message("20", names, issuer);
    }
};

/// What a CertRep says, read with plain OpenSSL.
struct Answer {
    std::string status;
    std::string failInfo;
    std::string recipientNonce;
    bool signedByCa = false;
    bool hasContent = false;
    Certificate issued;
};

std::string attribute(CMS_ContentInfo* message, const char* oid) {
    auto* signer = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(message), 0);
    const auto object = objectOf(oid);
    const int index = CMS_signed_get_attr_by_OBJ(signer, object.get(), -1);
    if (index < 0) return {};
    const auto* value = X509_ATTRIBUTE_get0_type(CMS_signed_get_attr(signer, index), 0)->value.asn1_string;
    const auto* data = ASN1_STRING_get0_data(value);
    return {data, data + ASN1_STRING_length(value)};
}

bool isSignedBy(CMS_ContentInfo* message, const Certificate& certificate, bool hasContent) {
    const std::unique_ptr<X509_STORE, Release<X509_STORE_free>> store(X509_STORE_new());
    X509_STORE_add_cert(store.get(), certificate.get());
    X509_VERIFY_PARAM_set_purpose(X509_STORE_get0_param(store.get()), X509_PURPOSE_ANY);
    const auto empty = reader({});
    return CMS_verify(message, nullptr, store.get(), hasContent ? nullptr : empty.get(), nullptr, CMS_BINARY) == 1;
}

Certificate issuedIn(const std::string& envelope, const Client& client) {
    const Bytes bytes(envelope.begin(), envelope.end());
    EVP_PKEY_up_ref(client.signerKey.get());
    const auto opened = openEnvelope(bytes, {share(client.signer), Key(client.signerKey.get())}, nullptr);
    const auto degenerate = decode<Cms>(d2i_CMS_ContentInfo, opened.content, "read the certificates");
    auto* certificates = CMS_get1_certs(degenerate.get());
    Certificate found;
    while (sk_X509_num(certificates) > 0) {
        Certificate candidate(sk_X509_pop(certificates));
        if (X509_check_ca(candidate.get()) == 0) found = std::move(candidate);
    }
    sk_X509_free(certificates);
    return found;
}

Answer read(const std::string& response, const Client& client, const TestCa& ca) {
    const auto message = decode<Cms>(d2i_CMS_ContentInfo, bodyOf(response), "read the CertRep");
    const auto* const* content = CMS_get0_content(message.get());
    Answer answer;
    answer.status = attribute(message.get(), oid::pkiStatus);
    answer.failInfo = attribute(message.get(), oid::failInfo);
    answer.recipientNonce = attribute(message.get(), oid::recipientNonce);
    answer.hasContent = content != nullptr && *content != nullptr;
    answer.signedByCa = isSignedBy(message.get(), readCertificate(ca.state() / "ca.pem"), answer.hasContent);
    if (answer.status == "0" && answer.hasContent) {
        const auto* data = ASN1_STRING_get0_data(*content);
        answer.issued = issuedIn({data, data + ASN1_STRING_length(*content)}, client);
    }
    return answer;
}

Answer exchange(const TestCa& ca, const Client& client, View message) {
    return read(post(ca, message), client, ca);
}

bool sameKey(const Certificate& certificate, const Client& client) {
    return EVP_PKEY_eq(X509_get0_pubkey(certificate.get()), client.key.get()) == 1;
}

bool hasIssued(const TestCa& ca, const Certificate& certificate) {
    const auto issuer = readCertificate(ca.state() / "ca.pem");
    return X509_verify(certificate.get(), X509_get0_pubkey(issuer.get())) == 1;
}

Options withChallenge() {
    Options options;
    options.challenge = challenge;
    return options;
}

TEST(TestCa, APkcsReqWithTheChallengeIsIssued) {
    const TestCa ca(withChallenge());
    const Client client;
    const auto answer = exchange(ca, client, client.request(ca, "19", challenge));
    EXPECT_EQ(answer.status, "0");
    EXPECT_TRUE(answer.signedByCa);
    EXPECT_EQ(answer.recipientNonce, std::string(client.nonce.begin(), client.nonce.end()));
    ASSERT_NE(answer.issued, nullptr);
    EXPECT_TRUE(sameKey(answer.issued, client));
    EXPECT_TRUE(hasIssued(ca, answer.issued));
}

TEST(TestCa, ARequestIsLoggedWithItsKeyAndWithoutItsChallenge) {
    const TestCa ca(withChallenge());
    const Client client;
    exchange(ca, client, client.request(ca, "19", challenge));
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
        const auto answer = exchange(ca, client, client.request(ca, "19", password));
        EXPECT_EQ(answer.status, "2");
        EXPECT_EQ(answer.failInfo, "2");
        EXPECT_TRUE(answer.signedByCa);
        EXPECT_FALSE(answer.hasContent);
    }
}

TEST(TestCa, ARenewalSignedByTheIssuedCertificateNeedsNoChallenge) {
    const TestCa ca(withChallenge());
    Client client;
    const auto first = exchange(ca, client, client.request(ca, "19", challenge)).issued;
    ASSERT_NE(first, nullptr);
    client.signer = share(first);
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
    client.signer = exchange(ca, client, client.request(ca, "19", challenge)).issued;
    ASSERT_NE(client.signer, nullptr);
    client.transactionId += "1";
    EXPECT_EQ(exchange(ca, client, client.request(ca, "19")).status, "0");
}

TEST(TestCa, APendingRequestIsIssuedAfterItsApproval) {
    Options options;
    options.pending = true;
    const TestCa ca(options);
    const Client client;
    const auto waiting = exchange(ca, client, client.request(ca));
    EXPECT_EQ(waiting.status, "3");
    EXPECT_FALSE(waiting.hasContent);
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
    const auto recipient = readCertificate(ca.state() / "ra-encryption.pem");
    const auto answer = exchange(ca, client, client.message("19", client.signingRequest({}), recipient));
    EXPECT_EQ(answer.status, "0");
    EXPECT_TRUE(answer.signedByCa) << "by a certificate that the CA issued";
    EXPECT_EQ(exchange(ca, client, client.request(ca)).failInfo, "1") << "encrypted to the CA itself";
}

TEST(TestCa, APkiOperationIsUnderstoodByGet) {
    const TestCa ca;
    const Client client;
    const auto message = client.request(ca);
    std::string base64(4 * message.size(), '\0');
    base64.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()),
                                                           message.data(), static_cast<int>(message.size()))));
    std::string escaped;
    for (const char c : base64)
        escaped += std::isalnum(c) != 0 ? std::string(1, c) : fmt::format("%{:02X}", c);
    EXPECT_EQ(read(get(ca, "PKIOperation&message=" + escaped), client, ca).status, "0");
    EXPECT_THAT(get(ca, "PKIOperation&message=" + base64.substr(1)), HasSubstr("400")) << "not base64 any more";
}

TEST(TestCa, NonsenseIsAnHttpError) {
    const TestCa ca;
    EXPECT_THAT(get(ca, "GetNothing"), HasSubstr("HTTP/1.1 400"));
    EXPECT_THAT(post(ca, Bytes{1, 2, 3}), HasSubstr("HTTP/1.1 400"));
    EXPECT_THAT(converse(ca, "nonsense\r\n\r\n"), HasSubstr("HTTP/1.1 400"));
    EXPECT_THAT(converse(ca, "POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n"), HasSubstr("HTTP/1.1 413"));
}

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
    EXPECT_FALSE(hasIssued(ca, issuedWith("foreign-issuer")));
    EXPECT_LT(now(X509_get0_notAfter(issuedWith("expired").get())), 0);
    EXPECT_GT(now(X509_get0_notBefore(issuedWith("not-yet-valid").get())), 0);
    const auto other = nameOf("somebody else");
    EXPECT_EQ(X509_NAME_cmp(X509_get_subject_name(issuedWith("other-subject").get()), other.get()), 0);
}

TEST(TestCaFault, ARenewalCanReturnTheOldCertificate) {
    const TestCa ca;
    Client client;
    client.signer = answerWith(ca, "", client).issued;
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
    EXPECT_FALSE(answerWith(ca, "failure", client).hasContent);
    EXPECT_TRUE(answerWith(ca, "failure-empty-content", client).hasContent);
    EXPECT_TRUE(answerWith(ca, "failure-junk-content", client).hasContent);
}

TEST(TestCaFault, DesNeedsTheLegacyProviderToBeRead) {
    const TestCa ca;
    const Client client;
    EXPECT_THROW(answerWith(ca, "des-reply", client), std::runtime_error);
    EXPECT_THAT(ca.requests().back(), HasSubstr("outcome=SUCCESS"));
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

} // namespace
} // namespace scepd::ca
