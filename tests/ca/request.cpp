#include "ca/request.hpp"

#include "ca/oid.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <openssl/err.h>

namespace scepd::ca {

namespace {

struct ReleaseCertificates {
    void operator()(STACK_OF(X509) * list) const { sk_X509_pop_free(list, X509_free); }
};

using OwnedCertificates = std::unique_ptr<STACK_OF(X509), ReleaseCertificates>;

/// The content of a signed attribute that must be there once, with one value of this type.
Bytes attribute(CMS_SignerInfo* signer, const char* oid, int type, std::string_view name) {
    constexpr int onceWithOneValue = -3;
    const auto object = objectOf(oid);
    const auto* value =
        static_cast<ASN1_STRING*>(CMS_signed_get0_data_by_OBJ(signer, object.get(), onceWithOneValue, type));
    if (value == nullptr) throw std::runtime_error(fmt::format("the message has no single, well-formed {}", name));
    const auto* data = ASN1_STRING_get0_data(value);
    return {data, data + ASN1_STRING_length(value)};
}

std::string text(const Bytes& bytes) {
    return {bytes.begin(), bytes.end()};
}

CMS_SignerInfo* onlySigner(CMS_ContentInfo* message) {
    auto* signers = CMS_get0_SignerInfos(message);
    if (sk_CMS_SignerInfo_num(signers) != 1) throw std::runtime_error("the message does not have exactly one signer");
    return sk_CMS_SignerInfo_value(signers, 0);
}

std::string digestName(CMS_SignerInfo* signer) {
    X509_ALGOR* digest = nullptr;
    CMS_SignerInfo_get0_algs(signer, nullptr, nullptr, &digest, nullptr);
    const ASN1_OBJECT* object = nullptr;
    X509_ALGOR_get0(&object, nullptr, nullptr, digest);
    return OBJ_nid2sn(OBJ_obj2nid(object));
}

/// The certificate among the message's own that the SignerInfo names.
Certificate includedSigner(CMS_ContentInfo* message, CMS_SignerInfo* signer) {
    const OwnedCertificates included(CMS_get1_certs(message));
    for (int i = 0; i < sk_X509_num(included.get()); ++i) {
        auto* candidate = sk_X509_value(included.get(), i);
        if (CMS_SignerInfo_cert_cmp(signer, candidate) != 0) continue;
        X509_up_ref(candidate);
        return Certificate(candidate);
    }
    throw std::runtime_error("the signer's certificate is not in the message");
}

/// RFC 8894 has its own rules about who may sign, so that no chain is built here.
bool verifies(CMS_ContentInfo* message) {
    const Bio content(must(BIO_new(BIO_s_null()), "make a BIO"));
    const bool good =
        CMS_verify(message, nullptr, nullptr, nullptr, content.get(), CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) == 1;
    ERR_clear_error();
    return good;
}

Bytes signedContent(CMS_ContentInfo* message) {
    const auto* const* content = CMS_get0_content(message);
    if (content == nullptr || *content == nullptr) throw std::runtime_error("the message has no content");
    const auto* data = ASN1_STRING_get0_data(*content);
    return {data, data + ASN1_STRING_length(*content)};
}

std::string textOf(const ASN1_TYPE* value) {
    if (value == nullptr) throw std::runtime_error("the challengePassword has no value");
    unsigned char* utf8 = nullptr;
    const int length = ASN1_STRING_to_UTF8(&utf8, value->value.asn1_string);
    must(length + 1, "read the challengePassword");
    std::string text(utf8, utf8 + length);
    OPENSSL_clear_free(utf8, static_cast<std::size_t>(length));
    return text;
}

std::optional<std::string> challengeOf(const X509_REQ* request) {
    const int index = X509_REQ_get_attr_by_NID(request, NID_pkcs9_challengePassword, -1);
    if (index < 0) return std::nullopt;
    return textOf(X509_ATTRIBUTE_get0_type(X509_REQ_get_attr(request, index), 0));
}

std::string dotted(const ASN1_OBJECT* object) {
    std::array<char, 80> text{};
    OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
    return text.data();
}

bool isCopied(X509_EXTENSION* extension) {
    constexpr std::array<std::string_view, 6> copied{
        "2.5.29.17",            // subjectAltName
        "2.5.29.15",            // keyUsage
        "2.5.29.37",            // extendedKeyUsage
        "1.3.6.1.4.1.311.20.2", // certificate template by name
        "1.3.6.1.4.1.311.21.7", // certificate template by identifier
        "1.3.6.1.4.1.311.25.2", // security identifier
    };
    return std::ranges::find(copied, dotted(X509_EXTENSION_get_object(extension))) != copied.end();
}

/// Where the content of the one SEQUENCE begins that the bytes are.
const unsigned char* contentOfSequence(View der, const char* what) {
    const auto* position = der.data();
    long length = 0;
    int tag = 0;
    int tagClass = 0;
    const int form = ASN1_get_object(&position, &length, &tag, &tagClass, static_cast<long>(der.size()));
    if (form != V_ASN1_CONSTRUCTED || tag != V_ASN1_SEQUENCE || position + length != der.data() + der.size())
        fail(fmt::format("the message holds no {}", what));
    return position;
}

} // namespace

Request readRequest(View message) {
    const auto cms = decode<Cms>(d2i_CMS_ContentInfo, message, "read the pkiMessage");
    if (OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed)
        throw std::runtime_error("the pkiMessage is not a SignedData");
    auto* signer = onlySigner(cms.get());
    Request request;
    request.messageType = text(attribute(signer, oid::messageType, V_ASN1_PRINTABLESTRING, "messageType"));
    request.transactionId = text(attribute(signer, oid::transactionId, V_ASN1_PRINTABLESTRING, "transactionID"));
    request.senderNonce = attribute(signer, oid::senderNonce, V_ASN1_OCTET_STRING, "senderNonce");
    request.digest = digestName(signer);
    request.signer = includedSigner(cms.get(), signer);
    request.strictDer = std::ranges::equal(encode(i2d_CMS_ContentInfo, cms.get()), message);
    request.intact = verifies(cms.get());
    request.envelope = signedContent(cms.get());
    return request;
}

Extensions SigningRequest::extensions() const {
    const Extensions requested(X509_REQ_get_extensions(pkcs10.get()));
    Extensions chosen(must(sk_X509_EXTENSION_new_null(), "list extensions"));
    for (int i = 0; i < sk_X509_EXTENSION_num(requested.get()); ++i) {
        auto* extension = sk_X509_EXTENSION_value(requested.get(), i);
        if (isCopied(extension)) must(sk_X509_EXTENSION_push(chosen.get(), X509_EXTENSION_dup(extension)), "copy");
    }
    return chosen;
}

Bytes SigningRequest::withoutChallenge() const {
    const Pkcs10 copy(must(X509_REQ_dup(pkcs10.get()), "copy the request"));
    for (int i = 0; (i = X509_REQ_get_attr_by_NID(copy.get(), NID_pkcs9_challengePassword, -1)) >= 0;)
        X509_ATTRIBUTE_free(X509_REQ_delete_attr(copy.get(), i));
    must(i2d_re_X509_REQ_tbs(copy.get(), nullptr), "encode the request again");
    return encode(i2d_X509_REQ, copy.get());
}

SigningRequest readSigningRequest(View der) {
    SigningRequest request;
    request.pkcs10 = decode<Pkcs10>(d2i_X509_REQ, der, "read the PKCS#10");
    must(X509_REQ_get0_pubkey(request.pkcs10.get()), "read the key of the PKCS#10");
    request.challenge = challengeOf(request.pkcs10.get());
    return request;
}

IssuerAndSubject readIssuerAndSubject(View der) {
    const auto* position = contentOfSequence(der, "IssuerAndSubject");
    const auto* end = der.data() + der.size();
    IssuerAndSubject names;
    names.issuer.reset(must(d2i_X509_NAME(nullptr, &position, end - position), "read the issuer of the CertPoll"));
    names.subject.reset(must(d2i_X509_NAME(nullptr, &position, end - position), "read the subject of the CertPoll"));
    if (position != end) fail("bytes follow the IssuerAndSubject");
    return names;
}

IssuerAndSerial readIssuerAndSerial(View der) {
    const auto* position = contentOfSequence(der, "IssuerAndSerialNumber");
    const auto* end = der.data() + der.size();
    IssuerAndSerial wanted;
    wanted.issuer.reset(must(d2i_X509_NAME(nullptr, &position, end - position), "read the issuer of a query"));
    const std::unique_ptr<ASN1_INTEGER, Release<ASN1_INTEGER_free>> serial(
        must(d2i_ASN1_INTEGER(nullptr, &position, end - position), "read the serial number of a query"));
    if (position != end) fail("bytes follow the IssuerAndSerialNumber");
    wanted.serial = digitsOf(serial.get());
    return wanted;
}

} // namespace scepd::ca
