#include "unit/crypto/forge_cms.hpp"

#include "crypto/der.hpp"

#include <openssl/ec.h>
#include <openssl/rsa.h>

namespace scepd::test {
namespace {

using namespace crypto;

std::string berOf(CMS_ContentInfo* cms, const std::string& content, unsigned flags) {
    const auto input = readBio(content);
    const auto output = memoryBio();
    succeeded(i2d_CMS_bio_stream(output.get(), cms, input.get(), static_cast<int>(flags)), "forge BER");
    return std::string(crypto::content(output.get()));
}

void setParameters(EVP_PKEY_CTX* context, const EnvelopeSpec& spec) {
    if (spec.oaep) {
        succeeded(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING), "forge OAEP");
        succeeded(EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()), "forge OAEP");
        return;
    }
    const auto* digest = made(EVP_get_digestbyname(spec.agreement.c_str()), "forge an agreement");
    succeeded(EVP_PKEY_CTX_set_ecdh_kdf_md(context, digest), "forge an agreement");
    succeeded(EVP_PKEY_CTX_set_ecdh_cofactor_mode(context, spec.cofactor ? 1 : 0), "forge an agreement");
}

void addRecipient(CMS_ContentInfo* cms, const Certificate& certificate, const EnvelopeSpec& spec) {
    const bool parameters = spec.oaep || !spec.agreement.empty();
    unsigned flags = CMS_BINARY;
    if (parameters) flags |= CMS_KEY_PARAM;
    if (spec.byKeyIdentifier) flags |= CMS_USE_KEYID;
    auto* recipient = made(CMS_add1_recipient_cert(cms, certificate.get(), flags), "forge a recipient");
    if (parameters) setParameters(CMS_RecipientInfo_get0_pkey_ctx(recipient), spec);
}

void addPassword(CMS_ContentInfo* cms, const std::string& password, int rounds) {
    auto* recipient =
        made(CMS_add0_recipient_password(cms, rounds, -1, -1, nullptr, 0, nullptr), "forge a password's recipient");
    auto* copy = static_cast<unsigned char*>(OPENSSL_memdup(password.data(), password.size()));
    succeeded(CMS_RecipientInfo_set0_password(recipient, copy, static_cast<ossl_ssize_t>(password.size())),
              "forge a password's recipient");
}

} // namespace

std::string envelopeOf(const std::string& content, const EnvelopeSpec& spec) {
    const Owned<EVP_CIPHER, EVP_CIPHER_free> cipher(
        made(EVP_CIPHER_fetch(nullptr, spec.cipher.c_str(), nullptr), "fetch a cipher"));
    const bool authenticated = EVP_CIPHER_get_mode(cipher.get()) == EVP_CIPH_GCM_MODE;
    const CmsPtr cms(
        made(authenticated ? CMS_AuthEnvelopedData_create(cipher.get()) : CMS_EnvelopedData_create(cipher.get()),
             "forge an envelope"));
    for (const auto& recipient : spec.recipients)
        addRecipient(cms.get(), recipient, spec);
    for (const auto& password : spec.passwords)
        addPassword(cms.get(), password, spec.rounds);
    succeeded(CMS_set_detached(cms.get(), 0), "forge an envelope");
    if (spec.ber) return berOf(cms.get(), content, CMS_BINARY | CMS_STREAM);
    succeeded(CMS_final(cms.get(), readBio(content).get(), nullptr, CMS_BINARY), "forge an envelope");
    return derOf(i2d_CMS_ContentInfo, cms.get());
}

std::string crlOf(const Identity& issuer, const std::vector<long>& revoked, const std::string& digest) {
    const Owned<X509_CRL, X509_CRL_free> crl(made(X509_CRL_new(), "forge a CRL"));
    const auto seconds = std::chrono::floor<std::chrono::seconds>(noon).time_since_epoch().count();
    const Owned<ASN1_TIME, ASN1_TIME_free> thisUpdate(ASN1_TIME_set(nullptr, seconds - 3600));
    const Owned<ASN1_TIME, ASN1_TIME_free> nextUpdate(ASN1_TIME_set(nullptr, seconds + 86400));
    succeeded(X509_CRL_set_version(crl.get(), 1), "forge a CRL");
    succeeded(X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(issuer.certificate.get())), "forge a CRL");
    succeeded(X509_CRL_set1_lastUpdate(crl.get(), thisUpdate.get()), "forge a CRL");
    succeeded(X509_CRL_set1_nextUpdate(crl.get(), nextUpdate.get()), "forge a CRL");
    for (const long number : revoked) {
        Owned<X509_REVOKED, X509_REVOKED_free> entry(X509_REVOKED_new());
        const Asn1IntegerPtr serial(ASN1_INTEGER_new());
        succeeded(ASN1_INTEGER_set(serial.get(), number), "forge a CRL");
        succeeded(X509_REVOKED_set_serialNumber(entry.get(), serial.get()), "forge a CRL");
        succeeded(X509_REVOKED_set_revocationDate(entry.get(), thisUpdate.get()), "forge a CRL");
        succeeded(X509_CRL_add0_revoked(crl.get(), entry.release()), "forge a CRL");
    }
    succeeded(X509_CRL_sign(crl.get(), issuer.key.get(), EVP_get_digestbyname(digest.c_str())), "forge a CRL");
    return derOf(i2d_X509_CRL, crl.get());
}

std::string degenerate(const std::vector<Certificate>& certificates, const std::vector<std::string>& crls) {
    const CmsPtr cms(made(CMS_sign(nullptr, nullptr, nullptr, nullptr, CMS_PARTIAL | CMS_DETACHED), "forge a list"));
    for (const auto& certificate : certificates)
        succeeded(CMS_add1_cert(cms.get(), certificate.get()), "forge a list");
    for (const auto& der : crls)
        succeeded(CMS_add1_crl(cms.get(), wholeOf<Owned<X509_CRL, X509_CRL_free>>(d2i_X509_CRL, der).get()),
                  "forge a list");
    return derOf(i2d_CMS_ContentInfo, cms.get());
}

std::string element(int tag, std::string_view content) {
    const auto length = content.size();
    std::string der(1, static_cast<char>(tag));
    if (length >= 0x10000) throw Error(Fault::local, "too long for the forge");
    if (length >= 0x100) der += {'\x82', static_cast<char>(length >> 8U)};
    if (length >= 0x80 && length < 0x100) der += '\x81';
    der += static_cast<char>(length & 0xFFU);
    return der += content;
}

std::string oidElement(const std::string& oid) {
    return derOf(i2d_ASN1_OBJECT, Asn1ObjectPtr(made(OBJ_txt2obj(oid.c_str(), 1), "forge an OID")).get());
}

std::vector<std::string> elementsOf(std::string_view constructed) {
    DerReader outer(constructed);
    const auto whole = outer.takeWhole();
    const int tag = static_cast<unsigned char>(whole.front()) & 0x1F;
    const int kind = static_cast<unsigned char>(whole.front()) & 0xC0;
    DerReader inside(DerReader(whole).take(tag, kind));
    std::vector<std::string> elements;
    while (!inside.atEnd())
        elements.emplace_back(inside.takeWhole());
    return elements;
}

std::string replacedElement(std::string_view der, std::string_view from, std::string_view to) {
    if (der == from) return std::string(to);
    const auto tag = static_cast<unsigned char>(der.front());
    constexpr unsigned char constructed = 0x20;
    if ((tag & constructed) == 0) return std::string(der);
    std::string content;
    for (const auto& inner : elementsOf(der))
        content += replacedElement(inner, from, to);
    return element(tag, content);
}

} // namespace scepd::test
