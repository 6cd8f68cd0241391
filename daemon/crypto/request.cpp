#include "crypto/request.hpp"

#include "crypto/der.hpp"
#include "crypto/names.hpp"
#include "crypto/openssl.hpp"

#include <tuple>

#include <openssl/err.h>
#include <openssl/rand.h>

namespace scepd::crypto {
namespace {

/// Adds an extension whose value is one of OpenSSL's structures.
void addExtension(STACK_OF(X509_EXTENSION) * extensions, int nid, void* value, bool critical) {
    succeeded(X509V3_add1_i2d(&extensions, nid, value, critical ? 1 : 0, X509V3_ADD_APPEND), "write an extension");
}

// The bits of a key usage (RFC 5280 section 4.2.1.3).
constexpr int digitalSignatureBit = 0;
constexpr int keyEnciphermentBit = 2;
constexpr int keyAgreementBit = 4;

void addKeyUsage(STACK_OF(X509_EXTENSION) * extensions, const std::vector<int>& usages) {
    if (usages.empty()) return;
    const Owned<ASN1_BIT_STRING, ASN1_BIT_STRING_free> bits(made(ASN1_BIT_STRING_new(), "allocate a key usage"));
    for (const int usage : usages)
        succeeded(ASN1_BIT_STRING_set_bit(bits.get(), usage, 1), "write a key usage");
    addExtension(extensions, NID_key_usage, bits.get(), true);
}

/// An EC key encrypts nothing.
std::vector<int> usagesOf(const RequestContent& asked, const Key& key) {
    std::vector<int> usages;
    if (asked.digitalSignature) usages.push_back(digitalSignatureBit);
    if (asked.keyEncipherment && key.isRsa()) usages.push_back(keyEnciphermentBit);
    return usages;
}

void addTemplateName(STACK_OF(X509_EXTENSION) * extensions, const std::string& name) {
    const auto oid = objectOf(templateNameOid);
    const auto der = derOf(i2d_ASN1_BMPSTRING, bmpStringOf(name).get());
    const Asn1OctetsPtr value(made(ASN1_OCTET_STRING_new(), "allocate an extension"));
    succeeded(ASN1_OCTET_STRING_set(value.get(), raw(der), static_cast<int>(der.size())), "write an extension");
    const Owned<X509_EXTENSION, X509_EXTENSION_free> extension(
        made(X509_EXTENSION_create_by_OBJ(nullptr, oid.get(), 0, value.get()), "write an extension"));
    made(X509v3_add_ext(&extensions, extension.get(), -1), "write an extension");
}

void addExtendedKeyUsage(STACK_OF(X509_EXTENSION) * extensions, const std::vector<std::string>& oids) {
    const ExtendedKeyUsagePtr usage(made(EXTENDED_KEY_USAGE_new(), "allocate usages"));
    for (const auto& oid : oids) {
        auto object = objectOf(oid);
        succeeded(sk_ASN1_OBJECT_push(usage.get(), object.get()), "allocate usages");
        std::ignore = object.release();
    }
    addExtension(extensions, NID_ext_key_usage, usage.get(), false);
}

void addExtensions(X509_REQ* request, const RequestContent& asked, const Key& key) {
    const ExtensionsPtr extensions(made(sk_X509_EXTENSION_new_null(), "allocate extensions"));
    addKeyUsage(extensions.get(), usagesOf(asked, key));
    if (!asked.extendedKeyUsage.empty()) addExtendedKeyUsage(extensions.get(), asked.extendedKeyUsage);
    if (!asked.alternativeNames.empty())
        addExtension(extensions.get(), NID_subject_alt_name, generalNamesOf(asked.alternativeNames).get(),
                     asked.subject.empty());
    if (!asked.templateName.empty()) addTemplateName(extensions.get(), asked.templateName);
    if (sk_X509_EXTENSION_num(extensions.get()) == 0) return;
    succeeded(X509_REQ_add_extensions(request, extensions.get()), "write the request's extensions");
}

void addChallenge(X509_REQ* request, std::string_view challenge) {
    if (!isUtf8(challenge)) throw Error(Fault::configuration, "the challenge is not text in UTF-8");
    succeeded(X509_REQ_add1_attr_by_NID(request, NID_pkcs9_challengePassword, directoryStringType(challenge),
                                        raw(challenge), static_cast<int>(challenge.size())),
              "write the request's challenge");
}

/// An answer may come encrypted to an RSA key, or by a key agreement with an EC key.
void addTransportUsage(X509* certificate, const Key& key) {
    const ExtensionsPtr extensions(made(sk_X509_EXTENSION_new_null(), "allocate extensions"));
    addKeyUsage(extensions.get(), {digitalSignatureBit, key.isRsa() ? keyEnciphermentBit : keyAgreementBit});
    succeeded(X509_add_ext(certificate, sk_X509_EXTENSION_value(extensions.get(), 0), -1),
              "write a certificate's key usage");
}

void setRandomSerial(X509* certificate) {
    const BignumPtr number(made(BN_new(), "allocate a serial number"));
    constexpr int bits = 63;
    succeeded(BN_rand(number.get(), bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY), "draw a serial number");
    made(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)), "write a serial number");
}

