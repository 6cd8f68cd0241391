#include "crypto/strength.hpp"

#include "crypto/openssl.hpp"

#include <fmt/format.h>

namespace scepd::crypto {
namespace {

constexpr int leastRsaBits = 2048;
constexpr int oldRsaBits = 1024;
constexpr int leastSecurityBits = 112; ///< As RSA 2048 and EC P-224 have them (NIST SP 800-57 part 1, table 2).

bool isRsa(const EVP_PKEY* key) {
    const int type = EVP_PKEY_get_base_id(key);
    return type == EVP_PKEY_RSA || type == EVP_PKEY_RSA_PSS;
}

bool isStrong(const EVP_PKEY* key, Strength strength) {
    if (!isRsa(key)) return EVP_PKEY_get_security_bits(key) >= leastSecurityBits;
    return EVP_PKEY_get_bits(key) >= (strength == Strength::legacy ? oldRsaBits : leastRsaBits);
}

} // namespace

void requireDigest(int digest, Strength strength, const std::string& what) {
    if (digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512) return;
    if (digest == NID_sha1 && strength != Strength::standard) return;
    const char* name = digest != NID_undef ? OBJ_nid2ln(digest) : nullptr;
    const auto* remedy = digest == NID_sha1 ? "; legacy-replies = true accepts it" : "";
    throw Error(Code::tooWeak, fmt::format("{} with {}, which is too weak{}", what,
                                           name != nullptr ? name : "an unknown digest", remedy));
}

void requireSignatureStrength(const Certificate& certificate, Strength strength) {
    int digest = NID_undef;
    if (X509_get_signature_info(certificate.get(), &digest, nullptr, nullptr, nullptr) != 1)
        throw opensslError(Fault::protocol, "read a certificate's signature algorithm");
    requireDigest(digest, strength, fmt::format("{} is signed", certificate.subject()));
}

void requireKeyStrength(const Certificate& certificate, Strength strength) {
    const EVP_PKEY* key = X509_get0_pubkey(certificate.get());
    clearErrors();
    if (key != nullptr && isStrong(key, strength)) return;
    const bool isOld = key != nullptr && isStrong(key, Strength::legacy);
    throw Error(Code::tooWeak,
                fmt::format("{} has the key {}, which is too weak: its operator must replace it by one of at least RSA "
                            "2048 or EC P-224{}",
                            certificate.subject(), certificate.keyDescription(),
                            isOld ? "; security = \"legacy\" accepts it" : ""));
}

void requireStrength(const Certificate& certificate, Strength strength) {
    requireSignatureStrength(certificate, strength);
    requireKeyStrength(certificate, strength);
}

} // namespace scepd::crypto
