#include "ca/test_client.hpp"

#include "ca/der.hpp"
#include "ca/legacy.hpp"
#include "ca/oid.hpp"

#include <arpa/inet.h>
#include <array>
#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <sys/socket.h>

namespace scepd::ca::test {

namespace {

/// The certificate of the CA's state that the first of these files holds.
Certificate firstOf(const TestCa& ca, std::initializer_list<const char*> files) {
    for (const auto* file : files)
        if (std::filesystem::exists(ca.state() / file)) return readCertificate(ca.state() / file);
    throw std::runtime_error("the CA has no certificate");
}

Certificate issuerOf(const TestCa& ca) {
    return firstOf(ca, {"issuing.pem", "ca.pem"});
}

Extensions extensionsOf(const Wish& wish) {
    Extensions extensions(must(sk_X509_EXTENSION_new_null(), "list extensions"));
    for (const auto& text : wish.extensions) {
        const auto equals = text.find('=');
        auto* extension =
            must(X509V3_EXT_conf(nullptr, nullptr, text.substr(0, equals).c_str(), text.substr(equals + 1).c_str()),
                 "make an extension");
        must(sk_X509_EXTENSION_push(extensions.get(), extension), "add an extension");
    }
    return extensions;
}

const ASN1_STRING* attributeValue(CMS_ContentInfo* message, const char* oid) {
    auto* signer = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(message), 0);
    const auto object = objectOf(oid);
    const int index = CMS_signed_get_attr_by_OBJ(signer, object.get(), -1);
    if (index < 0) return nullptr;
    return X509_ATTRIBUTE_get0_type(CMS_signed_get_attr(signer, index), 0)->value.asn1_string;
}

std::string attribute(CMS_ContentInfo* message, const char* oid) {
    const auto* value = attributeValue(message, oid);
    if (value == nullptr) return {};
    const auto* data = ASN1_STRING_get0_data(value);
    return {data, data + ASN1_STRING_length(value)};
}

std::vector<Certificate> certificatesIn(CMS_ContentInfo* message) {
    std::vector<Certificate> certificates;
    auto* stack = CMS_get1_certs(message);
    while (sk_X509_num(stack) > 0)
        certificates.emplace_back(sk_X509_shift(stack));
    sk_X509_free(stack);
    return certificates;
}

/// The signer need not be in the message: whatever the CA publishes may have signed.
bool isSignedByCa(CMS_ContentInfo* message, const TestCa& ca, bool hasContent) {
    const std::unique_ptr<X509_STORE, Release<X509_STORE_free>> store(X509_STORE_new());
    const auto root = readCertificate(ca.state() / "ca.pem");
    X509_STORE_add_cert(store.get(), root.get());
    X509_VERIFY_PARAM_set_purpose(X509_STORE_get0_param(store.get()), X509_PURPOSE_ANY);
    std::vector<Certificate> known;
    for (const auto* file : {"ca.pem", "issuing.pem", "ra.pem", "ra-signing.pem"})
        if (std::filesystem::exists(ca.state() / file)) known.push_back(readCertificate(ca.state() / file));
    const auto list = listOf(known);
    const auto empty = reader({});
    return CMS_verify(message, list.get(), store.get(), hasContent ? nullptr : empty.get(), nullptr, CMS_BINARY) == 1;
}

std::string digestOf(CMS_ContentInfo* message) {
    X509_ALGOR* digest = nullptr;
    CMS_SignerInfo_get0_algs(sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(message), 0), nullptr, nullptr, &digest,
                             nullptr);
    return OBJ_nid2sn(OBJ_obj2nid(digest->algorithm));
}

void readEnvelope(Answer& answer, const Client& client) {
    answer.forPassword = isForPassword(*answer.content);
    const Identity identity{share(client.signer), Client::shareKey(client.signerKey)};
    const auto opened = answer.forPassword ? openEnvelope(*answer.content, client.password.value_or(""), nullptr)
                                           : openEnvelope(*answer.content, identity, legacyLibrary());
    answer.cipher = opened.cipher;
    const auto inside = decode<Cms>(d2i_CMS_ContentInfo, opened.content, "read the certificates");
    answer.certificates = certificatesIn(inside.get());
    auto* crls = CMS_get1_crls(inside.get());
    answer.crls = std::max(0, sk_X509_CRL_num(crls));
    sk_X509_CRL_pop_free(crls, X509_CRL_free);
    for (const auto& certificate : answer.certificates)
        if (answer.issued == nullptr && X509_check_ca(certificate.get()) == 0) answer.issued = share(certificate);
}

} // namespace

