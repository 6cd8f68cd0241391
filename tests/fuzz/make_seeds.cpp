#include "ca/reply.hpp"
#include "crypto/openssl.hpp"
#include "fuzz/seeds.hpp"
#include "fuzz/world.hpp"
#include "unit/crypto/forge_cms.hpp"

#include <exception>
#include <filesystem>
#include <functional>

#include <fmt/format.h>
#include <openssl/pem.h>

using namespace scepd;
using fuzz::Seeds;
using test::noon;

namespace {

namespace fs = std::filesystem;

std::string textOf(const ca::Bytes& bytes) {
    return {bytes.begin(), bytes.end()};
}

std::string base64(std::string_view bytes) {
    std::string text(4 * (bytes.size() / 3 + 1) + 1, '\0');
    const auto length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), crypto::raw(bytes),
                                        static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(length));
    return text;
}

/// A PEM whose content says that it is encrypted: reading it would ask for a pass phrase.
std::string encryptedPem(const std::string& pem) {
    auto text = pem;
    text.insert(text.find('\n') + 1,
                "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n");
    return text;
}

/// The test CA's view of a certificate.
ca::Certificate shared(const crypto::Certificate& certificate) {
    X509_up_ref(certificate.get());
    return ca::Certificate(certificate.get());
}

ca::Identity shared(const test::Identity& identity) {
    EVP_PKEY_up_ref(identity.key.get());
    return {shared(identity.certificate), ca::Key(identity.key.get())};
}

/// For the device, with names of every kind.
crypto::Certificate withNames() {
    const auto certificate = test::issued({.subject = "CN=device",
                                           .keyUsage = "critical,digitalSignature,keyEncipherment",
                                           .extendedKeyUsage = "clientAuth,serverAuth",
                                           .serial = 4},
                                          fuzz::device().key, fuzz::authority())
                                 .certificate;
    const crypto::Owned<X509_EXTENSION, X509_EXTENSION_free> names(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name,
                            "DNS:device.example.com,IP:192.0.2.1,IP:2001:db8::1,email:a@example.com,URI:http://a/,"
                            "RID:1.2.3,otherName:1.3.6.1.4.1.311.20.2.3;UTF8:kiosk@example.com"));
    X509_add_ext(certificate.get(), names.get(), -1);
    X509_sign(certificate.get(), fuzz::authority().key.get(), EVP_sha256());
    return crypto::Certificate::fromDer(certificate.toDer());
}

void makeAuthorities(const Seeds& seeds) {
    const auto& ca = fuzz::authority();
    const auto signer = test::issued({.subject = "CN=ra-signing", .keyUsage = "digitalSignature", .serial = 11},
                                     fuzz::device().key, ca);
    const auto recipient = test::issued({.subject = "CN=ra-encryption,O=Example",
                                         .keyUsage = "keyEncipherment",
                                         .extendedKeyUsage = "1.3.6.1.5.5.7.3.28",
                                         .serial = 12},
                                        fuzz::device().key, ca);
    const auto middle = test::issued({.subject = "CN=issuing", .ca = true, .serial = 13}, fuzz::device().key, ca);
    const auto elliptic = test::selfSigned({.subject = "CN=ec,C=DE", .ca = true}, test::ecTestKey());
    seeds.add("ca", ca.certificate.toDer());
    seeds.add("ca-ec", elliptic.certificate.toDer());
    seeds.add("ca-pem", ca.certificate.toPem());
    seeds.add("ca-pem-encrypted", encryptedPem(ca.certificate.toPem()));
    seeds.add("ca-base64", base64(ca.certificate.toDer()));
    seeds.add("list", test::certificateList({ca.certificate}));
    seeds.add("list-empty", test::certificateList({}));
    seeds.add("list-middle", test::certificateList({middle.certificate, ca.certificate}));
    seeds.add("list-ra",
              test::certificateList({signer.certificate, recipient.certificate, ca.certificate, elliptic.certificate}));
    seeds.add("list-base64", base64(test::certificateList({recipient.certificate, ca.certificate})));
    seeds.add("page", "<html><head><title>404</title></head></html>");
}

/// A correct answer with this status.
ca::CertRep reply(const std::string& status) {
    const auto& nonce = fuzz::expectation().senderNonce;
    ca::CertRep answer;
    answer.pkiStatus = status;
    answer.transactionId = fuzz::expectation().transaction;
    answer.senderNonce = ca::Bytes(16, 'n');
    answer.recipientNonce = ca::Bytes(nonce.begin(), nonce.end());
    return answer;
}

