#include "crypto/recipient.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include <fmt/format.h>
#include <openssl/rsa.h>

namespace scepd::crypto {
namespace {

Error incomplete(const AlgorithmIdentifier& algorithm) {
    return {Fault::protocol, fmt::format("the parameters of {} in it are missing or malformed", algorithm.name)};
}

Error unknown(const AlgorithmIdentifier& algorithm, const char* what) {
    return {Fault::protocol, fmt::format("it {} with {}, which is not accepted", what, algorithm.name)};
}

AlgorithmIdentifier insideOf(const AlgorithmIdentifier& algorithm) {
    DerReader parameters(algorithm.parameters);
    if (!parameters.isAt(V_ASN1_SEQUENCE)) throw incomplete(algorithm);
    return takeAlgorithm(parameters);
}

void requireVector(const AlgorithmIdentifier& cipher, std::size_t length) {
    DerReader parameters(cipher.parameters);
    if (!parameters.isAt(V_ASN1_OCTET_STRING) || parameters.take(V_ASN1_OCTET_STRING).size() != length)
        throw incomplete(cipher);
}

bool isAesCbc(int nid) {
    return nid == NID_aes_128_cbc || nid == NID_aes_192_cbc || nid == NID_aes_256_cbc;
}

void requireOaepDigest(const X509_ALGOR* digest, const AlgorithmIdentifier& oaep) {
    constexpr std::array known{NID_sha1, NID_sha224, NID_sha256, NID_sha384, NID_sha512};
    if (digest != nullptr && std::ranges::find(known, OBJ_obj2nid(digest->algorithm)) == known.end())
        throw incomplete(oaep);
}

/// The digest inside MGF1's parameters.
void requireMgf1(const X509_ALGOR* mask, const AlgorithmIdentifier& oaep) {
    if (mask == nullptr) return;
    if (OBJ_obj2nid(mask->algorithm) != NID_mgf1 || mask->parameter == nullptr ||
        mask->parameter->type != V_ASN1_SEQUENCE)
        throw incomplete(oaep);
    const auto digest =
        wholeOf<Owned<X509_ALGOR, X509_ALGOR_free>>(d2i_X509_ALGOR, bytesOf(mask->parameter->value.sequence));
    if (!digest) throw incomplete(oaep);
    requireOaepDigest(digest.get(), oaep);
}

/// OpenSSL would follow a source of the label that is not there, or fall to other parameters than the sender's.
void requireOaep(const AlgorithmIdentifier& oaep) {
    const auto parameters = wholeOf<Owned<RSA_OAEP_PARAMS, RSA_OAEP_PARAMS_free>>(d2i_RSA_OAEP_PARAMS, oaep.parameters);
    if (!parameters) throw incomplete(oaep);
    requireOaepDigest(parameters->hashFunc, oaep);
    requireMgf1(parameters->maskGenFunc, oaep);
    const auto* source = parameters->pSourceFunc;
    if (source == nullptr) return;
    if (OBJ_obj2nid(source->algorithm) != NID_pSpecified || source->parameter == nullptr ||
        source->parameter->type != V_ASN1_OCTET_STRING)
        throw incomplete(oaep);
}

void requireKeyTransport(const RecipientOutline& recipient) {
    const auto& algorithm = recipient.keyEncryption;
    if (algorithm.nid == NID_rsaesOaep) return requireOaep(algorithm);
    if (algorithm.nid != NID_rsaEncryption) throw unknown(algorithm, "has a key that is encrypted");
}

void requireKeyAgreement(const RecipientOutline& recipient) {
    constexpr std::array schemes{
        NID_dhSinglePass_stdDH_sha1kdf_scheme,        NID_dhSinglePass_stdDH_sha224kdf_scheme,
        NID_dhSinglePass_stdDH_sha256kdf_scheme,      NID_dhSinglePass_stdDH_sha384kdf_scheme,
        NID_dhSinglePass_stdDH_sha512kdf_scheme,      NID_dhSinglePass_cofactorDH_sha1kdf_scheme,
        NID_dhSinglePass_cofactorDH_sha224kdf_scheme, NID_dhSinglePass_cofactorDH_sha256kdf_scheme,
        NID_dhSinglePass_cofactorDH_sha384kdf_scheme, NID_dhSinglePass_cofactorDH_sha512kdf_scheme};
    constexpr std::array wraps{NID_id_aes128_wrap, NID_id_aes192_wrap, NID_id_aes256_wrap};
    constexpr std::size_t shortest = 16;
    const auto& algorithm = recipient.keyEncryption;
    if (std::ranges::find(schemes, algorithm.nid) == schemes.end()) throw unknown(algorithm, "agrees on a key");
    if (!recipient.ephemeral)
        throw Error(Fault::protocol, "it agrees on a key without a key of the sender's on a named curve");
    const auto wrap = insideOf(algorithm);
    if (std::ranges::find(wraps, wrap.nid) == wraps.end()) throw unknown(wrap, "has a key that is wrapped");
    if (recipient.encryptedKeyLength < shortest) throw incomplete(wrap);
}

void requireDerivation(const std::optional<AlgorithmIdentifier>& derivation) {
    constexpr std::int64_t mostRounds = 2'000'000;
    if (!derivation) throw Error(Fault::protocol, "it does not say how its key is derived from the password");
    if (derivation->nid != NID_id_pbkdf2) throw unknown(*derivation, "has a key that is derived");
    const auto parameters = wholeOf<Owned<PBKDF2PARAM, PBKDF2PARAM_free>>(d2i_PBKDF2PARAM, derivation->parameters);
    std::int64_t rounds = 0;
    const bool fits = parameters && ASN1_INTEGER_get_int64(&rounds, parameters->iter) == 1;
    clearErrors();
    if (!fits || rounds < 1 || parameters->salt == nullptr || parameters->salt->type != V_ASN1_OCTET_STRING)
        throw incomplete(*derivation);
    if (rounds > mostRounds)
        throw Error(Fault::protocol,
                    fmt::format("its key is derived from the password in {} rounds, which would not end", rounds));
}

/// The wrapped key is at least two blocks of the cipher that wraps it (RFC 3211 section 2.3.2).
void requirePassword(const RecipientOutline& recipient, Strength strength) {
    constexpr std::size_t aesBlock = 16;
    constexpr std::size_t desBlock = 8;
    requireDerivation(recipient.keyDerivation);
    if (recipient.keyEncryption.nid != NID_id_alg_PWRI_KEK)
        throw unknown(recipient.keyEncryption, "has a key that is encrypted");
    const auto cipher = insideOf(recipient.keyEncryption);
    const bool des3 = cipher.nid == NID_des_ede3_cbc && strength != Strength::standard;
    if (!des3 && !isAesCbc(cipher.nid)) throw unknown(cipher, "has a key that is encrypted");
    const auto block = des3 ? desBlock : aesBlock;
    requireVector(cipher, block);
    if (recipient.encryptedKeyLength < 2 * block || recipient.encryptedKeyLength % block != 0)
        throw incomplete(recipient.keyEncryption);
}

} // namespace

void requireKnownAlgorithms(const RecipientOutline& recipient, Strength strength) {
    switch (recipient.kind) {
    case RecipientOutline::Kind::keyTransport:
        return requireKeyTransport(recipient);
    case RecipientOutline::Kind::keyAgreement:
        return requireKeyAgreement(recipient);
    case RecipientOutline::Kind::password:
        return requirePassword(recipient, strength);
    case RecipientOutline::Kind::keyEncryptionKey:
    case RecipientOutline::Kind::other:
        throw Error(Fault::protocol, "it is encrypted for another kind of recipient");
    }
}

void requireKnownCipher(const AlgorithmIdentifier& cipher, Strength strength) {
    constexpr std::size_t aesBlock = 16;
    constexpr std::size_t desBlock = 8;
    if (isAesCbc(cipher.nid)) return requireVector(cipher, aesBlock);
    const bool old = cipher.nid == NID_des_cbc || cipher.nid == NID_des_ede3_cbc;
    if (old && strength != Strength::standard) return requireVector(cipher, desBlock);
    throw Error(Fault::protocol,
                fmt::format("it is encrypted with {}{}", cipher.name,
                            old ? ", which is too weak; legacy-replies = true accepts it" : ", which is not accepted"));
}

} // namespace scepd::crypto
