#include "crypto/outline.hpp"

#include "crypto/names.hpp"
#include "crypto/text.hpp"

#include <algorithm>

#include <fmt/ranges.h>

namespace scepd::crypto {
namespace {

using Kind = RecipientOutline::Kind;

constexpr int context = V_ASN1_CONTEXT_SPECIFIC;
constexpr std::size_t mostRecipients = 16;

/// IssuerAndSerialNumber, from its content.
std::string issuerAndSerial(DerReader inside) {
    const auto issuer = wholeOf<NamePtr>(d2i_X509_NAME, inside.takeWhole());
    const auto serial = wholeOf<Asn1IntegerPtr>(d2i_ASN1_INTEGER, inside.takeWhole());
    if (!issuer || !serial) throw Error(Fault::protocol, "read an envelope: a recipient has no name");
    return identityText(issuer.get(), serial.get());
}

RecipientOutline keyTransport(DerReader inside) {
    RecipientOutline recipient{.kind = Kind::keyTransport};
    inside.take(V_ASN1_INTEGER);
    recipient.identities.push_back(inside.isAt(0, context) ? keyIdentifierText(inside.take(0, context))
                                                           : issuerAndSerial(inside.enter(V_ASN1_SEQUENCE)));
    recipient.keyEncryption = takeAlgorithm(inside);
    recipient.encryptedKeyLength = inside.take(V_ASN1_OCTET_STRING).size();
    return recipient;
}

/// OriginatorPublicKey; a curve that is written out would be the sender's to choose.
bool isOnNamedCurve(DerReader originator) {
    if (!originator.isAt(1, context)) return false;
    auto key = originator.enter(1, context);
    const auto algorithm = takeAlgorithm(key);
    DerReader parameters(algorithm.parameters);
    return algorithm.nid == NID_X9_62_id_ecPublicKey &&
           (parameters.atEnd() || parameters.isAt(V_ASN1_NULL) || parameters.isAt(V_ASN1_OBJECT));
}

void keepEncryptedKey(RecipientOutline& recipient, DerReader inside) {
    if (inside.isAt(0, context))
        recipient.identities.push_back(keyIdentifierText(inside.enter(0, context).take(V_ASN1_OCTET_STRING)));
    else
        recipient.identities.push_back(issuerAndSerial(inside.enter(V_ASN1_SEQUENCE)));
    recipient.encryptedKeyLength = std::max(recipient.encryptedKeyLength, inside.take(V_ASN1_OCTET_STRING).size());
}

RecipientOutline keyAgreement(DerReader inside) {
    RecipientOutline recipient{.kind = Kind::keyAgreement};
    inside.take(V_ASN1_INTEGER);
    recipient.ephemeral = isOnNamedCurve(inside.enter(0, context));
    if (inside.isAt(1, context)) inside.take(1, context); // User keying material.
    recipient.keyEncryption = takeAlgorithm(inside);
    auto keys = inside.enter(V_ASN1_SEQUENCE);
    while (!keys.atEnd() && recipient.identities.size() < mostRecipients)
        keepEncryptedKey(recipient, keys.enter(V_ASN1_SEQUENCE));
    if (!keys.atEnd()) throw Error(Fault::protocol, "read an envelope: too many recipients");
    return recipient;
}

RecipientOutline password(DerReader inside) {
    RecipientOutline recipient{.kind = Kind::password, .identities = {"a password"}};
    inside.take(V_ASN1_INTEGER);
    if (inside.isAt(0, context)) recipient.keyDerivation = takeAlgorithm(inside, 0, context);
    recipient.keyEncryption = takeAlgorithm(inside);
    recipient.encryptedKeyLength = inside.take(V_ASN1_OCTET_STRING).size();
    return recipient;
}

RecipientOutline recipientOf(DerReader& recipients) {
    constexpr int agreement = 1;
    constexpr int keyEncryptionKey = 2;
    constexpr int pass = 3;
    if (recipients.isAt(V_ASN1_SEQUENCE)) return keyTransport(recipients.enter(V_ASN1_SEQUENCE));
    if (recipients.isAt(agreement, context)) return keyAgreement(recipients.enter(agreement, context));
    if (recipients.isAt(pass, context)) return password(recipients.enter(pass, context));
    const auto kind = recipients.isAt(keyEncryptionKey, context) ? Kind::keyEncryptionKey : Kind::other;
    recipients.takeWhole();
    return {.kind = kind, .identities = {"another kind of recipient"}};
}

} // namespace

std::string joined(const std::vector<std::string>& identities) {
    constexpr std::size_t longest = 1024;
    return printable(fmt::format("{}", fmt::join(identities, ", ")), longest);
}

EnvelopeOutline outlineOf(std::string_view envelope) {
    auto contentInfo = DerReader(envelope).enter(V_ASN1_SEQUENCE);
    contentInfo.take(V_ASN1_OBJECT);
    auto enveloped = contentInfo.enter(0, context).enter(V_ASN1_SEQUENCE);
    enveloped.take(V_ASN1_INTEGER);
    if (enveloped.isAt(0, context)) enveloped.take(0, context); // The originator's certificates.
    auto recipients = enveloped.enter(V_ASN1_SET);
    EnvelopeOutline outline;
    while (!recipients.atEnd() && outline.recipients.size() < mostRecipients)
        outline.recipients.push_back(recipientOf(recipients));
    if (!recipients.atEnd()) throw Error(Fault::protocol, "read an envelope: too many recipients");
    auto encrypted = enveloped.enter(V_ASN1_SEQUENCE);
    encrypted.take(V_ASN1_OBJECT);
    outline.contentEncryption = takeAlgorithm(encrypted);
    return outline;
}

} // namespace scepd::crypto
