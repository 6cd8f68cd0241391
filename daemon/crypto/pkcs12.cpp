#include "crypto/pkcs12.hpp"

#include "crypto/der.hpp"
#include "crypto/openssl.hpp"

namespace scepd::crypto {
namespace {

constexpr int iterations = PKCS12_DEFAULT_ITER;
constexpr int saltLength = 16;

/// A Secret's text ends with a zero: OpenSSL needs no copy of it.
const char* text(const Secret& password) {
    return password.reveal().data();
}

/// Looked at before the password is tried: somebody else's container could ask for days of iterations.
bool hasOurMac(const PKCS12* container) {
    const ASN1_INTEGER* count = nullptr;
    const X509_ALGOR* digest = nullptr;
    PKCS12_get0_mac(nullptr, &digest, nullptr, &count, container);
    if (digest == nullptr || count == nullptr) return false;
    return OBJ_obj2nid(digest->algorithm) == NID_sha256 && ASN1_INTEGER_get(count) == iterations;
}

std::string friendlyName(X509* certificate) {
    int length = 0;
    const auto* name = X509_alias_get0(certificate, &length);
    if (name == nullptr) return {};
    return {reinterpret_cast<const char*>(name), static_cast<std::size_t>(length)};
}

} // namespace

Secret toPkcs12(const Bundle& bundle, const Secret& password) {
    const auto* const action = "make a PKCS#12 container";
    const auto others = listOf(bundle.others);
    constexpr int macComesLater = -1;
    const Pkcs12Ptr container(
        made(PKCS12_create(text(password), bundle.name.c_str(), bundle.key.get(), bundle.certificate.get(),
                           others.get(), NID_aes_256_cbc, NID_aes_256_cbc, iterations, macComesLater, 0),
             action));
    succeeded(PKCS12_set_mac(container.get(), text(password), -1, nullptr, saltLength, iterations, EVP_sha256()),
              action);
    return Secret(derOf(i2d_PKCS12, container.get()));
}

bool isPkcs12Of(const Bundle& bundle, const Secret& password, std::string_view der) {
    const auto container = wholeOf<Pkcs12Ptr>(d2i_PKCS12, der);
    if (!container || !hasOurMac(container.get())) return false;
    EVP_PKEY* rawKey = nullptr;
    X509* rawCertificate = nullptr;
    STACK_OF(X509)* rawOthers = nullptr;
    PKCS12_parse(container.get(), text(password), &rawKey, &rawCertificate, &rawOthers);
    clearErrors();
    KeyPtr key(rawKey);
    X509Ptr certificate(rawCertificate);
    const CertificatesPtr others(rawOthers);
    return key && certificate && friendlyName(certificate.get()) == bundle.name &&
           Key(key.release()).toDer() == bundle.key.toDer() &&
           Certificate(certificate.release()) == bundle.certificate && certificatesIn(others.get()) == bundle.others;
}

} // namespace scepd::crypto