/// All from the test CA, which knows nothing of the daemon.
void makeReplies(const Seeds& seeds) {
    const auto signer = shared(fuzz::authority());
    const auto recipient = shared(fuzz::device().certificate);
    const auto add = [&](const std::string& name, const ca::CertRep& answer) {
        seeds.add(name, textOf(ca::encodeReply(answer, {signer, recipient})));
    };
    auto success = reply("0");
    success.certificates.push_back(shared(fuzz::issuedCertificate()));
    add("success", success);
    success.style = {.cipher = ca::Cipher::Des, .digest = "SHA1"};
    add("success-des", success);
    success.style = {};
    success.certificates.push_back(shared(fuzz::authority().certificate));
    add("success-with-ca", success);
    add("pending", reply("3"));
    auto failure = reply("2");
    failure.failInfo = "2";
    add("failure", failure);
    failure.failInfoText = "the challenge is wrong";
    add("failure-text", failure);
    failure.rawContent = ca::Bytes{0};
    add("failure-content", failure);
    seeds.add("failure-base64", base64(textOf(ca::encodeReply(failure, {signer, recipient}))));
}

/// BER, as CMS_STREAM writes it: lengths that are told by an end.
std::string streamedEnvelope(const std::string& content) {
    const auto input = crypto::readBio(content);
    const auto output = crypto::memoryBio();
    const crypto::CertificatesPtr to(sk_X509_new_null());
    X509_up_ref(fuzz::device().certificate.get());
    sk_X509_push(to.get(), fuzz::device().certificate.get());
    const crypto::CmsPtr cms(CMS_encrypt(to.get(), input.get(), EVP_aes_128_cbc(), CMS_BINARY | CMS_STREAM));
    i2d_CMS_bio_stream(output.get(), cms.get(), input.get(), CMS_BINARY | CMS_STREAM);
    return std::string(crypto::content(output.get()));
}

void makeEnvelopes(const Seeds& seeds) {
    const auto& device = fuzz::device().certificate;
    const auto& other = fuzz::authority().certificate;
    const auto list = test::certificateList({fuzz::issuedCertificate()});
    seeds.add("aes128", textOf(ca::envelope({crypto::raw(list), list.size()}, shared(device))));
    seeds.add("aes256", test::envelopedData("a list", {device}, "AES-256-CBC"));
    seeds.add("des3", test::envelopedData("a list", {device}, "DES-EDE3-CBC"));
    seeds.add("des", test::envelopedData("a list", {device}, "DES-CBC"));
    seeds.add("rc2", test::envelopedData("a list", {device}, "RC2-CBC"));
    seeds.add("two", test::envelopedData("a list", {other, device}));
    seeds.add("other", test::envelopedData("a list", {other}));
    seeds.add("empty", test::envelopedData("", {device}));
    seeds.add("ber", streamedEnvelope("a list"));
}

void makeRareEnvelopes(const Seeds& seeds) {
    const auto elliptic = test::issued({.subject = "CN=ec"}, test::ecTestKey(), fuzz::authority()).certificate;
    const auto add = [&](const std::string& name, const std::function<void(test::EnvelopeSpec&)>& change) {
        test::EnvelopeSpec spec;
        change(spec);
        seeds.add(name, test::envelopeOf("a list", spec));
    };
    add("oaep", [](auto& spec) {
        spec.recipients = {fuzz::device().certificate};
        spec.oaep = true;
    });
    add("agreement", [&](auto& spec) { spec.recipients = {elliptic}; });
    add("password", [](auto& spec) {
        spec.passwords = {"challenge"};
        spec.rounds = 100;
    });
}

void makeNextAuthorities(const Seeds& seeds) {
    const auto& ca = fuzz::authority();
    const auto next =
        test::selfSigned({.subject = "CN=next", .ca = true, .serial = 31}, fuzz::device().key).certificate;
    test::SignedSpec beside;
    beside.certificates = {next};
    seeds.add("list", test::certificateList({next}));
    seeds.add("list-crl", test::degenerate({next}, {test::crlOf(ca, {1, 2, 300})}));
    seeds.add("beside", test::signedData(beside, ca));
}

void makeDescribed(const Seeds& seeds) {
    const auto& request = fuzz::question().request;
    const auto message = scep::buildMessage(scep::MessageType::pkcsReq, fuzz::expectation().transaction,
                                            request.toDer(), fuzz::sender(), fuzz::authority().certificate, {});
    seeds.add("request", request.toDer());
    seeds.add("message", message.der);
    seeds.add("message-base64", base64(message.der));
}

void makeLists(const Seeds& seeds) {
    const auto& issued = fuzz::issuedCertificate();
    const auto& ca = fuzz::authority();
    seeds.add("one", test::certificateList({issued}));
    seeds.add("two", test::certificateList({withNames(), ca.certificate}));
    seeds.add("none", test::certificateList({}));
    seeds.add("odd", test::withOddParameters(test::certificateList({issued})));
    seeds.add("certificate", issued.toDer());
    seeds.add("signed", test::signedData({.content = "content"}, ca));
}

