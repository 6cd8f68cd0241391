#include "unit/crypto/forge.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <ranges>
#include <stdexcept>

#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/provider.h>
#include <openssl/x509v3.h>

namespace scepd::test {
namespace {

template <typename T>
T* need(T* object) {
    if (object == nullptr) throw std::runtime_error("OpenSSL made nothing");
    return object;
}

void need(int result) {
    if (result <= 0) throw std::runtime_error("OpenSSL failed");
}

template <auto Free>
struct FreeWith {
    template <typename T>
    void operator()(T* object) const {
        Free(object);
    }
};
template <typename T, auto Free>
using Owned = std::unique_ptr<T, FreeWith<Free>>;
using Bio = Owned<BIO, BIO_free_all>;
using Cms = Owned<CMS_ContentInfo, CMS_ContentInfo_free>;
using Stack = std::unique_ptr<STACK_OF(X509), decltype([](STACK_OF(X509) * stack) { sk_X509_free(stack); })>;

Bio bioOf(const std::string& bytes) {
    return Bio(need(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))));
}

std::string der(CMS_ContentInfo* cms) {
    unsigned char* bytes = nullptr;
    const int length = i2d_CMS_ContentInfo(cms, &bytes);
    need(length);
    std::string result(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length));
    OPENSSL_free(bytes);
    return result;
}

time_t seconds(Time time) {
    return static_cast<time_t>(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
}

void setSubject(X509* certificate, const std::string& subject) {
    const Owned<X509_NAME, X509_NAME_free> name(need(X509_NAME_new()));
    for (const auto part : std::views::split(subject, ',')) {
        const std::string attribute(part.begin(), part.end());
        const auto equals = attribute.find('=');
        need(X509_NAME_add_entry_by_txt(name.get(), attribute.substr(0, equals).c_str(), MBSTRING_UTF8,
                                        reinterpret_cast<const unsigned char*>(attribute.data()) + equals + 1, -1, -1,
                                        0));
    }
    need(X509_set_subject_name(certificate, name.get()));
}

void addExtension(X509* certificate, int nid, const std::string& value) {
    if (value.empty()) return;
    const Owned<X509_EXTENSION, X509_EXTENSION_free> extension(
        need(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str())));
    need(X509_add_ext(certificate, extension.get(), -1));
}

void addKeyIdentifier(X509* certificate) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, nullptr, certificate, nullptr, nullptr, 0);
    const Owned<X509_EXTENSION, X509_EXTENSION_free> extension(
        need(X509V3_EXT_conf_nid(nullptr, &context, NID_subject_key_identifier, "hash")));
    need(X509_add_ext(certificate, extension.get(), -1));
}

Identity make(const CertificateSpec& spec, const crypto::Key& key, const X509_NAME* issuer, EVP_PKEY* issuerKey) {
    crypto::Certificate certificate(need(X509_new()));
    auto* x509 = certificate.get();
    need(X509_set_version(x509, 2));
    need(ASN1_INTEGER_set(X509_get_serialNumber(x509), spec.serial));
    need(ASN1_TIME_set(X509_getm_notBefore(x509), seconds(spec.notBefore)));
    need(ASN1_TIME_set(X509_getm_notAfter(x509), seconds(spec.notAfter)));
    setSubject(x509, spec.subject);
    need(X509_set_issuer_name(x509, issuer != nullptr ? issuer : X509_get_subject_name(x509)));
    need(X509_set_pubkey(x509, key.get()));
    if (spec.ca) addExtension(x509, NID_basic_constraints, "critical,CA:TRUE");
    addExtension(x509, NID_key_usage, spec.keyUsage);
    addExtension(x509, NID_ext_key_usage, spec.extendedKeyUsage);
    if (spec.keyIdentifier) addKeyIdentifier(x509);
    need(X509_sign(x509, issuerKey, EVP_get_digestbyname(spec.digest.c_str())));
    return {certificate, key};
}

Stack stackOf(const std::vector<crypto::Certificate>& certificates) {
    Stack stack(need(sk_X509_new_null()));
    for (const auto& certificate : certificates)
        need(sk_X509_push(stack.get(), certificate.get()));
    return stack;
}

void addSigner(CMS_ContentInfo* cms, const Identity& signer, const SignedSpec& spec) {
    unsigned flags = CMS_NOSMIMECAP;
    if (!spec.withCertificates) flags |= CMS_NOCERTS;
    if (spec.byKeyIdentifier) flags |= CMS_USE_KEYID;
    if (spec.withoutSignedAttributes) flags |= CMS_NOATTR;
    auto* info = need(CMS_add1_signer(cms, signer.certificate.get(), signer.key.get(),
                                      EVP_get_digestbyname(spec.digest.c_str()), flags));
    for (const auto& [oid, type, value] : spec.attributes) {
        const Owned<ASN1_OBJECT, ASN1_OBJECT_free> object(need(OBJ_txt2obj(oid.c_str(), 1)));
        if (type == V_ASN1_INTEGER) {
            const Owned<ASN1_INTEGER, ASN1_INTEGER_free> number(need(ASN1_INTEGER_new()));
            need(ASN1_INTEGER_set(number.get(), std::stol(value)));
            need(CMS_signed_add1_attr_by_OBJ(info, object.get(), type, number.get(), -1));
        } else {
            need(CMS_signed_add1_attr_by_OBJ(info, object.get(), type, value.data(), static_cast<int>(value.size())));
        }
    }
}

