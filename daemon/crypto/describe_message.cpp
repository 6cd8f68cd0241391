#include "crypto/describe.hpp"

#include "crypto/attributes.hpp"
#include "crypto/contentinfo.hpp"
#include "crypto/names.hpp"
#include "crypto/outline.hpp"
#include "crypto/text.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace scepd::crypto {
namespace {

constexpr std::size_t longestValue = 256;
constexpr int mostEntries = 32;

struct Word {
    const char* of;
    const char* word;
};

constexpr std::array messageTypes{Word{"3", "CertRep"},   Word{"17", "RenewalReq"}, Word{"19", "PKCSReq"},
                                  Word{"20", "CertPoll"}, Word{"21", "GetCert"},    Word{"22", "GetCRL"}};
constexpr std::array statuses{Word{"0", "SUCCESS"}, Word{"2", "FAILURE"}, Word{"3", "PENDING"}};
constexpr std::array failures{Word{"0", "badAlg"}, Word{"1", "badMessageCheck"}, Word{"2", "badRequest"},
                              Word{"3", "badTime"}, Word{"4", "badCertId"}};

std::string wordFor(const auto& words, std::string_view key) {
    const auto found = std::ranges::find(words, key, [](const Word& word) { return std::string_view(word.of); });
    return found != words.end() ? found->word : std::string();
}

/// "19 (PKCSReq)"
std::string withMeaning(const std::string& name, const std::string& value) {
    std::string meaning;
    if (name == "messageType") meaning = wordFor(messageTypes, value);
    if (name == "pkiStatus") meaning = wordFor(statuses, value);
    if (name == "failInfo") meaning = wordFor(failures, value);
    return meaning.empty() ? value : fmt::format("{} ({})", value, meaning);
}

std::string timeText(const ASN1_TIME* time) {
    try {
        return rfc3339(timeOf(time));
    } catch (const Error&) {
        return "a time that is none";
    }
}

std::string valueText(const ASN1_TYPE* value) {
    switch (value->type) {
    case V_ASN1_OCTET_STRING:
        return hexOf(bytesOf(value->value.octet_string).substr(0, longestValue));
    case V_ASN1_INTEGER:
        return decimal(value->value.integer);
    case V_ASN1_OBJECT:
        return objectName(value->value.object);
    case V_ASN1_UTCTIME:
    case V_ASN1_GENERALIZEDTIME:
        return timeText(value->value.asn1_string);
    default:
        return isText(value->type) ? text(value->value.asn1_string, longestValue) : "another type of value";
    }
}

void addAttribute(std::vector<Line>& lines, X509_ATTRIBUTE* one) {
    const auto* object = X509_ATTRIBUTE_get0_object(one);
    const auto oid = oidText(object);
    auto name = attribute::nameOf(oid);
    if (name == oid) name = objectName(object);
    for (int i = 0; i < X509_ATTRIBUTE_count(one) && i < mostEntries; ++i)
        lines.push_back({name, withMeaning(name, valueText(X509_ATTRIBUTE_get0_type(one, i)))});
}

void addSigner(std::vector<Line>& lines, CMS_SignerInfo* signer) {
    X509_ALGOR* digest = nullptr;
    CMS_SignerInfo_get0_algs(signer, nullptr, nullptr, &digest, nullptr);
    lines.push_back({"signer", signerText(signer)});
    lines.push_back({"digest", objectName(digest->algorithm)});
    for (int i = 0; i < CMS_signed_get_attr_count(signer) && i < mostEntries; ++i)
        addAttribute(lines, CMS_signed_get_attr(signer, i));
}

void addCarried(std::vector<Line>& lines, CMS_ContentInfo* cms) {
    const auto inside = carriedBy(cms);
    for (std::size_t i = 0; i < inside.certificates.size() && i < mostEntries; ++i) {
        const auto& certificate = inside.certificates[i];
        lines.push_back({"certificate", fmt::format("{}, serial {} of {}", certificate.subject(),
                                                    certificate.serialNumber(), certificate.issuer())});
    }
    for (std::size_t i = 0; i < inside.crls.size() && i < mostEntries; ++i)
        lines.push_back({"revocation list", inside.crls[i].issuer()});
}

std::string recipientText(const RecipientOutline& recipient) {
    using Kind = RecipientOutline::Kind;
    auto identities = joined(recipient.identities);
    const auto& algorithm = recipient.keyEncryption.name;
    switch (recipient.kind) {
    case Kind::keyTransport:
        return fmt::format("{}, key transport by {}", identities, algorithm);
    case Kind::keyAgreement:
        return fmt::format("{}, key agreement by {}", identities, algorithm);
    case Kind::password:
        return fmt::format("{}, by {}", identities,
                           recipient.keyDerivation ? recipient.keyDerivation->name : "no derivation of a key");
    case Kind::keyEncryptionKey:
    case Kind::other:
        break;
    }
    return identities;
}

std::vector<Line> envelopeLines(std::string_view content) {
    const auto cms = parseContentInfo(content, NID_pkcs7_enveloped, "an encrypted CMS message");
    const auto outline = outlineOf(derOf(i2d_CMS_ContentInfo, cms.get()));
    std::vector<Line> lines{{"cipher", outline.contentEncryption.name}};
    for (const auto& recipient : outline.recipients)
        lines.push_back({"recipient", recipientText(recipient)});
    return lines;
}

void addContent(std::vector<Line>& lines, CMS_ContentInfo* cms) {
    const auto* const* inside = CMS_get0_content(cms);
    if (inside == nullptr || *inside == nullptr) return lines.push_back({"content", "none"});
    const auto content = bytesOf(*inside);
    lines.push_back({"content", fmt::format("{} bytes", content.size())});
    if (content.empty()) return;
    try {
        std::ranges::copy(envelopeLines(content), std::back_inserter(lines));
    } catch (const Error& error) {
        lines.push_back({"envelope", error.what()});
    }
}

} // namespace

std::vector<Line> describeMessage(std::string_view body) {
    const auto cms = parseContentInfo(unwrapped(body), NID_pkcs7_signed, "a signed CMS message");
    std::vector<Line> lines;
    auto* signers = CMS_get0_SignerInfos(cms.get());
    for (int i = 0; i < sk_CMS_SignerInfo_num(signers) && i < mostEntries; ++i)
        addSigner(lines, sk_CMS_SignerInfo_value(signers, i));
    if (lines.empty()) lines.push_back({"signer", "nobody"});
    addCarried(lines, cms.get());
    addContent(lines, cms.get());
    clearErrors();
    return lines;
}

} // namespace scepd::crypto
