#include "fuzz/certrep.hpp"

#include "crypto/openssl.hpp"
#include "fuzz/der.hpp"
#include "fuzz/world.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <openssl/err.h>

namespace scepd::fuzz {
namespace {

constexpr unsigned char integer = 0x02, octetString = 0x04, sequence = 0x30, set = 0x31, context0 = 0xA0;

constexpr std::array letters{std::pair{'m', "messageType"}, std::pair{'s', "pkiStatus"},
                             std::pair{'f', "failInfo"},    std::pair{'t', "transactionID"},
                             std::pair{'n', "senderNonce"}, std::pair{'r', "recipientNonce"},
                             std::pair{'x', "failInfoText"}};

std::string oid(const std::string& name) {
    static const std::map<std::string, const char*> numbers{
        {"messageType", "2.16.840.1.113733.1.9.2"},    {"pkiStatus", "2.16.840.1.113733.1.9.3"},
        {"failInfo", "2.16.840.1.113733.1.9.4"},       {"senderNonce", "2.16.840.1.113733.1.9.5"},
        {"recipientNonce", "2.16.840.1.113733.1.9.6"}, {"transactionID", "2.16.840.1.113733.1.9.7"},
        {"failInfoText", "1.3.6.1.5.5.7.24.1"},        {"contentType", "1.2.840.113549.1.9.3"},
        {"messageDigest", "1.2.840.113549.1.9.4"},     {"data", "1.2.840.113549.1.7.1"},
        {"signedData", "1.2.840.113549.1.7.2"},        {"sha256", "2.16.840.1.101.3.4.2.1"},
        {"rsaEncryption", "1.2.840.113549.1.1.1"},     {"other", "1.2.3.4"}};
    const crypto::Asn1ObjectPtr object(OBJ_txt2obj(numbers.at(name), 1));
    return crypto::derOf(i2d_ASN1_OBJECT, object.get());
}

std::string nameOf(char letter) {
    const auto* found = std::ranges::find(letters, letter, [](const auto& entry) { return entry.first; });
    return found != letters.end() ? found->second : "other";
}

std::string digestOf(std::string_view bytes) {
    std::string digest(EVP_MAX_MD_SIZE, '\0');
    unsigned length = 0;
    EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), &length, EVP_sha256(),
               nullptr);
    digest.resize(length);
    return digest;
}

const std::string& content() {
    static const auto envelope = crypto::encrypt(test::certificateList({issuedCertificate(), authority().certificate}),
                                                 device().certificate, crypto::Cipher::aes128);
    return envelope;
}

std::string attributesOf(const WrittenCertRep& reply) {
    auto all = reply.attributes;
    if (reply.withContentType) all.push_back({"contentType", {oid("data")}});
    if (reply.withMessageDigest)
        all.push_back({"messageDigest", {der(octetString, digestOf(reply.withContent ? content() : ""))}});
    std::string bytes;
    for (const auto& [name, values] : all) {
        std::string joined;
        for (const auto& value : values)
            joined += value;
        bytes += der(sequence, oid(name) + der(set, joined));
    }
    return bytes;
}

/// As OpenSSL writes what it has read, because that is what it verifies; the bytes themselves when it cannot read them.
std::string normalised(const std::string& attributes) {
    using AttributePtr = crypto::Owned<X509_ATTRIBUTE, X509_ATTRIBUTE_free>;
    std::string bytes;
    const auto* position = crypto::raw(attributes);
    const auto* end = position + attributes.size();
    while (position < end) {
        const AttributePtr attribute(d2i_X509_ATTRIBUTE(nullptr, &position, end - position));
        ERR_clear_error();
        if (!attribute) return attributes;
        bytes += crypto::derOf(i2d_X509_ATTRIBUTE, attribute.get());
    }
    return bytes;
}

std::string signatureOf(const std::string& bytes) {
    const crypto::Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
    std::string signature(512, '\0');
    auto length = signature.size();
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, authority().key.get());
    crypto::succeeded(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length,
                                     crypto::raw(bytes), bytes.size()),
                      "sign");
    signature.resize(length);
    return signature;
}

std::string signerOf(const std::string& attributes) {
    const auto* certificate = authority().certificate.get();
    const auto issuer = crypto::derOf(i2d_X509_NAME, X509_get_issuer_name(certificate)) +
                        crypto::derOf(i2d_ASN1_INTEGER, X509_get0_serialNumber(certificate));
    return der(sequence, der(integer, "\1") + der(sequence, issuer) + der(sequence, oid("sha256")) +
                             der(context0, attributes) + der(sequence, oid("rsaEncryption")) +
                             der(octetString, signatureOf(der(set, normalised(attributes)))));
}

} // namespace

WrittenCertRep certRepOf(std::string_view input) {
    const auto flags = input.empty() ? 0U : static_cast<unsigned char>(input[0]);
    WrittenCertRep reply{.attributes = {},
                         .withContentType = (flags & 1U) == 0,
                         .withMessageDigest = (flags & 2U) == 0,
                         .withContent = (flags & 4U) == 0};
    input.remove_prefix(std::min<std::size_t>(1, input.size()));
    while (!input.empty()) {
        const auto line = input.substr(0, input.find('\n'));
        input.remove_prefix(std::min(line.size() + 1, input.size()));
        if (line.size() < 2) continue;
        const auto value = der(static_cast<unsigned char>(line[1]), line.substr(2));
        if (line[0] >= 'A' && line[0] <= 'Z' && !reply.attributes.empty())
            reply.attributes.back().values.push_back(value);
        else
            reply.attributes.push_back({nameOf(line[0]), {value}});
    }
    return reply;
}

std::string signedDer(const WrittenCertRep& reply) {
    const auto inside = reply.withContent ? der(context0, der(octetString, content())) : std::string();
    const auto signedData = der(integer, "\1") + der(set, der(sequence, oid("sha256"))) +
                            der(sequence, oid("data") + inside) + der(set, signerOf(attributesOf(reply)));
    return der(sequence, oid("signedData") + der(context0, der(sequence, signedData)));
}

} // namespace scepd::fuzz
