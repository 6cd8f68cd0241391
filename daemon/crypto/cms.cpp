#include "crypto/cms.hpp"

#include "base/secret.hpp"
#include "crypto/der.hpp"
#include "crypto/names.hpp"
#include "crypto/openssl.hpp"
#include "crypto/text.hpp"

#include <utility>

#include <fmt/format.h>
#include <openssl/err.h>

namespace scepd::crypto {
namespace {

/// A list of certificates that borrows none: each element has a reference.
CertificatesPtr listOf(const std::vector<Certificate>& certificates) {
    CertificatesPtr list(made(sk_X509_new_null(), "allocate a list of certificates"));
    for (const auto& certificate : certificates) {
        X509_up_ref(certificate.get());
        succeeded(sk_X509_push(list.get(), certificate.get()), "allocate a list of certificates");
    }
    return list;
}

/// Reads a ContentInfo of one type into a library context (nullptr: the default one). Whatever a transport left behind
/// its end is not looked at.
CmsPtr parse(std::string_view message, int type, const char* what, OSSL_LIB_CTX* library = nullptr) {
    ERR_clear_error(); // What others left in the queue is no reason of ours.
    CmsPtr cms(made(CMS_ContentInfo_new_ex(library, nullptr), "allocate a message"));
    CMS_ContentInfo* target = cms.get();
    const unsigned char* position = raw(message);
    if (d2i_CMS_ContentInfo(&target, &position, static_cast<long>(message.size())) == nullptr) {
        std::ignore = cms.release(); // Freed by d2i.
        throw opensslError(Fault::protocol, fmt::format("not {}", what));
    }
    if (OBJ_obj2nid(CMS_get0_type(cms.get())) != type)
        throw Error(Fault::protocol, fmt::format("not {} but another type of CMS message", what));
    return cms;
}

void requireDigest(int digest, Strength strength, const std::string& what) {
    if (digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512) return;
    if (digest == NID_sha1 && strength == Strength::legacy) return;
    const char* name = OBJ_nid2ln(digest);
    const auto* remedy = digest == NID_sha1 ? "; legacy-replies = true accepts it" : "";
    throw Error(Fault::protocol, fmt::format("{} with {}, which is too weak{}", what,
                                             name != nullptr ? name : "an unknown digest", remedy));
}

CMS_SignerInfo* onlySigner(CMS_ContentInfo* cms) {
    auto* signers = CMS_get0_SignerInfos(cms);
    const int count = signers != nullptr ? sk_CMS_SignerInfo_num(signers) : 0;
    if (count != 1) throw Error(Fault::protocol, fmt::format("signed by {} signers instead of one", count));
    return sk_CMS_SignerInfo_value(signers, 0);
}

/// "CN=ca, serial 1a": who an issuer and a serial number stand for, or a key identifier.
std::string identity(const X509_NAME* issuer, const ASN1_INTEGER* serial) {
    if (issuer == nullptr || serial == nullptr) return "a key identifier";
    const BignumPtr number(made(ASN1_INTEGER_to_BN(serial, nullptr), "read a serial number"));
    char* text = made(BN_bn2hex(number.get()), "read a serial number");
    constexpr std::size_t longestNumber = 64;
    auto result = fmt::format("serial {} of {}", printable(text, longestNumber), nameText(issuer));
    OPENSSL_free(text);
    return result;
}

std::string identity(CMS_SignerInfo* signer) {
    ASN1_OCTET_STRING* keyIdentifier = nullptr;
    X509_NAME* issuer = nullptr;
    ASN1_INTEGER* serial = nullptr;
    CMS_SignerInfo_get0_signer_id(signer, &keyIdentifier, &issuer, &serial);
    return identity(issuer, serial);
}

bool isOneOf(CMS_SignerInfo* signer, const std::vector<Certificate>& allowed) {
    for (const auto& certificate : allowed)
        if (CMS_SignerInfo_cert_cmp(signer, certificate.get()) == 0) return true;
    return false;
}

/// The value of a signed attribute that stands once and has one value.
const ASN1_TYPE* onlyValue(const CMS_SignerInfo* signer, int position) {
    X509_ATTRIBUTE* attribute = CMS_signed_get_attr(signer, position);
    const auto* object = X509_ATTRIBUTE_get0_object(attribute);
    const int first = CMS_signed_get_attr_by_OBJ(signer, object, -1);
    if (first != position || CMS_signed_get_attr_by_OBJ(signer, object, first) >= 0) return nullptr;
    return X509_ATTRIBUTE_count(attribute) == 1 ? X509_ATTRIBUTE_get0_type(attribute, 0) : nullptr;
}

std::string decimal(const ASN1_INTEGER* integer) {
    std::int64_t value = 0;
    const bool fits = ASN1_INTEGER_get_int64(&value, integer) == 1;
    ERR_clear_error();
    return fits ? std::to_string(value) : "a very large number";
}

void keepAttribute(SignedMessage& message, const std::string& oid, const ASN1_TYPE* value) {
    switch (value->type) {
    case V_ASN1_OCTET_STRING: {
        const auto* octets = value->value.octet_string;
        message.octets[oid].assign(reinterpret_cast<const char*>(ASN1_STRING_get0_data(octets)),
                                   static_cast<std::size_t>(ASN1_STRING_length(octets)));
        return;
    }
    case V_ASN1_INTEGER:
        message.texts[oid] = decimal(value->value.integer);
        return;
    case V_ASN1_PRINTABLESTRING:
    case V_ASN1_UTF8STRING:
    case V_ASN1_IA5STRING:
    case V_ASN1_T61STRING:
    case V_ASN1_BMPSTRING:
    case V_ASN1_UNIVERSALSTRING:
    case V_ASN1_VISIBLESTRING:
        message.texts[oid] = utf8Of(value->value.asn1_string);
        return;
    default:
        return;
    }
}

void keepAttributes(SignedMessage& message, const CMS_SignerInfo* signer) {
    for (int i = 0; i < CMS_signed_get_attr_count(signer); ++i)
        if (const auto* value = onlyValue(signer, i))
            keepAttribute(message, oidText(X509_ATTRIBUTE_get0_object(CMS_signed_get_attr(signer, i))), value);
}

/// RFC 5652 section 11.1: the signed content type is that of the content. OpenSSL does not compare them.
void requireContentType(CMS_ContentInfo* cms, const CMS_SignerInfo* signer) {
    const int position = CMS_signed_get_attr_by_NID(signer, NID_pkcs9_contentType, -1);
    const auto* value = position >= 0 ? onlyValue(signer, position) : nullptr;
    if (value == nullptr || value->type != V_ASN1_OBJECT ||
        OBJ_cmp(value->value.object, CMS_get0_eContentType(cms)) != 0)
        throw Error(Fault::protocol, "its signed content type is missing or another one's");
    if (CMS_signed_get_attr_by_NID(signer, NID_pkcs9_messageDigest, -1) < 0)
        throw Error(Fault::protocol, "its signed message digest is missing");
}

Certificate signerCertificate(CMS_ContentInfo* cms) {
    const Owned<STACK_OF(X509), [](STACK_OF(X509) * list) { sk_X509_free(list); }> signers(
        made(CMS_get0_signers(cms), "read the signer"));
    X509* signer = sk_X509_value(signers.get(), 0);
    X509_up_ref(signer);
    return Certificate(signer);
}

/// Without content OpenSSL wants to be given some: FAILURE and PENDING of RFC 8894 have none.
std::string verifiedContent(CMS_ContentInfo* cms, const std::vector<Certificate>& allowed) {
    const auto* const* inside = CMS_get0_content(cms);
    const BioPtr detached = inside == nullptr || *inside == nullptr ? memoryBio() : BioPtr();
    if (detached) BIO_set_mem_eof_return(detached.get(), 0);
    const auto output = memoryBio();
    constexpr unsigned flags = CMS_BINARY | CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY;
    if (CMS_verify(cms, listOf(allowed).get(), nullptr, detached.get(), output.get(), flags) != 1)
        throw opensslError(Fault::protocol, "its signature does not fit");
    return std::string(content(output.get()));
}

/// The default and the legacy provider in a library context of their own, for one decryption. They are unloaded before
/// it goes: freeing the context alone leaks what they registered.
struct LegacyLibrary {
    LibraryPtr context{made(OSSL_LIB_CTX_new(), "prepare legacy algorithms")};
    ProviderPtr standard{made(OSSL_PROVIDER_load(context.get(), "default"), "load OpenSSL's default provider")};
    ProviderPtr legacy{made(OSSL_PROVIDER_load(context.get(), "legacy"), "load OpenSSL's legacy provider")};
};

/// The key for use in another library context. Used there itself it would go on referring to the context after its end.
KeyPtr copyInto(OSSL_LIB_CTX* context, const Key& key) {
    const Secret der(derOf(i2d_PrivateKey, key.get()));
    const unsigned char* position = raw(der.reveal());
    const auto length = static_cast<long>(der.reveal().size());
    return KeyPtr(made(d2i_AutoPrivateKey_ex(nullptr, &position, length, context, nullptr), "copy a private key"));
}

std::string decryptWith(CMS_ContentInfo* cms, const Certificate& recipient, EVP_PKEY* key) {
    const auto output = memoryBio();
    if (CMS_decrypt(cms, key, recipient.get(), nullptr, output.get(), CMS_BINARY) != 1)
        throw opensslError(Fault::protocol, "it cannot be decrypted");
    return std::string(content(output.get()));
}

void requireCipher(int cipher, Strength strength) {
    if (cipher == NID_aes_128_cbc || cipher == NID_aes_192_cbc || cipher == NID_aes_256_cbc) return;
    const bool old = cipher == NID_des_cbc || cipher == NID_des_ede3_cbc;
    if (old && strength == Strength::legacy) return;
    const char* name = OBJ_nid2ln(cipher);
    throw Error(Fault::protocol,
                fmt::format("it is encrypted with {}{}", name != nullptr ? name : "an unknown algorithm",
                            old ? ", which is too weak; legacy-replies = true accepts it" : ", which is not accepted"));
}

bool isMeant(CMS_RecipientInfo* recipient, const Certificate& certificate) {
    return CMS_RecipientInfo_type(recipient) == CMS_RECIPINFO_TRANS &&
           CMS_RecipientInfo_ktri_cert_cmp(recipient, certificate.get()) == 0;
}

/// A wrong key would only be seen as garbage: OpenSSL goes on with a random key there, as RFC 3218 advises.
void requireRecipient(CMS_ContentInfo* cms, const Certificate& certificate) {
    auto* recipients = CMS_get0_RecipientInfos(cms);
    for (int i = 0; i < sk_CMS_RecipientInfo_num(recipients); ++i)
        if (isMeant(sk_CMS_RecipientInfo_value(recipients, i), certificate)) return;
    throw Error(Fault::protocol, "it is encrypted for somebody else's certificate");
}

} // namespace

std::string encrypt(std::string_view content, const Certificate& recipient, Cipher cipher) {
    const EVP_PKEY* key = X509_get0_pubkey(recipient.get());
    if (key == nullptr || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
        throw Error(Fault::protocol, fmt::format("cannot encrypt to {}: its key is not RSA", recipient.subject()));
    const auto input = readBio(content);
    const auto* algorithmOfContent = cipher == Cipher::aes128 ? EVP_aes_128_cbc() : EVP_des_ede3_cbc();
    const CmsPtr cms(
        made(CMS_encrypt(listOf({recipient}).get(), input.get(), algorithmOfContent, CMS_BINARY), "encrypt"));
    return derOf(i2d_CMS_ContentInfo, cms.get());
}

std::string sign(std::string_view content, const Certificate& signer, const Key& key, Digest digest,
                 const std::vector<SignedAttribute>& attributes) {
    const auto input = readBio(content);
    const CmsPtr cms(
        made(CMS_sign(nullptr, nullptr, nullptr, nullptr, CMS_PARTIAL | CMS_BINARY), "prepare a signature"));
    auto* info =
        made(CMS_add1_signer(cms.get(), signer.get(), key.get(), algorithm(digest), CMS_NOSMIMECAP), "add the signer");
    for (const auto& attribute : attributes) {
        const auto object = objectOf(attribute.oid);
        const int type =
            attribute.type == SignedAttribute::Type::octetString ? V_ASN1_OCTET_STRING : V_ASN1_PRINTABLESTRING;
        // Never -1 for the length: OpenSSL would take the bytes for an ASN.1 object.
        succeeded(CMS_signed_add1_attr_by_OBJ(info, object.get(), type, attribute.value.data(),
                                              static_cast<int>(attribute.value.size())),
                  "add a signed attribute");
    }
    succeeded(CMS_final(cms.get(), input.get(), nullptr, CMS_BINARY), "sign");
    return derOf(i2d_CMS_ContentInfo, cms.get());
}

std::optional<std::string> SignedMessage::text(const std::string& oid) const {
    const auto found = texts.find(oid);
    return found != texts.end() ? std::optional(found->second) : std::nullopt;
}

std::optional<std::string> SignedMessage::octetString(const std::string& oid) const {
    const auto found = octets.find(oid);
    return found != octets.end() ? std::optional(found->second) : std::nullopt;
}

SignedMessage verify(std::string_view message, const std::vector<Certificate>& allowed, Strength strength) {
    const auto cms = parse(message, NID_pkcs7_signed, "a signed CMS message");
    auto* signer = onlySigner(cms.get());
    if (!isOneOf(signer, allowed))
        throw Error(Fault::protocol,
                    fmt::format("signed by {}, which is none of the CA's certificates", identity(signer)));
    X509_ALGOR* digest = nullptr;
    CMS_SignerInfo_get0_algs(signer, nullptr, nullptr, &digest, nullptr);
    requireDigest(OBJ_obj2nid(digest->algorithm), strength, "it is signed");
    requireContentType(cms.get(), signer);
    auto content = verifiedContent(cms.get(), allowed);
    SignedMessage result{std::move(content), signerCertificate(cms.get()), {}, {}};
    keepAttributes(result, signer);
    return result;
}

std::string decrypt(std::string_view message, const Certificate& recipient, const Key& key, Strength strength) {
    const auto cms = parse(message, NID_pkcs7_enveloped, "an encrypted CMS message");
    const int cipher = contentEncryptionAlgorithm(derOf(i2d_CMS_ContentInfo, cms.get()));
    requireCipher(cipher, strength);
    requireRecipient(cms.get(), recipient);
    if (cipher != NID_des_cbc) return decryptWith(cms.get(), recipient, key.get());
    const LegacyLibrary library;
    const auto legacyKey = copyInto(library.context.get(), key);
    const auto legacyCms = parse(message, NID_pkcs7_enveloped, "an encrypted CMS message", library.context.get());
    return decryptWith(legacyCms.get(), recipient, legacyKey.get());
}

std::vector<Certificate> carriedCertificates(std::string_view message) {
    const auto cms = parse(message, NID_pkcs7_signed, "a list of certificates");
    const CertificatesPtr list(CMS_get1_certs(cms.get()));
    std::vector<Certificate> certificates;
    for (int i = 0; list && i < sk_X509_num(list.get()); ++i) {
        X509* certificate = sk_X509_value(list.get(), i);
        X509_up_ref(certificate);
        certificates.emplace_back(certificate);
    }
    ERR_clear_error();
    return certificates;
}

void requireSignatureStrength(const Certificate& certificate, Strength strength) {
    int digest = NID_undef;
    if (X509_get_signature_info(certificate.get(), &digest, nullptr, nullptr, nullptr) != 1)
        throw opensslError(Fault::protocol, "read a certificate's signature algorithm");
    requireDigest(digest, strength, fmt::format("{} is signed", certificate.subject()));
}

} // namespace scepd::crypto
