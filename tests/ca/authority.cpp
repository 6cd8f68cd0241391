#include "ca/authority.hpp"

#include "ca/oid.hpp"

#include <fmt/format.h>
#include <functional>
#include <openssl/ec.h>
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

void setSerial(X509* certificate, const char* digits) {
    auto bytes = randomBytes(16);
    bytes[0] = static_cast<unsigned char>((bytes[0] & 0x3fU) | 0x40U);
    const auto random = hex(bytes);
    BIGNUM* number = nullptr;
    must(BN_hex2bn(&number, digits != nullptr ? digits : random.c_str()), "make a serial number");
    const std::unique_ptr<BIGNUM, Release<BN_free>> owner(number);
    must(BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)), "set the serial number");
}

/// Everything but the extensions and the signature.
Certificate draft(const X509_NAME* issuer, const LeafContent& content) {
    Certificate certificate(must(X509_new(), "make a certificate"));
    must(X509_set_version(certificate.get(), X509_VERSION_3), "set the version");
    setSerial(certificate.get(), content.serial);
    must(X509_set_issuer_name(certificate.get(), issuer), "set the issuer");
    must(X509_set_subject_name(certificate.get(), content.subject), "set the subject");
    must(X509_set_pubkey(certificate.get(), content.key), "set the public key");
    must(ASN1_TIME_set(X509_getm_notBefore(certificate.get()), content.notBefore), "set notBefore");
    must(ASN1_TIME_set(X509_getm_notAfter(certificate.get()), content.notAfter), "set notAfter");
    return certificate;
}

/// SHA-384 goes with P-384 (RFC 5758).
const EVP_MD* usualDigest(const EVP_PKEY* key) {
    return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC ? EVP_sha384() : EVP_sha256();
}

Key newKey(bool isEc) {
    return Key(isEc ? must(EVP_EC_gen("P-384"), "generate an EC key") : must(EVP_RSA_gen(2048), "generate an RSA key"));
}

/// Reads NAME.pem and NAME.key, or makes both with `certify`; the certificate last, so that it is there when the key
/// is.
Identity readOrMake(const std::filesystem::path& directory, const std::string& name, bool isEc,
                    const std::function<Certificate(EVP_PKEY*)>& certify) {
    const auto keyFile = directory / (name + ".key");
    const auto certificateFile = directory / (name + ".pem");
    if (std::filesystem::exists(certificateFile)) return {readCertificate(certificateFile), readKey(keyFile)};
    auto key = newKey(isEc);
    auto certificate = certify(key.get());
    writeKey(keyFile, key.get());
    writeCertificate(certificateFile, certificate.get());
    return {std::move(certificate), std::move(key)};
}

const char* usageOfCa(const AuthorityPlan& plan) {
    if (plan.ra != Ra::None) return "critical,keyCertSign,cRLSign";
    if (plan.isEc) return "critical,digitalSignature,keyCertSign,cRLSign";
    return "critical,digitalSignature,keyEncipherment,keyCertSign,cRLSign";
}

Certificate certifyRoot(EVP_PKEY* key, const AuthorityPlan& plan) {
    const auto name = nameOf(plan.commonName);
    const auto start = plan.notBefore != 0 ? plan.notBefore : std::time(nullptr) - oneDay;
    auto root = draft(name.get(),
                      {.subject = name.get(), .key = key, .notBefore = start, .notAfter = start + oneDay + tenYears});
    addExtension(root.get(), root.get(), NID_basic_constraints, "critical,CA:TRUE");
    addExtension(root.get(), root.get(), NID_key_usage, usageOfCa(plan));
    addExtension(root.get(), root.get(), NID_subject_key_identifier, "hash");
    must(X509_sign(root.get(), key, usualDigest(key)), "sign the CA certificate");
    return root;
}

/// A certificate that the root gives to one of its own, as long as half its own.
Certificate certifyHelper(const Identity& root, EVP_PKEY* key, const std::string& commonName, const char* constraints,
                          const char* keyUsage, const char* extendedKeyUsage) {
    const auto name = nameOf(commonName);
    const auto now = std::time(nullptr);
    auto* issuer = root.certificate.get();
    auto certificate =
        draft(X509_get_subject_name(issuer),
              {.subject = name.get(), .key = key, .notBefore = now - oneDay, .notAfter = now + tenYears / 2});
    addExtension(certificate.get(), issuer, NID_basic_constraints, constraints);
    addExtension(certificate.get(), issuer, NID_key_usage, keyUsage);
    if (extendedKeyUsage != nullptr) addExtension(certificate.get(), issuer, NID_ext_key_usage, extendedKeyUsage);
    addExtension(certificate.get(), issuer, NID_subject_key_identifier, "hash");
    addExtension(certificate.get(), issuer, NID_authority_key_identifier, "keyid");
    must(X509_sign(certificate.get(), root.key.get(), usualDigest(root.key.get())), "sign a helper's certificate");
    return certificate;
}