void addFurtherValues(CMS_ContentInfo* cms, const SignedSpec& spec) {
    auto* info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
    for (const auto& [oid, type, value] : spec.furtherValues) {
        const Owned<ASN1_OBJECT, ASN1_OBJECT_free> object(need(OBJ_txt2obj(oid.c_str(), 1)));
        auto* attribute = need(CMS_signed_get_attr(info, CMS_signed_get_attr_by_OBJ(info, object.get(), -1)));
        need(X509_ATTRIBUTE_set1_data(attribute, type, value.data(), static_cast<int>(value.size())));
    }
}

std::string ber(CMS_ContentInfo* cms, BIO* content) {
    const Bio output(need(BIO_new(BIO_s_mem())));
    need(i2d_CMS_bio_stream(output.get(), cms, content, CMS_BINARY | CMS_STREAM));
    char* bytes = nullptr;
    const auto length = BIO_get_mem_data(output.get(), &bytes);
    return {bytes, static_cast<std::size_t>(length)};
}

/// What DES needs; for the whole run.
OSSL_LIB_CTX* legacyLibrary() {
    static OSSL_LIB_CTX* const library = [] {
        auto* made = need(OSSL_LIB_CTX_new());
        need(OSSL_PROVIDER_load(made, "default"));
        need(OSSL_PROVIDER_load(made, "legacy"));
        return made;
    }();
    return library;
}

} // namespace

crypto::Key testKey(unsigned number) {
    static std::map<unsigned, crypto::Key> keys;
    const auto found = keys.find(number);
    return found != keys.end() ? found->second : keys.emplace(number, crypto::Key::generateRsa(1024)).first->second;
}

crypto::Key ecTestKey() {
    static const crypto::Key key(need(EVP_EC_gen("P-256")));
    return key;
}

std::string withOddParameters(std::string der) {
    const std::string usual("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00", 11);
    for (auto found = der.find(usual); found != std::string::npos; found = der.find(usual, found))
        der[found + usual.size() - 2] = '\x20';
    return der;
}

Identity selfSigned(const CertificateSpec& spec, const crypto::Key& key) {
    return make(spec, key, nullptr, key.get());
}

Identity issued(const CertificateSpec& spec, const crypto::Key& key, const Identity& issuer) {
    return make(spec, key, X509_get_subject_name(issuer.certificate.get()), issuer.key.get());
}

std::string signedData(const SignedSpec& spec, const Identity& signer) {
    const bool detached = !spec.content;
    const unsigned flags = CMS_PARTIAL | CMS_BINARY | (detached ? CMS_DETACHED : 0U);
    const Cms cms(need(CMS_sign(nullptr, nullptr, nullptr, nullptr, flags)));
    const Owned<ASN1_OBJECT, ASN1_OBJECT_free> type(need(OBJ_txt2obj(spec.contentType.c_str(), 1)));
    need(CMS_set1_eContentType(cms.get(), type.get()));
    addSigner(cms.get(), signer, spec);
    for (const auto& further : spec.furtherSigners)
        addSigner(cms.get(), further, spec);
    addFurtherValues(cms.get(), spec);
    for (const auto& certificate : spec.certificates)
        need(CMS_add1_cert(cms.get(), certificate.get()));
    const auto text = spec.content.value_or("");
    const auto content = bioOf(text);
    BIO_set_mem_eof_return(content.get(), 0);
    if (spec.ber) return ber(cms.get(), content.get());
    need(CMS_final(cms.get(), content.get(), nullptr, CMS_BINARY | (detached ? CMS_DETACHED : 0U)));
    return der(cms.get());
}

std::string envelopedData(const std::string& content, const std::vector<crypto::Certificate>& recipients,
                          const std::string& cipher) {
    const Owned<EVP_CIPHER, EVP_CIPHER_free> algorithm(
        need(EVP_CIPHER_fetch(legacyLibrary(), cipher.c_str(), nullptr)));
    const auto input = bioOf(content);
    const Cms cms(need(
        CMS_encrypt_ex(stackOf(recipients).get(), input.get(), algorithm.get(), CMS_BINARY, legacyLibrary(), nullptr)));
    return der(cms.get());
}

std::string certificateList(const std::vector<crypto::Certificate>& certificates) {
    const Cms cms(need(CMS_sign(nullptr, nullptr, nullptr, nullptr, CMS_PARTIAL | CMS_DETACHED)));
    for (const auto& certificate : certificates)
        need(CMS_add1_cert(cms.get(), certificate.get()));
    return der(cms.get());
}

} // namespace scepd::test
