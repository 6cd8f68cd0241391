#include "crypto/certificate.hpp"

#include "crypto/der.hpp"
#include "crypto/names.hpp"
#include "crypto/openssl.hpp"

#include <utility>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>

namespace scepd::crypto {
namespace {

StorePtr storeOf(const std::vector<Certificate>& anchors) {
    StorePtr store(made(X509_STORE_new(), "allocate a certificate store"));
    for (const auto& anchor : anchors)
        succeeded(X509_STORE_add_cert(store.get(), anchor.get()), "fill a certificate store");
    return store;
}

std::vector<Certificate> issuersOf(const X509_STORE_CTX* context) {
    const CertificatesPtr chain(made(X509_STORE_CTX_get1_chain(context), "read a certificate chain"));
    auto path = certificatesIn(chain.get());
    path.erase(path.begin());
    return path;
}

/// Why a chain does not hold, in our words; the rare ones in OpenSSL's.
std::string chainReason(int error) {
    switch (error) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return "none of the CA's certificates has issued it";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        return "it is self-signed, and another one than the CA that is trusted";
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
        return "its signature does not fit the CA's key";
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return "it has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return "it is not valid yet";
    case X509_V_ERR_INVALID_CA:
        return "it is not a CA's, but has issued another one";
    case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
        return "it has a critical extension that is not known here";
    case X509_V_ERR_PERMITTED_VIOLATION:
    case X509_V_ERR_EXCLUDED_VIOLATION:
        return "it holds a name for which its CA may not issue";
    default:
        return X509_verify_cert_error_string(error);
    }
}

/// Certificates are no secrets; without this OpenSSL would ask on the terminal when a text says that it is encrypted.
int noPassphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) {
    return -1;
}

} // namespace

Certificate::Certificate(X509* certificate) : certificate_(certificate, X509_free) {}

Certificate Certificate::fromDer(std::string_view der) {
    ERR_clear_error();
    const unsigned char* position = raw(der);
    X509Ptr certificate(d2i_X509(nullptr, &position, static_cast<long>(der.size())));
    if (!certificate) throw opensslError(Fault::protocol, "not a certificate in DER");
    requireOnlyPadding(der.substr(static_cast<std::size_t>(position - raw(der))), "a certificate in DER");
    requireWritable(certificate.get());
    return Certificate(certificate.release());
}

Certificate Certificate::fromPem(std::string_view pem) {
    auto certificates = allFromPem(pem);
    if (certificates.size() != 1)
        throw Error(Fault::protocol,
                    fmt::format("one certificate in PEM was expected, {} are there", certificates.size()));
    return std::move(certificates.front());
}

std::vector<Certificate> Certificate::allFromPem(std::string_view pem) {
    ERR_clear_error();
    const auto bio = readBio(pem);
    std::vector<Certificate> certificates;
    while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, noPassphrase, nullptr)) {
        certificates.emplace_back(certificate);
        requireWritable(certificate);
    }
    const bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    const bool empty = pem.find_first_not_of(" \t\r\n") == std::string_view::npos;
    if (!ended || (certificates.empty() && !empty)) throw opensslError(Fault::protocol, "not certificates in PEM");
    ERR_clear_error();
    return certificates;
}

std::string Certificate::toPem() const {
    const auto bio = memoryBio();
    succeeded(PEM_write_bio_X509(bio.get(), get()), "write a certificate");
    return std::string(content(bio.get()));
}

std::string Certificate::toDer() const {
    return derOf(i2d_X509, get());
}

std::string Certificate::subject() const {
    return nameText(X509_get_subject_name(get()));
}

std::string Certificate::issuer() const {
    return nameText(X509_get_issuer_name(get()));
}

std::string Certificate::serialNumber() const {
    return serialText(X509_get0_serialNumber(get()));
}

std::vector<std::uint8_t> Certificate::fingerprint(Digest digest) const {
    std::vector<std::uint8_t> value(EVP_MAX_MD_SIZE);
    unsigned length = 0;
    succeeded(X509_digest(get(), algorithm(digest), value.data(), &length), "compute a fingerprint");
    value.resize(length);
    return value;
}

std::vector<std::string> Certificate::subjectAlternativeNames() const {
    const GeneralNamesPtr names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(get(), NID_subject_alt_name, nullptr, nullptr)));
    ERR_clear_error();
    return texts(names.get());
}

