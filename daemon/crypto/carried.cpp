#include "crypto/carried.hpp"

#include "crypto/attributes.hpp"
#include "crypto/contentinfo.hpp"
#include "crypto/openssl.hpp"
#include "crypto/signature.hpp"

#include <algorithm>
#include <iterator>

namespace scepd::crypto {

Carried carried(std::string_view message) {
    return carriedBy(parseContentInfo(message, NID_pkcs7_signed, "a list of certificates").get());
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
