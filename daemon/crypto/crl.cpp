#include "crypto/crl.hpp"

#include "crypto/der.hpp"
#include "crypto/names.hpp"
#include "crypto/openssl.hpp"

#include <openssl/pem.h>

namespace scepd::crypto {

Crl::Crl(X509_CRL* crl) : crl_(crl, X509_CRL_free) {}

Crl Crl::fromDer(std::string_view der) {
    auto crl = wholeOf<Owned<X509_CRL, X509_CRL_free>>(d2i_X509_CRL, der);
    if (!crl) throw Error(Fault::protocol, "not a certificate revocation list in DER");
    requireWritable(crl.get());
    return Crl(crl.release());
}

std::string Crl::toDer() const {
    return derOf(i2d_X509_CRL, get());
}

std::string Crl::toPem() const {
    const auto bio = memoryBio();
    succeeded(PEM_write_bio_X509_CRL(bio.get(), get()), "write a certificate revocation list");
    return std::string(content(bio.get()));
}

std::string Crl::issuer() const {
    return nameText(X509_CRL_get_issuer(get()));
}

Time Crl::thisUpdate() const {
    return timeOf(X509_CRL_get0_lastUpdate(get()));
}

std::optional<Time> Crl::nextUpdate() const {
    const auto* time = X509_CRL_get0_nextUpdate(get());
    return time != nullptr ? std::optional(timeOf(time)) : std::nullopt;
}

std::vector<std::string> Crl::revokedSerialNumbers() const {
    auto* revoked = X509_CRL_get_REVOKED(get());
    std::vector<std::string> serials;
    for (int i = 0; revoked != nullptr && i < sk_X509_REVOKED_num(revoked); ++i)
        serials.push_back(serialText(X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(revoked, i))));
    return serials;
}

bool Crl::isSignedBy(const Certificate& ca) const {
    if (X509_NAME_cmp(X509_CRL_get_issuer(get()), X509_get_subject_name(ca.get())) != 0) return false;
    int digest = NID_undef;
    const int known = OBJ_find_sigid_algs(X509_CRL_get_signature_nid(get()), &digest, nullptr);
    const bool weak = known == 1 && (digest == NID_md5 || digest == NID_md4 || digest == NID_md2);
    EVP_PKEY* key = X509_get0_pubkey(ca.get());
    const bool fits = key != nullptr && !weak && X509_CRL_verify(get(), key) == 1;
    clearErrors();
    return fits;
}

} // namespace scepd::crypto