Time Certificate::notBefore() const {
    return timeOf(X509_get0_notBefore(get()));
}

Time Certificate::notAfter() const {
    return timeOf(X509_get0_notAfter(get()));
}

bool Certificate::isCa() const {
    // 1: basicConstraints say so; 3: an old root, self-signed and of version 1.
    const int answer = X509_check_ca(get());
    return answer == 1 || answer == 3;
}

bool Certificate::claimsToBeCa() const {
    const auto flags = X509_get_extension_flags(get());
    const bool signs = (flags & EXFLAG_KUSAGE) != 0 && (X509_get_key_usage(get()) & KU_KEY_CERT_SIGN) != 0;
    return X509_check_ca(get()) != 0 || (flags & EXFLAG_CA) != 0 || signs;
}

bool Certificate::isMalformed() const {
    const bool malformed = (X509_get_extension_flags(get()) & EXFLAG_INVALID) != 0;
    ERR_clear_error();
    return malformed;
}

bool Certificate::selfIssued() const {
    return X509_NAME_cmp(X509_get_subject_name(get()), X509_get_issuer_name(get())) == 0;
}

std::vector<std::uint8_t> Certificate::publicKey() const {
    const auto der = derOf(i2d_X509_PUBKEY, X509_get_X509_PUBKEY(get()));
    return {der.begin(), der.end()};
}

std::string Certificate::keyDescription() const {
    const EVP_PKEY* key = X509_get0_pubkey(get());
    if (key == nullptr) ERR_clear_error();
    return key != nullptr ? describe(key) : "unknown";
}

bool Certificate::hasRsaKey() const {
    const EVP_PKEY* key = X509_get0_pubkey(get());
    ERR_clear_error();
    return key != nullptr && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
}

bool Certificate::allowsKeyEncipherment() const {
    return (X509_get_key_usage(get()) & KU_KEY_ENCIPHERMENT) != 0;
}

bool Certificate::allowsDataEncipherment() const {
    return (X509_get_key_usage(get()) & KU_DATA_ENCIPHERMENT) != 0;
}

std::vector<std::string> Certificate::extendedKeyUsage() const {
    const ExtendedKeyUsagePtr usages(
        static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(get(), NID_ext_key_usage, nullptr, nullptr)));
    ERR_clear_error();
    return oidTexts(usages.get());
}

bool Certificate::matches(const Key& key) const {
    const EVP_PKEY* certified = X509_get0_pubkey(get());
    const bool same = certified != nullptr && EVP_PKEY_eq(certified, key.get()) == 1;
    ERR_clear_error();
    return same;
}

bool Certificate::operator==(const Certificate& other) const {
    return X509_cmp(get(), other.get()) == 0;
}

std::vector<Certificate> verifyChain(const Certificate& leaf, const std::vector<Certificate>& intermediates,
                                     const std::vector<Certificate>& anchors, Time when) {
    const auto store = storeOf(anchors);
    const auto untrusted = listOf(intermediates);
    const StoreContextPtr context(made(X509_STORE_CTX_new(), "allocate a chain"));
    succeeded(X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), untrusted.get()), "prepare a chain");
    auto* parameters = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_time(parameters, std::chrono::floor<std::chrono::seconds>(when).time_since_epoch().count());
    if (X509_verify_cert(context.get()) == 1) {
        auto issuers = issuersOf(context.get());
        if (issuers.empty())
            throw Error(Fault::protocol, fmt::format("it is the CA's certificate itself ({})", leaf.subject()));
        return issuers;
    }
    const X509* culprit = X509_STORE_CTX_get_current_cert(context.get());
    const auto reason = chainReason(X509_STORE_CTX_get_error(context.get()));
    ERR_clear_error();
    const auto name = nameText(X509_get_subject_name(culprit != nullptr ? culprit : leaf.get()));
    throw Error(Fault::protocol, fmt::format("{} ({})", reason, name));
}

std::string sha256(std::string_view text) {
    std::vector<std::uint8_t> value(EVP_MAX_MD_SIZE);
    unsigned length = 0;
    succeeded(EVP_Digest(text.data(), text.size(), value.data(), &length, EVP_sha256(), nullptr), "compute a digest");
    value.resize(length);
    return hex(value);
}

std::string hex(const std::vector<std::uint8_t>& bytes) {
    std::string text;
    for (const auto byte : bytes)
        text += fmt::format("{:02x}", byte);
    return text;
}

} // namespace scepd::crypto
