#include "crypto/signature.hpp"

#include "crypto/attributes.hpp"
#include "crypto/contentinfo.hpp"
#include "crypto/der.hpp"
#include "crypto/names.hpp"
#include "crypto/openssl.hpp"

#include <tuple>

#include <fmt/format.h>

namespace scepd::crypto {
namespace {

constexpr auto what = "a signed CMS message";
constexpr std::size_t mostDigests = 16;
constexpr int mostAttributes = 64;

/// OpenSSL hashes the content with each of the algorithms that a message lists, one calling the next: of very many, by
/// whomever, the stack would run over.
void requireFewDigests(CMS_ContentInfo* cms) {
    const auto der = derOf(i2d_CMS_ContentInfo, cms);
    auto contentInfo = DerReader(der).enter(V_ASN1_SEQUENCE);
    contentInfo.take(V_ASN1_OBJECT);
    auto signedData = contentInfo.enter(0, V_ASN1_CONTEXT_SPECIFIC).enter(V_ASN1_SEQUENCE);
    signedData.take(V_ASN1_INTEGER);
    auto digests = signedData.enter(V_ASN1_SET);
    for (std::size_t count = 0; !digests.atEnd(); ++count) {
        if (count == mostDigests)
            throw Error(Code::signatureWrong, fmt::format("it lists more than {} digest algorithms", mostDigests));
        digests.takeWhole();
    }
}

CMS_SignerInfo* onlySigner(CMS_ContentInfo* cms) {
    auto* signers = CMS_get0_SignerInfos(cms);
    const int count = signers != nullptr ? sk_CMS_SignerInfo_num(signers) : 0;
    if (count != 1) throw Error(Code::signatureWrong, fmt::format("signed by {} signers instead of one", count));
    return sk_CMS_SignerInfo_value(signers, 0);
}

/// Those that the message may mean. Several only when CAs use one serial number or key identifier twice.
std::vector<Certificate> signersAmong(const std::vector<Certificate>& allowed, CMS_SignerInfo* signer) {
    std::vector<Certificate> signers;
    for (const auto& certificate : allowed)
        if (CMS_SignerInfo_cert_cmp(signer, certificate.get()) == 0) signers.push_back(certificate);
    if (!signers.empty()) return signers;
    throw Error(Code::signatureWrong,
                fmt::format("signed by {}, which is none of the CA's certificates", signerText(signer)));
}

/// "pkiStatus", "messageDigest", or dotted numbers.
std::string attributeName(const ASN1_OBJECT* object) {
    const auto oid = oidText(object);
    const auto name = attribute::nameOf(oid);
    return name == oid ? objectName(object) : name;
}

/// The value of a signed attribute, which must stand once and have one value: of two nobody knows which counts.
const ASN1_TYPE* onlyValue(const CMS_SignerInfo* signer, int position) {
    X509_ATTRIBUTE* attribute = CMS_signed_get_attr(signer, position);
    const auto* object = X509_ATTRIBUTE_get0_object(attribute);
    if (CMS_signed_get_attr_by_OBJ(signer, object, -1) != position)
        throw Error(Code::signatureWrong, fmt::format("its signed attribute {} stands twice", attributeName(object)));
    if (X509_ATTRIBUTE_count(attribute) != 1)
        throw Error(Code::signatureWrong, fmt::format("its signed attribute {} has {} values", attributeName(object),
                                                      X509_ATTRIBUTE_count(attribute)));
    return X509_ATTRIBUTE_get0_type(attribute, 0);
}

void keepAttribute(SignedMessage& message, const std::string& oid, const ASN1_TYPE* value) {
    if (value->type == V_ASN1_OCTET_STRING)
        message.octets[oid] = bytesOf(value->value.octet_string);
    else if (value->type == V_ASN1_INTEGER)
        message.texts[oid] = decimal(value->value.integer);
    else if (isText(value->type))
        message.texts[oid] = utf8Of(value->value.asn1_string);
}

void keepAttributes(SignedMessage& message, const CMS_SignerInfo* signer) {
    const int count = CMS_signed_get_attr_count(signer);
    if (count > mostAttributes) throw Error(Code::signatureWrong, fmt::format("it has {} signed attributes", count));
    for (int i = 0; i < count; ++i)
        if (const auto* value = onlyValue(signer, i))
            keepAttribute(message, oidText(X509_ATTRIBUTE_get0_object(CMS_signed_get_attr(signer, i))), value);
}

/// RFC 5652 section 11.1: the signed content type is that of the content. OpenSSL does not compare them.
void requireContentType(CMS_ContentInfo* cms, const CMS_SignerInfo* signer, ContentType contentType) {
    const int position = CMS_signed_get_attr_by_NID(signer, NID_pkcs9_contentType, -1);
    const auto* value = position >= 0 ? onlyValue(signer, position) : nullptr;
    if (value == nullptr || value->type != V_ASN1_OBJECT ||
        OBJ_cmp(value->value.object, CMS_get0_eContentType(cms)) != 0)
        throw Error(Code::signatureWrong, "its signed content type is missing or another one's");
    if (contentType == ContentType::data && OBJ_obj2nid(value->value.object) != NID_pkcs7_data)
        throw Error(Code::signatureWrong,
                    fmt::format("its content is {} instead of data", objectName(value->value.object)));
    if (CMS_signed_get_attr_by_NID(signer, NID_pkcs9_messageDigest, -1) < 0)
        throw Error(Code::signatureWrong, "its signed message digest is missing");
}

/// The content when the signature is this certificate's. Without content OpenSSL wants to be given some: FAILURE and
/// PENDING of RFC 8894 have none.
std::string verifiedContent(CMS_ContentInfo* cms, const Certificate& signer) {
    const auto* const* inside = CMS_get0_content(cms);
    const BioPtr detached = inside == nullptr || *inside == nullptr ? memoryBio() : BioPtr();
    if (detached) BIO_set_mem_eof_return(detached.get(), 0);
    const auto output = memoryBio();
    constexpr unsigned flags = CMS_BINARY | CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY;
    const int fits = CMS_verify(cms, listOf({signer}).get(), nullptr, detached.get(), output.get(), flags);
    clearErrors();
    if (fits != 1) throw Error(Code::signatureWrong, "its signature does not fit");
    return std::string(content(output.get()));
}

/// By the first signer that fits. `cms` is the message as it was read; OpenSSL keeps the signer in it, so for each
/// further one it is read anew.
SignedMessage verifiedBy(CMS_ContentInfo* cms, std::string_view message, const std::vector<Certificate>& signers) {
    CmsPtr anew;
    for (const auto& signer : signers) {
        try {
            return {verifiedContent(anew ? anew.get() : cms, signer), signer, {}, {}};
        } catch (const Error&) {
            if (signer == signers.back()) throw;
        }
        anew = parseContentInfo(message, NID_pkcs7_signed, what);
    }
    throw Error(Code::signatureWrong, "its signature does not fit");
}

} // namespace

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

SignedMessage verify(std::string_view message, const std::vector<Certificate>& allowed, Strength strength,
                     ContentType contentType) {
    const auto cms = parseContentInfo(message, NID_pkcs7_signed, what);
    requireFewDigests(cms.get());
    auto* signer = onlySigner(cms.get());
    const auto signers = signersAmong(allowed, signer);
    X509_ALGOR* digest = nullptr;
    CMS_SignerInfo_get0_algs(signer, nullptr, nullptr, &digest, nullptr);
    requireDigest(OBJ_obj2nid(digest->algorithm), strength, "it is signed");
    requireContentType(cms.get(), signer, contentType);
    auto result = verifiedBy(cms.get(), message, signers);
    keepAttributes(result, signer);
    return result;
}

} // namespace scepd::crypto
