#include "crypto/contentinfo.hpp"

#include "crypto/der.hpp"
#include "crypto/names.hpp"

#include <tuple>

#include <fmt/format.h>

namespace scepd::crypto {
namespace {

constexpr std::size_t largestMessage = std::size_t{16} << 20U;

Error anotherType(const char* what, const ASN1_OBJECT* type) {
    if (OBJ_obj2nid(type) == NID_id_smime_ct_authEnvelopedData)
        return {Fault::protocol,
                fmt::format("not {} but AuthEnvelopedData (AES-GCM or the like), which SCEP does not know", what)};
    return {Fault::protocol, fmt::format("not {} but another type of CMS message ({})", what, objectName(type))};
}

std::vector<Certificate> certificatesOf(CMS_ContentInfo* cms) {
    const CertificatesPtr list(CMS_get1_certs(cms));
    auto certificates = certificatesIn(list.get());
    for (const auto& certificate : certificates)
        requireWritable(certificate.get());
    return certificates;
}

std::vector<Crl> crlsOf(CMS_ContentInfo* cms) {
    const CrlsPtr list(CMS_get1_crls(cms));
    std::vector<Crl> crls;
    for (int i = 0; list && i < sk_X509_CRL_num(list.get()); ++i) {
        X509_CRL* crl = sk_X509_CRL_value(list.get(), i);
        X509_CRL_up_ref(crl);
        crls.emplace_back(crl);
        requireWritable(crl);
    }
    return crls;
}

} // namespace

CmsPtr parseContentInfo(std::string_view message, int type, const char* what, OSSL_LIB_CTX* library) {
    clearErrors(); // What others left in the queue is no reason of ours.
    if (message.empty()) throw Error(Fault::protocol, fmt::format("not {}: it is empty", what));
    if (message.size() > largestMessage) throw Error(Fault::protocol, fmt::format("not {}: larger than 16 MiB", what));
    CmsPtr cms(made(CMS_ContentInfo_new_ex(library, nullptr), "allocate a message"));
    CMS_ContentInfo* target = cms.get();
    const unsigned char* position = raw(message);
    if (d2i_CMS_ContentInfo(&target, &position, static_cast<long>(message.size())) == nullptr) {
        std::ignore = cms.release(); // Freed by d2i.
        throw opensslError(Fault::protocol, fmt::format("not {}", what));
    }
    requireOnlyPadding(message.substr(static_cast<std::size_t>(position - raw(message))), what);
    const ASN1_OBJECT* found = CMS_get0_type(cms.get());
    if (OBJ_obj2nid(found) != type) throw anotherType(what, found);
    return cms;
}

Carried carriedBy(CMS_ContentInfo* cms) {
    Carried result{certificatesOf(cms), crlsOf(cms)};
    clearErrors();
    return result;
}

std::string signerText(CMS_SignerInfo* signer) {
    ASN1_OCTET_STRING* identifier = nullptr;
    X509_NAME* issuer = nullptr;
    ASN1_INTEGER* serial = nullptr;
    succeeded(CMS_SignerInfo_get0_signer_id(signer, &identifier, &issuer, &serial), "read the signer");
    return identifier != nullptr ? keyIdentifierText(bytesOf(identifier)) : identityText(issuer, serial);
}

} // namespace scepd::crypto