void makeAttributes(const Seeds& seeds) {
    const auto common = fmt::format("m\x13"
                                    "3\nt\x13{}\nr\x04{}\n",
                                    fuzz::expectation().transaction, fuzz::expectation().senderNonce);
    const std::string content(1, '\0');
    const std::string noContent(1, '\4');
    seeds.add("success", content + common +
                             "s\x13"
                             "0\nn\x04nnnnnnnnnnnnnnnn\n");
    seeds.add("pending", noContent + common +
                             "s\x13"
                             "3\n");
    seeds.add("failure", noContent + common +
                             "s\x13"
                             "2\nf\x13"
                             "2\nx\x0cthe challenge is wrong\n");
    seeds.add("failure-integer", noContent + common +
                                     "s\x13"
                                     "2\nf\x02\x04\n");
    seeds.add("failure-wide", noContent + common +
                                  "s\x13"
                                  "2\nx\x1e" +
                                  std::string("\0n\0o", 4) + "\n");
    seeds.add("twice", noContent + common +
                           "s\x13"
                           "3\nS\x13"
                           "0\no\x30\ns\x13"
                           "0\n");
    seeds.add("bare", "\3" + common);
}

void makeCertificates(const Seeds& seeds) {
    const auto add = [&](const std::string& name, const test::CertificateSpec& spec) {
        seeds.add(name, test::issued(spec, fuzz::device().key, fuzz::authority()).certificate.toDer());
    };
    seeds.add("good", fuzz::issuedCertificate().toDer());
    seeds.add("names", withNames().toDer());
    seeds.add("stranger", fuzz::device().certificate.toDer());
    add("other-subject", {.subject = "CN=device,O=Example,emailAddress=a@example.com", .serial = 21});
    add("ca", {.ca = true, .keyUsage = "keyCertSign", .serial = 22, .keyIdentifier = true});
    add("expired", {.notAfter = noon - std::chrono::hours(1), .serial = 23});
    add("ahead", {.notBefore = noon + std::chrono::minutes(5), .serial = 24});
    add("sha1", {.serial = 25, .digest = "SHA1"});
    add("renewed", {.serial = 1});
    add("short", {.notAfter = noon + std::chrono::days(1), .serial = 26});
    const auto elliptic = test::issued({.serial = 27}, test::ecTestKey(), fuzz::authority());
    seeds.add("ec", elliptic.certificate.toDer());
}

void makeRequests(const Seeds& seeds) {
    const auto& key = fuzz::device().key;
    const auto ec = test::ecTestKey();
    const crypto::RequestContent rich{.subject = {{{"CN", "device"}, {"OU", "Kiosk"}}, {{"O", "Exämple"}}},
                                      .alternativeNames = {{crypto::AlternativeType::ip, "2001:db8::1"},
                                                           {crypto::AlternativeType::upn, "kiosk@example.com"},
                                                           {crypto::AlternativeType::rid, "1.2.3"}},
                                      .extendedKeyUsage = {"1.3.6.1.5.5.7.3.2"}};
    seeds.add("request", fuzz::question().request.toDer());
    seeds.add("request-rich", crypto::Request::make(rich, key, Secret("challenge")).toDer());
    seeds.add("request-ec", crypto::Request::make(
                                {.subject = {{{"CN", "a"}}}, .alternativeNames = {}, .extendedKeyUsage = {}}, ec, {})
                                .toDer());
    seeds.add("key", crypto::derOf(i2d_PrivateKey, key.get()));
    seeds.add("key-ec", crypto::derOf(i2d_PrivateKey, ec.get()));
    seeds.add("key-pem", key.toPem().reveal());
    seeds.add("key-pem-ec", ec.toPem().reveal());
    seeds.add("key-pem-traditional", key.toTraditionalPem().reveal());
    seeds.add("key-pem-encrypted", encryptedPem(std::string(key.toTraditionalPem().reveal())));
    const auto pem = fuzz::issuedCertificate().toPem();
    seeds.add("certificate", fuzz::issuedCertificate().toDer());
    seeds.add("certificate-pem", pem);
    seeds.add("certificate-pem-two", pem + "\n" + fuzz::authority().certificate.toPem());
    seeds.add("certificate-pem-encrypted", encryptedPem(pem));
}

} // namespace

/// Writes the seeds that are made by programs. usage: make-seeds tests/fuzz/seeds
int main(int argc, char** argv) {
    if (argc != 2) {
        fmt::print(stderr, "usage: {} FOLDER\n", argv[0]);
        return 2;
    }
    const fs::path folder = argv[1];
    try {
        makeAuthorities(Seeds(folder / "getcacert"));
        makeReplies(Seeds(folder / "outer-cms"));
        makeEnvelopes(Seeds(folder / "envelope"));
        makeRareEnvelopes(Seeds(folder / "envelope"));
        makeNextAuthorities(Seeds(folder / "next-ca"));
        makeDescribed(Seeds(folder / "describe"));
        makeLists(Seeds(folder / "inner-cms"));
        makeAttributes(Seeds(folder / "attributes"));
        makeCertificates(Seeds(folder / "issued-certificate"));
        makeRequests(Seeds(folder / "requests"));
        fuzz::makeState(Seeds(folder / "state"));
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}: {}\n", argv[0], error.what());
        return 1;
    }
    return 0;
}
