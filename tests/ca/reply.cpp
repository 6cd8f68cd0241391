#include "ca/reply.hpp"

#include "ca/legacy.hpp"
#include "ca/oid.hpp"

namespace scepd::ca {

namespace {

Bytes envelopeDes(View content, const Certificate& recipient) {
    const std::unique_ptr<EVP_CIPHER, Release<EVP_CIPHER_free>> des(
        must(EVP_CIPHER_fetch(legacyLibrary(), "DES-CBC", nullptr), "find DES-CBC"));
    const auto der = encode(i2d_X509, recipient.get());
    X509* inContext = must(X509_new_ex(legacyLibrary(), nullptr), "copy the recipient");
    const auto* position = der.data();
    const Certificate copy(must(d2i_X509(&inContext, &position, static_cast<long>(der.size())), "copy the recipient"));
    const CertificateList to(must(sk_X509_new_null(), "list the recipient"));
    must(sk_X509_push(to.get(), copy.get()), "list the recipient");
    const auto input = reader(content);
    const Cms cms(must(CMS_encrypt_ex(to.get(), input.get(), des.get(), CMS_BINARY, legacyLibrary(), nullptr),
                       "envelope the reply with DES"));
    return encode(i2d_CMS_ContentInfo, cms.get());
}

std::optional<Bytes> contentOf(const CertRep& reply, const Certificate& recipient) {
    if (reply.rawContent) return reply.rawContent;
    if (reply.certificates.empty()) return std::nullopt;
    const auto certificates = certificatesOnly(reply.certificates);
    return reply.des ? envelopeDes(certificates, recipient) : envelope(certificates, recipient);
}

void addAttribute(CMS_SignerInfo* signer, const char* oid, int type, View value) {
    const auto object = objectOf(oid);
    must(CMS_signed_add1_attr_by_OBJ(signer, object.get(), type, value.data(), static_cast<int>(value.size())),
         "add an attribute");
}

void addText(CMS_SignerInfo* signer, const char* oid, int type, const std::optional<std::string>& text) {
    if (text) addAttribute(signer, oid, type, {reinterpret_cast<const unsigned char*>(text->data()), text->size()});
}

void addNonce(CMS_SignerInfo* signer, const char* oid, const std::optional<Bytes>& nonce) {
    if (nonce) addAttribute(signer, oid, V_ASN1_OCTET_STRING, *nonce);
}

void addAttributes(CMS_SignerInfo* signer, const CertRep& reply) {
    addText(signer, oid::messageType, V_ASN1_PRINTABLESTRING, reply.messageType);
    addText(signer, oid::pkiStatus, V_ASN1_PRINTABLESTRING, reply.pkiStatus);
    addText(signer, oid::transactionId, V_ASN1_PRINTABLESTRING, reply.transactionId);
    addText(signer, oid::failInfo, V_ASN1_PRINTABLESTRING, reply.failInfo);
    addText(signer, oid::failInfoText, V_ASN1_UTF8STRING, reply.failInfoText);
    addNonce(signer, oid::senderNonce, reply.senderNonce);
    addNonce(signer, oid::recipientNonce, reply.recipientNonce);
}

} // namespace

Bytes envelope(View content, const Certificate& recipient) {
    const auto input = reader(content);
    CertificateList to(must(sk_X509_new_null(), "list the recipient"));
    must(sk_X509_push(to.get(), recipient.get()), "list the recipient");
    const Cms cms(must(CMS_encrypt(to.get(), input.get(), EVP_aes_128_cbc(), CMS_BINARY), "envelope the reply"));
    return encode(i2d_CMS_ContentInfo, cms.get());
}

Bytes certificatesOnly(const std::vector<Certificate>& certificates) {
    const auto list = listOf(certificates);
    const Cms cms(must(CMS_sign(nullptr, nullptr, list.get(), nullptr, CMS_PARTIAL | CMS_DETACHED), "list"));
    return encode(i2d_CMS_ContentInfo, cms.get());
}

Bytes encodeReply(const CertRep& reply, const Identity& signer, const Certificate& recipient) {
    const auto content = contentOf(reply, recipient);
    const auto bytes = content.value_or(Bytes{});
    const auto input = reader(bytes);
    const unsigned attached = content ? 0U : CMS_DETACHED;
    const Cms cms(must(CMS_sign(nullptr, nullptr, nullptr, nullptr, CMS_PARTIAL | CMS_BINARY | attached), "sign"));
    const auto* digest = reply.des ? EVP_sha1() : EVP_sha256();
    auto* info = must(CMS_add1_signer(cms.get(), signer.certificate.get(), signer.key.get(), digest, CMS_NOSMIMECAP),
                      "sign the reply");
    addAttributes(info, reply);
    must(CMS_final(cms.get(), input.get(), nullptr, CMS_BINARY | attached), "sign the reply");
    return encode(i2d_CMS_ContentInfo, cms.get());
}

} // namespace scepd::ca
