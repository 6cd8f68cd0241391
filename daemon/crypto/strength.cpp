#include "crypto/strength.hpp"

#include "crypto/openssl.hpp"

#include <fmt/format.h>

namespace scepd::crypto {

void requireDigest(int digest, Strength strength, const std::string& what) {
    if (digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512) return;
    if (digest == NID_sha1 && strength == Strength::legacy) return;
    const char* name = digest != NID_undef ? OBJ_nid2ln(digest) : nullptr;
    const auto* remedy = digest == NID_sha1 ? "; legacy-replies = true accepts it" : "";
    throw Error(Fault::protocol, fmt::format("{} with {}, which is too weak{}", what,
                                             name != nullptr ? name : "an unknown digest", remedy));
}

void requireSignatureStrength(const Certificate& certificate, Strength strength) {
    int digest = NID_undef;
    if (X509_get_signature_info(certificate.get(), &digest, nullptr, nullptr, nullptr) != 1)
        throw opensslError(Fault::protocol, "read a certificate's signature algorithm");
    requireDigest(digest, strength, fmt::format("{} is signed", certificate.subject()));
}

} // namespace scepd::crypto
