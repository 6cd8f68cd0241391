#include "ca/signed_data.hpp"

#include "ca/der.hpp"
#include "ca/oid.hpp"

#include <algorithm>
#include <array>

namespace scepd::ca {

namespace {

constexpr auto signedDataOid = "1.2.840.113549.1.7.2";
constexpr unsigned char context0 = 0xa0;
constexpr unsigned char context1 = 0xa1;

std::string dotted(int nid) {
    std::array<char, 80> text{};
    must(OBJ_obj2txt(text.data(), static_cast<int>(text.size()), OBJ_nid2obj(nid), 1), "name an algorithm");
    return text.data();
}

Bytes algorithmOf(int nid, bool withNull) {
    return der::algorithm(der::objectId(dotted(nid).c_str()), withNull);
}

Bytes digestAlgorithm(const EVP_MD* digest, bool withNull) {
    return algorithmOf(EVP_MD_get_type(digest), withNull);
}

Bytes signatureAlgorithm(const Signer& signer, bool withNull) {
    const int key = EVP_PKEY_get_base_id(signer.identity.key.get());
    if (key == EVP_PKEY_RSA) return algorithmOf(NID_rsaEncryption, withNull);
    int nid = NID_undef;
    must(OBJ_find_sigid_by_algs(&nid, EVP_MD_get_type(signer.digest), key), "find a signature algorithm");
    return algorithmOf(nid, false);
}

Bytes encodeAttribute(const Attribute& attribute) {
    return der::sequence({der::objectId(attribute.oid.c_str()), der::setOf(der::setTag, attribute.values)});
}

/// The attributes under a tag: SET OF where they are signed, [0] where they stand (RFC 5652 section 5.4).
Bytes encodeAttributes(const Signer& signer, unsigned char tag) {
    std::vector<Bytes> encoded;
    for (const auto& attribute : signer.attributes)
        encoded.push_back(encodeAttribute(attribute));
    return der::setOf(tag, std::move(encoded));
}

Bytes signatureOf(const Signer& signer, View bytes) {
    const std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX_free>> context(must(EVP_MD_CTX_new(), "prepare to sign"));
    must(EVP_DigestSignInit(context.get(), nullptr, signer.digest, nullptr, signer.identity.key.get()), "sign");
    std::size_t length = 0;
    must(EVP_DigestSign(context.get(), nullptr, &length, bytes.data(), bytes.size()), "sign");
    Bytes signature(length);
    must(EVP_DigestSign(context.get(), signature.data(), &length, bytes.data(), bytes.size()), "sign");
    signature.resize(length);
    return signature;
}

Bytes encodeSigner(const Signer& signer, const SignedData& data) {
    const auto* certificate = signer.identity.certificate.get();
    const auto identifier = der::sequence({encode(i2d_X509_NAME, X509_get_issuer_name(certificate)),
                                           encode(i2d_ASN1_INTEGER, X509_get0_serialNumber(certificate))});
    const auto attributes = signer.hasAttributes ? encodeAttributes(signer, context0) : Bytes{};
    const auto toSign = signer.hasAttributes ? encodeAttributes(signer, der::setTag) : data.content.value_or(Bytes{});
    return der::sequence({der::integer(1), identifier, digestAlgorithm(signer.digest, data.nullParameters), attributes,
                          signatureAlgorithm(signer, data.nullParameters),
                          der::octetString(signatureOf(signer, toSign))});
}

Bytes encodeContent(const SignedData& data) {
    const auto type = der::objectId(data.contentType.c_str());
    if (!data.content) return der::sequence({type});
    return der::sequence({type, der::constructed(context0, {der::octetString(*data.content)})});
}

Bytes encodeCertificates(const SignedData& data) {
    std::vector<Bytes> certificates;
    for (const auto& certificate : data.certificates)
        certificates.push_back(encode(i2d_X509, certificate.get()));
    return certificates.empty() ? Bytes{} : der::constructed(context0, certificates);
}

} // namespace

std::vector<Attribute> requiredAttributes(const SignedData& data, const EVP_MD* digest) {
    const auto content = data.content.value_or(Bytes{});
    Bytes hash(EVP_MAX_MD_SIZE);
    unsigned length = 0;
    must(EVP_Digest(content.data(), content.size(), hash.data(), &length, digest, nullptr), "hash the content");
    hash.resize(length);
    return {{oid::contentType, {der::objectId(data.contentType.c_str())}},
            {oid::messageDigest, {der::octetString(hash)}}};
}

Bytes encodeSignedData(const SignedData& data) {
    std::vector<Bytes> digests;
    std::vector<Bytes> signers;
    for (const auto& signer : data.signers) {
        digests.push_back(digestAlgorithm(signer.digest, data.nullParameters));
        signers.push_back(encodeSigner(signer, data));
    }
    digests.erase(std::ranges::unique(digests).begin(), digests.end());
    digests.insert(digests.end(), data.moreDigests, digestAlgorithm(EVP_sha256(), data.nullParameters));
    const auto crls = data.crls.empty() ? Bytes{} : der::constructed(context1, data.crls);
    const auto content = der::sequence({der::integer(1), der::setOf(der::setTag, digests), encodeContent(data),
                                        encodeCertificates(data), crls, der::setOf(der::setTag, signers)});
    return der::sequence({der::objectId(signedDataOid), der::constructed(context0, {content})});
}

Bytes degenerate(const std::vector<Certificate>& certificates, const std::vector<Bytes>& crls) {
    SignedData data;
    for (const auto& certificate : certificates)
        data.certificates.push_back(share(certificate));
    data.crls = crls;
    return encodeSignedData(data);
}

Identity share(const Identity& identity) {
    EVP_PKEY_up_ref(identity.key.get());
    return {share(identity.certificate), Key(identity.key.get())};
}

} // namespace scepd::ca
