#include "ca/authority.hpp"

#include <fmt/format.h>
#include <functional>
#include <openssl/rsa.h>

namespace scepd::ca {

namespace {

constexpr std::time_t oneDay = 86400;
constexpr std::time_t tenYears = 3650 * oneDay;

void addExtension(X509* certificate, X509* issuer, int nid, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, Release<X509_EXTENSION_free>> extension(
        must(X509V3_EXT_conf_nid(nullptr, &context, nid, value), fmt::format("make extension {}", value)));
    must(X509_add_ext(certificate, extension.get(), -1), "add an extension");
}

void setRandomSerial(X509* certificate) {
    auto bytes = randomBytes(16);
    bytes[0] = static_cast<unsigned char>((bytes[0] & 0x3fU) | 0x40U);
    const std::unique_ptr<BIGNUM, Release<BN_free>> number(
        must(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr), "make a serial number"));
    must(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)), "set the serial number");
}

/// Everything but the extensions and the signature.
Certificate draft(const X509_NAME* issuer, const LeafContent& content) {
    Certificate certificate(must(X509_new(), "make a certificate"));
    must(X509_set_version(certificate.get(), X509_VERSION_3), "set the version");
    setRandomSerial(certificate.get());
    must(X509_set_issuer_name(certificate.get(), issuer), "set the issuer");
    must(X509_set_subject_name(certificate.get(), content.subject), "set the subject");
    must(X509_set_pubkey(certificate.get(), content.key), "set the public key");
    must(ASN1_TIME_set(X509_getm_notBefore(certificate.get()), content.notBefore), "set notBefore");
    must(ASN1_TIME_set(X509_getm_notAfter(certificate.get()), content.notAfter), "set notAfter");
    return certificate;
}

Key newKey() {
    return Key(must(EVP_RSA_gen(2048), "generate an RSA key"));
}

/// Reads NAME.pem and NAME.key, or makes both with `certify`; the certificate last, so that it is there when the key
/// is.
Identity readOrMake(const std::filesystem::path& directory, const std::string& name,
                    const std::function<Certificate(EVP_PKEY*)>& certify) {
    const auto keyFile = directory / (name + ".key");
    const auto certificateFile = directory / (name + ".pem");
    if (std::filesystem::exists(certificateFile)) return {readCertificate(certificateFile), readKey(keyFile)};
    auto key = newKey();
    auto certificate = certify(key.get());
    writeKey(keyFile, key.get());
    writeCertificate(certificateFile, certificate.get());
    return {std::move(certificate), std::move(key)};
}

Certificate certifyRoot(EVP_PKEY* key, const std::string& commonName, bool withRa) {
    const auto name = nameOf(commonName);
    const auto now = std::time(nullptr);
    auto root =
        draft(name.get(), {.subject = name.get(), .key = key, .notBefore = now - oneDay, .notAfter = now + tenYears});
    addExtension(root.get(), root.get(), NID_basic_constraints, "critical,CA:TRUE");
    addExtension(root.get(), root.get(), NID_key_usage,
                 withRa ? "critical,keyCertSign,cRLSign"
                        : "critical,digitalSignature,keyEncipherment,keyCertSign,cRLSign");
    addExtension(root.get(), root.get(), NID_subject_key_identifier, "hash");
    must(X509_sign(root.get(), key, EVP_sha256()), "sign the CA certificate");
    return root;
}

Certificate certifyRa(const Identity& root, EVP_PKEY* key, const std::string& commonName, const char* keyUsage) {
    const auto name = nameOf(commonName);
    const auto now = std::time(nullptr);
    auto certificate =
        draft(X509_get_subject_name(root.certificate.get()),
              {.subject = name.get(), .key = key, .notBefore = now - oneDay, .notAfter = now + tenYears / 2});
    addExtension(certificate.get(), root.certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
    addExtension(certificate.get(), root.certificate.get(), NID_key_usage, keyUsage);
    addExtension(certificate.get(), root.certificate.get(), NID_subject_key_identifier, "hash");
    addExtension(certificate.get(), root.certificate.get(), NID_authority_key_identifier, "keyid");
    must(X509_sign(certificate.get(), root.key.get(), EVP_sha256()), "sign the RA certificate");
    return certificate;
}

} // namespace

Authority::Authority(const std::filesystem::path& directory, const std::string& commonName, bool withRa)
    : hasRa_(withRa) {
    std::filesystem::create_directories(directory);
    root_ = readOrMake(directory, "ca", [&](EVP_PKEY* key) { return certifyRoot(key, commonName, withRa); });
    if (!withRa) return;
    raSigning_ = readOrMake(directory, "ra-signing", [&](EVP_PKEY* key) {
        return certifyRa(root_, key, commonName + " RA signing", "critical,digitalSignature");
    });
    raEncryption_ = readOrMake(directory, "ra-encryption", [&](EVP_PKEY* key) {
        return certifyRa(root_, key, commonName + " RA encryption", "critical,keyEncipherment");
    });
}

std::vector<Certificate> Authority::published() const {
    std::vector<Certificate> certificates;
    if (hasRa_) {
        certificates.push_back(share(raSigning_.certificate));
        certificates.push_back(share(raEncryption_.certificate));
    }
    certificates.push_back(share(root_.certificate));
    return certificates;
}

std::string Authority::fingerprint() const {
    return sha256(encode(i2d_X509, certificate()));
}

Certificate Authority::issue(const LeafContent& content) const {
    auto* root = root_.certificate.get();
    auto leaf = draft(X509_get_subject_name(root), content);
    addExtension(leaf.get(), root, NID_basic_constraints, "critical,CA:FALSE");
    addExtension(leaf.get(), root, NID_subject_key_identifier, "hash");
    addExtension(leaf.get(), root, NID_authority_key_identifier, "keyid");
    for (int i = 0; i < sk_X509_EXTENSION_num(content.extensions); ++i)
        must(X509_add_ext(leaf.get(), sk_X509_EXTENSION_value(content.extensions, i), -1), "copy an extension");
    must(X509_sign(leaf.get(), root_.key.get(), EVP_sha256()), "sign a certificate");
    return leaf;
}

bool Authority::issued(X509* certificate) const {
    return X509_NAME_cmp(X509_get_issuer_name(certificate), X509_get_subject_name(root_.certificate.get())) == 0 &&
           X509_verify(certificate, root_.key.get()) == 1;
}

} // namespace scepd::ca
