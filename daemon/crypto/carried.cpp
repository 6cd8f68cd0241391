#include "crypto/carried.hpp"

#include "crypto/attributes.hpp"
#include "crypto/contentinfo.hpp"
#include "crypto/openssl.hpp"
#include "crypto/signature.hpp"

#include <algorithm>
#include <iterator>

namespace scepd::crypto {
namespace {

std::vector<Certificate> certificatesOf(CMS_ContentInfo* cms) {
    const CertificatesPtr list(CMS_get1_certs(cms));
    std::vector<Certificate> certificates;
    for (int i = 0; list && i < sk_X509_num(list.get()); ++i) {
        X509* certificate = sk_X509_value(list.get(), i);
        X509_up_ref(certificate);
        certificates.emplace_back(certificate);
    }
    return certificates;
}

std::vector<Crl> crlsOf(CMS_ContentInfo* cms) {
    const CrlsPtr list(CMS_get1_crls(cms));
    std::vector<Crl> crls;
    for (int i = 0; list && i < sk_X509_CRL_num(list.get()); ++i) {
        X509_CRL* crl = sk_X509_CRL_value(list.get(), i);
        X509_CRL_up_ref(crl);
        crls.emplace_back(crl);
    }
    return crls;
}

} // namespace

Carried carried(std::string_view message) {
    const auto cms = parseContentInfo(message, NID_pkcs7_signed, "a list of certificates");
    Carried result{certificatesOf(cms.get()), crlsOf(cms.get())};
    clearErrors();
    return result;
}

std::vector<Certificate> carriedCertificates(std::string_view message) {
    return carried(message).certificates;
}

SignedCertificates readSignedCertificates(std::string_view message, const std::vector<Certificate>& signers,
                                          Strength strength) {
    const auto outer = verify(message, signers, strength, ContentType::any);
    if (outer.text(attribute::messageType)) throw Error(Fault::protocol, "it is a message and no list of certificates");
    SignedCertificates result{.certificates = {}, .covered = !outer.content.empty()};
    if (result.covered)
        result.certificates = carriedCertificates(outer.content);
    else
        std::ranges::copy_if(carriedCertificates(message), std::back_inserter(result.certificates),
                             [&](const auto& one) { return std::ranges::find(signers, one) == signers.end(); });
    if (result.certificates.empty()) throw Error(Fault::protocol, "it is signed and carries no certificates");
    return result;
}

} // namespace scepd::crypto