std::string converse(const TestCa& ca, std::string_view request, bool patient) {
    const Descriptor client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(ca.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("cannot connect");
    send(client.get(), request.data(), request.size(), MSG_NOSIGNAL);
    if (!patient) shutdown(client.get(), SHUT_WR);
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

std::string getMessage(const TestCa& ca, View message) {
    std::string escaped;
    for (const char c : toBase64(message))
        escaped += std::isalnum(static_cast<unsigned char>(c)) != 0 ? std::string(1, c) : fmt::format("%{:02X}", c);
    return get(ca, "PKIOperation&message=" + escaped);
}

std::string getPage(const TestCa& ca, std::string_view path, std::string_view authorization) {
    const auto field = authorization.empty() ? "" : fmt::format("Authorization: {}\r\n", authorization);
    return converse(ca, fmt::format("GET {} HTTP/1.1\r\nHost: x\r\n{}\r\n", path, field), false);
}

Bytes bodyOf(const std::string& response) {
    const auto end = response.find("\r\n\r\n");
    if (end == std::string::npos) return {};
    return {response.begin() + static_cast<std::ptrdiff_t>(end) + 4, response.end()};
}

Key Client::newRsaKey() {
    return Key(must(EVP_RSA_gen(2048), "generate a key"));
}

Key Client::newEcKey() {
    return Key(must(EVP_EC_gen("P-256"), "generate a key"));
}

Key Client::shareKey(const Key& key) {
    EVP_PKEY_up_ref(key.get());
    return Key(key.get());
}

Client Client::withTransportKey() {
    Client client;
    client.key = newEcKey();
    return client;
}

Client Client::withEcKey() {
    Client client;
    client.key = newEcKey();
    client.signerKey = shareKey(client.key);
    client.signer = client.selfSigned();
    return client;
}

Certificate Client::selfSigned() const {
    Certificate certificate(must(X509_new(), "make a certificate"));
    const auto name = nameOf("endpoint");
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_set_issuer_name(certificate.get(), name.get());
    X509_set_subject_name(certificate.get(), name.get());
    X509_set_pubkey(certificate.get(), signerKey.get());
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_sign(certificate.get(), signerKey.get(), EVP_sha256());
    return certificate;
}

void Client::hold(const Certificate& issued) {
    signer = share(issued);
    signerKey = shareKey(key);
    transactionId = hex(randomBytes(16));
}

Bytes Client::signingRequest(const Wish& wish) const {
    const Pkcs10 request(must(X509_REQ_new(), "make a request"));
    const auto name = nameOf("endpoint");
    X509_REQ_set_subject_name(request.get(), name.get());
    X509_REQ_set_pubkey(request.get(), key.get());
    if (!wish.challenge.empty())
        X509_REQ_add1_attr_by_NID(request.get(), NID_pkcs9_challengePassword, MBSTRING_UTF8,
                                  reinterpret_cast<const unsigned char*>(wish.challenge.data()),
                                  static_cast<int>(wish.challenge.size()));
    if (!wish.extensions.empty()) X509_REQ_add_extensions(request.get(), extensionsOf(wish).get());
    X509_REQ_sign(request.get(), key.get(), EVP_sha256());
    return encode(i2d_X509_REQ, request.get());
}

Bytes Client::message(const TestCa& ca, std::string_view type, View content) const {
    return messageTo(firstOf(ca, {"ra-encryption.pem", "ra.pem", "issuing.pem", "ca.pem"}), type, content);
}

Bytes Client::messageTo(const Certificate& recipient, std::string_view type, View content) const {
    Sealing sealing{.cipher = cipher, .recipients = {}, .password = password};
    if (!password) sealing.recipients.push_back(share(recipient));
    CertRep request; // A pkiMessage has the shape of a CertRep without pkiStatus.
    request.messageType = type;
    request.transactionId = transactionId;
    request.senderNonce = nonce;
    request.rawContent = seal(content, sealing);
    request.style.digest = digest;
    const Identity identity{share(signer), shareKey(signerKey)};
    return encodeReply(request, {.signer = identity, .recipient = recipient});
}

Bytes Client::request(const TestCa& ca, std::string_view type, const Wish& wish) const {
    return message(ca, type, signingRequest(wish));
}

Bytes Client::poll(const TestCa& ca) const {
    const auto issuer = issuerOf(ca);
    const auto name = nameOf("endpoint");
    return message(ca, "20",
                   der::sequence({encode(i2d_X509_NAME, X509_get_subject_name(issuer.get())),
                                  encode<X509_NAME>(i2d_X509_NAME, name.get())}));
}

Bytes Client::query(const TestCa& ca, std::string_view type, const Certificate& about) const {
    return message(ca, type,
                   der::sequence({encode(i2d_X509_NAME, X509_get_issuer_name(about.get())),
                                  encode(i2d_ASN1_INTEGER, X509_get0_serialNumber(about.get()))}));
}

Answer read(const std::string& response, const Client& client, const TestCa& ca) {
    const auto message = decode<Cms>(d2i_CMS_ContentInfo, bodyOf(response), "read the CertRep");
    const auto* const* content = CMS_get0_content(message.get());
    Answer answer;
    answer.status = attribute(message.get(), oid::pkiStatus);
    answer.failInfo = attribute(message.get(), oid::failInfo);
    answer.recipientNonce = attribute(message.get(), oid::recipientNonce);
    answer.digest = digestOf(message.get());
    answer.outer = certificatesIn(message.get());
    if (content != nullptr && *content != nullptr) {
        const auto* data = ASN1_STRING_get0_data(*content);
        answer.content = Bytes(data, data + ASN1_STRING_length(*content));
    }
    answer.signedByCa = isSignedByCa(message.get(), ca, answer.content.has_value());
    if (answer.status == "0" && answer.content) readEnvelope(answer, client);
    return answer;
}

Answer exchange(const TestCa& ca, const Client& client, View message) {
    return read(post(ca, message), client, ca);
}

std::string attributeOf(const Bytes& body, const char* oid) {
    return attribute(decode<Cms>(d2i_CMS_ContentInfo, body, "read the CertRep").get(), oid);
}

bool sameKey(const Certificate& certificate, const Client& client) {
    return certificate != nullptr && EVP_PKEY_eq(X509_get0_pubkey(certificate.get()), client.key.get()) == 1;
}

bool isIssuedBy(const TestCa& ca, const std::string& file, const Certificate& certificate) {
    const auto issuer = readCertificate(ca.state() / file);
    return certificate != nullptr && X509_verify(certificate.get(), X509_get0_pubkey(issuer.get())) == 1;
}

} // namespace scepd::ca::test