using Crl = std::unique_ptr<X509_CRL, Release<X509_CRL_free>>;

} // namespace

Certificate certify(const Identity& issuer, const LeafContent& content) {
    auto* signer = issuer.certificate.get();
    auto leaf = draft(X509_get_subject_name(signer), content);
    addExtension(leaf.get(), signer, NID_basic_constraints, content.isCa ? "critical,CA:TRUE" : "critical,CA:FALSE");
    addExtension(leaf.get(), signer, NID_subject_key_identifier, "hash");
    addExtension(leaf.get(), signer, NID_authority_key_identifier, "keyid");
    for (int i = 0; i < sk_X509_EXTENSION_num(content.extensions); ++i)
        must(X509_add_ext(leaf.get(), sk_X509_EXTENSION_value(content.extensions, i), -1), "copy an extension");
    const auto* digest = content.digest != nullptr ? content.digest : usualDigest(issuer.key.get());
    must(X509_sign(leaf.get(), issuer.key.get(), digest), "sign a certificate");
    return leaf;
}

Authority::Authority(const std::filesystem::path& directory, const AuthorityPlan& plan) {
    std::filesystem::create_directories(directory);
    root_ = readOrMake(directory, "ca", plan.isEc, [&](EVP_PKEY* key) { return certifyRoot(key, plan); });
    if (plan.hasIssuing)
        issuing_ = readOrMake(directory, "issuing", plan.isEc, [&](EVP_PKEY* key) {
            return certifyHelper(root_, key, plan.commonName + " issuing", "critical,CA:TRUE,pathlen:0",
                                 usageOfCa(plan), nullptr);
        });
    const auto makeRa = [&](const std::string& file, const std::string& name, const char* keyUsage) {
        return readOrMake(directory, file, false, [&](EVP_PKEY* key) {
            return certifyHelper(issuer(), key, plan.commonName + name, "critical,CA:FALSE", keyUsage,
                                 plan.agentUsage ? oid::enrollmentAgent : nullptr);
        });
    };
    if (plan.ra == Ra::One) raSigning_ = makeRa("ra", " RA", "critical,digitalSignature,keyEncipherment");
    if (plan.ra != Ra::Pair) return;
    raSigning_ = makeRa("ra-signing", " RA signing", "critical,digitalSignature");
    raEncryption_ = makeRa("ra-encryption", " RA encryption", "critical,keyEncipherment");
}

const Identity& Authority::signer() const {
    return raSigning_.certificate != nullptr ? raSigning_ : issuer();
}

const Identity& Authority::recipient() const {
    return raEncryption_.certificate != nullptr ? raEncryption_ : signer();
}

std::vector<Certificate> Authority::chain() const {
    std::vector<Certificate> certificates;
    if (issuing_.certificate != nullptr) certificates.push_back(share(issuing_.certificate));
    certificates.push_back(share(root_.certificate));
    return certificates;
}

std::vector<Certificate> Authority::published() const {
    std::vector<Certificate> certificates;
    for (const auto* helper : {&raSigning_, &raEncryption_})
        if (helper->certificate != nullptr) certificates.push_back(share(helper->certificate));
    for (auto& certificate : chain())
        certificates.push_back(std::move(certificate));
    return certificates;
}

std::string Authority::fingerprint() const {
    return sha256(encode(i2d_X509, certificate()));
}

Certificate Authority::issue(const LeafContent& content) const {
    return certify(issuer(), content);
}

Bytes Authority::crl() const {
    const Crl crl(must(X509_CRL_new(), "make a CRL"));
    const std::unique_ptr<ASN1_TIME, Release<ASN1_TIME_free>> now(must(X509_gmtime_adj(nullptr, 0), "tell the time"));
    const std::unique_ptr<ASN1_TIME, Release<ASN1_TIME_free>> next(must(X509_gmtime_adj(nullptr, oneDay), "tell it"));
    must(X509_CRL_set_version(crl.get(), X509_CRL_VERSION_2), "set the version of a CRL");
    must(X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(issuer().certificate.get())), "name the issuer");
    must(X509_CRL_set1_lastUpdate(crl.get(), now.get()), "date a CRL");
    must(X509_CRL_set1_nextUpdate(crl.get(), next.get()), "date a CRL");
    must(X509_CRL_sign(crl.get(), issuer().key.get(), usualDigest(issuer().key.get())), "sign a CRL");
    return encode(i2d_X509_CRL, crl.get());
}

bool Authority::issued(X509* certificate) const {
    return X509_NAME_cmp(X509_get_issuer_name(certificate), X509_get_subject_name(issuer().certificate.get())) == 0 &&
           X509_verify(certificate, issuer().key.get()) == 1;
}

} // namespace scepd::ca