void setValidity(X509* certificate, Time notBefore, Time notAfter) {
    const auto seconds = [](Time time) {
        return static_cast<time_t>(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
    };
    made(ASN1_TIME_set(X509_getm_notBefore(certificate), seconds(notBefore)), "write a validity");
    made(ASN1_TIME_set(X509_getm_notAfter(certificate), seconds(notAfter)), "write a validity");
}

} // namespace

Request::Request(X509_REQ* request) : request_(request, X509_REQ_free) {}

Request Request::make(const RequestContent& content, const Key& key, const Secret& challenge) {
    Request request(made(X509_REQ_new(), "allocate a request"));
    succeeded(X509_REQ_set_version(request.get(), 0), "write the request's version");
    succeeded(X509_REQ_set_subject_name(request.get(), nameOf(content.subject).get()), "write the request's subject");
    succeeded(X509_REQ_set_pubkey(request.get(), key.get()), "write the request's key");
    if (!challenge.empty()) addChallenge(request.get(), challenge.reveal());
    addExtensions(request.get(), content, key);
    succeeded(X509_REQ_sign(request.get(), key.get(), algorithm(content.digest)), "sign the request");
    return request;
}

Request Request::fromDer(std::string_view der) {
    ERR_clear_error();
    const unsigned char* position = raw(der);
    RequestPtr request(d2i_X509_REQ(nullptr, &position, static_cast<long>(der.size())));
    if (!request) throw opensslError(Fault::protocol, "not a certificate request");
    requireWritable(request.get());
    return Request(request.release());
}

std::string Request::toDer() const {
    return derOf(i2d_X509_REQ, get());
}

std::string Request::subject() const {
    return nameText(X509_REQ_get_subject_name(get()));
}

std::vector<std::string> Request::subjectAlternativeNames() const {
    const ExtensionsPtr extensions(X509_REQ_get_extensions(get()));
    const GeneralNamesPtr names(
        static_cast<GENERAL_NAMES*>(X509V3_get_d2i(extensions.get(), NID_subject_alt_name, nullptr, nullptr)));
    ERR_clear_error();
    return texts(names.get());
}

std::vector<std::string> Request::extendedKeyUsage() const {
    const ExtensionsPtr extensions(X509_REQ_get_extensions(get()));
    const ExtendedKeyUsagePtr usages(
        static_cast<EXTENDED_KEY_USAGE*>(X509V3_get_d2i(extensions.get(), NID_ext_key_usage, nullptr, nullptr)));
    ERR_clear_error();
    return oidTexts(usages.get());
}

bool Request::hasSubjectOf(const Certificate& certificate) const {
    return sameAttributes(X509_REQ_get_subject_name(get()), X509_get_subject_name(certificate.get()));
}

Certificate Request::selfSigned(const Key& key, Digest digest, Time now) const {
    Certificate certificate(made(X509_new(), "allocate a certificate"));
    auto* x509 = certificate.get();
    succeeded(X509_set_version(x509, 2), "write a certificate's version");
    setRandomSerial(x509);
    setValidity(x509, now - std::chrono::hours(1), now + std::chrono::days(365));
    succeeded(X509_set_subject_name(x509, X509_REQ_get_subject_name(get())), "write a certificate's subject");
    succeeded(X509_set_issuer_name(x509, X509_REQ_get_subject_name(get())), "write a certificate's issuer");
    succeeded(X509_set_pubkey(x509, key.get()), "write a certificate's key");
    addTransportUsage(x509, key);
    succeeded(X509_sign(x509, key.get(), algorithm(digest)), "sign a certificate");
    return certificate;
}

std::string Request::issuerAndSubject(const Certificate& authority) const {
    return sequenceOf(derOf(i2d_X509_NAME, issuingName(authority)) +
                      derOf(i2d_X509_NAME, X509_REQ_get_subject_name(get())));
}

} // namespace scepd::crypto
