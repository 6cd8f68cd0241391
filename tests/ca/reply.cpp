#include "ca/reply.hpp"

#include "ca/der.hpp"
#include "ca/oid.hpp"

namespace scepd::ca {

namespace {

const EVP_MD* digestOf(const ReplyStyle& style) {
    return must(EVP_get_digestbyname(style.digest), "find a digest");
}

/// The issued certificates under a signature that the RFC does not want there.
Bytes signedCertificates(const CertRep& reply, const Identity& signer) {
    SignedData data;
    data.content = Bytes{};
    for (const auto& certificate : reply.certificates)
        data.certificates.push_back(share(certificate));
    data.signers.push_back({.identity = share(signer), .attributes = {}});
    data.signers.back().attributes = requiredAttributes(data, data.signers.back().digest);
    return encodeSignedData(data);
}

Bytes insideOf(const CertRep& reply, const Identity& signer) {
    switch (reply.shape.inside) {
    case Inside::Signed:
        return signedCertificates(reply, signer);
    case Inside::PlainData:
        return der::sequence({der::objectId("1.2.840.113549.1.7.1"),
                              der::constructed(0xa0, {der::octetString(degenerate(reply.certificates))})});
    case Inside::Nothing:
        return {};
    case Inside::Certificates:
        break;
    }
    return degenerate(reply.certificates, reply.crls);
}

Sealing sealingOf(const CertRep& reply, const Parties& parties) {
    Sealing sealing{.cipher = reply.style.cipher, .oaep = reply.style.oaep, .recipients = {}};
    sealing.password = parties.password;
    if (!parties.password && reply.shape.recipient == Party::Own)
        sealing.recipients.push_back(share(parties.recipient));
    if (reply.shape.recipient == Party::Stranger || reply.shape.secondRecipient)
        sealing.recipients.push_back(share(parties.stranger->certificate));
    return sealing;
}

std::optional<Bytes> contentOf(const CertRep& reply, const Parties& parties) {
    if (reply.rawContent) return reply.rawContent;
    if (reply.certificates.empty() && reply.crls.empty()) return std::nullopt;
    return seal(insideOf(reply, parties.signer), sealingOf(reply, parties));
}

/// Adds an attribute with one value when there is one.
template <typename Value>
void add(std::vector<Attribute>& attributes, const char* oid, const std::optional<Value>& value,
         Bytes (*encode)(std::conditional_t<std::is_same_v<Value, Bytes>, View, std::string_view>)) {
    if (value) attributes.push_back({oid, {encode(*value)}});
}

void addVendorAttributes(std::vector<Attribute>& attributes, const CertRep& reply) {
    const bool issued = reply.pkiStatus == "0";
    attributes.push_back({oid::requestStatus, {der::printableString(issued ? "0" : "-2147024809")}});
    attributes.push_back({oid::dispositionText, {der::printableString(issued ? "Issued" : "Denied")}});
}

std::vector<Attribute> attributesOf(const CertRep& reply, const SignedData& data) {
    auto attributes = requiredAttributes(data, digestOf(reply.style));
    add(attributes, oid::messageType, std::optional(reply.messageType), der::printableString);
    add(attributes, oid::pkiStatus, reply.pkiStatus, der::printableString);
    add(attributes, oid::transactionId, std::optional(reply.transactionId), der::printableString);
    add(attributes, oid::failInfo, reply.failInfo, der::printableString);
    add(attributes, oid::failInfoText, reply.failInfoText, der::utf8String);
    add(attributes, oid::senderNonce, reply.senderNonce, der::octetString);
    add(attributes, oid::recipientNonce, reply.recipientNonce, der::octetString);
    if (reply.style.vendorAttributes) addVendorAttributes(attributes, reply);
    if (reply.shape.alter != nullptr) reply.shape.alter(attributes);
    return attributes;
}

std::vector<Certificate> outerCertificates(const CertRep& reply, const Identity& signer) {
    std::vector<Certificate> certificates;
    if (reply.style.outer == Outer::IssuedFirst)
        for (const auto& certificate : reply.certificates)
            certificates.push_back(share(certificate));
    const bool isThere = !certificates.empty() || reply.style.outer == Outer::None;
    if (!isThere) certificates.push_back(share(signer.certificate));
    return certificates;
}

Signer signerOf(const CertRep& reply, const SignedData& data, const Identity& identity) {
    return {.identity = share(identity),
            .digest = digestOf(reply.style),
            .hasAttributes = reply.shape.hasAttributes,
            .attributes = attributesOf(reply, data)};
}

} // namespace

Bytes encodeReply(const CertRep& reply, const Parties& parties) {
    SignedData data;
    data.content = contentOf(reply, parties);
    data.contentType = reply.shape.contentType;
    data.moreDigests = reply.shape.moreDigests;
    data.nullParameters = reply.style.nullParameters;
    data.certificates = outerCertificates(reply, parties.signer);
    if (reply.shape.signers > 0) data.signers.push_back(signerOf(reply, data, parties.signer));
    if (reply.shape.signers > 1) data.signers.push_back(signerOf(reply, data, *parties.stranger));
    return encodeSignedData(data);
}

} // namespace scepd::ca
