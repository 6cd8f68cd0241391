#include "crypto/describe.hpp"

#include "crypto/der.hpp"
#include "crypto/names.hpp"
#include "crypto/openssl.hpp"
#include "crypto/request.hpp"
#include "crypto/usage.hpp"

#include <array>
#include <utility>

namespace scepd::crypto {
namespace {

constexpr std::size_t longestValue = 1024;
constexpr int mostEntries = 32;

/// An extension's value as one of OpenSSL's structures.
template <typename Owner>
Owner valueOf(const STACK_OF(X509_EXTENSION) * extensions, int nid) {
    return Owner(static_cast<typename Owner::pointer>(X509V3_get_d2i(extensions, nid, nullptr, nullptr)));
}

void append(std::string& list, std::string_view word) {
    if (!list.empty()) list += ", ";
    list += word;
}

std::string keyUsageText(const STACK_OF(X509_EXTENSION) * extensions) {
    constexpr std::array names{"digitalSignature", "nonRepudiation", "keyEncipherment",
                               "dataEncipherment", "keyAgreement",   "keyCertSign",
                               "cRLSign",          "encipherOnly",   "decipherOnly"};
    const auto bits = valueOf<Owned<ASN1_BIT_STRING, ASN1_BIT_STRING_free>>(extensions, NID_key_usage);
    std::string text;
    for (std::size_t bit = 0; bits && bit < names.size(); ++bit)
        if (ASN1_BIT_STRING_get_bit(bits.get(), static_cast<int>(bit)) == 1) append(text, names.at(bit));
    return text;
}

std::string extendedKeyUsageText(const STACK_OF(X509_EXTENSION) * extensions) {
    const auto usages = valueOf<Owned<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free>>(extensions, NID_ext_key_usage);
    std::string text;
    for (int i = 0; usages && i < sk_ASN1_OBJECT_num(usages.get()) && i < mostEntries; ++i)
        append(text, extendedKeyUsageName(oidText(sk_ASN1_OBJECT_value(usages.get(), i))));
    return text;
}

std::string templateText(const STACK_OF(X509_EXTENSION) * extensions) {
    const auto oid = objectOf(templateNameOid);
    const int position = X509v3_get_ext_by_OBJ(extensions, oid.get(), -1);
    if (position < 0) return {};
    const auto* der = X509_EXTENSION_get_data(X509v3_get_ext(extensions, position));
    const auto name = wholeOf<Owned<ASN1_STRING, ASN1_STRING_free>>(d2i_DISPLAYTEXT, bytesOf(der));
    return name ? text(name.get(), longestValue) : "malformed";
}

std::string digestText(const X509_REQ* request) {
    int digest = NID_undef;
    const bool known = OBJ_find_sigid_algs(X509_REQ_get_signature_nid(request), &digest, nullptr) == 1;
    return known && digest != NID_undef ? OBJ_nid2ln(digest) : "unknown";
}

std::string keyText(X509_REQ* request) {
    const EVP_PKEY* key = X509_REQ_get0_pubkey(request);
    return key != nullptr ? describe(key) : "unknown";
}

void addExtensions(std::vector<Line>& lines, const STACK_OF(X509_EXTENSION) * extensions) {
    for (const auto& [name, value] : {std::pair{"key usage", keyUsageText(extensions)},
                                      {"extended key usage", extendedKeyUsageText(extensions)},
                                      {"template", templateText(extensions)}})
        if (!value.empty()) lines.push_back({name, value});
}

} // namespace

std::vector<Line> describeRequest(std::string_view der) {
    const auto request = Request::fromDer(der);
    std::vector<Line> lines{{"subject", request.subject()}};
    for (const auto& name : request.subjectAlternativeNames()) {
        if (lines.size() > mostEntries) break;
        lines.push_back({"alternative name", name});
    }
    lines.push_back({"key", keyText(request.get())});
    const ExtensionsPtr extensions(X509_REQ_get_extensions(request.get()));
    if (extensions) addExtensions(lines, extensions.get());
    lines.push_back({"digest", digestText(request.get())});
    const bool challenge = X509_REQ_get_attr_by_NID(request.get(), NID_pkcs9_challengePassword, -1) >= 0;
    lines.push_back({"challenge", challenge ? "carried, not shown" : "none"});
    clearErrors();
    return lines;
}

} // namespace scepd::crypto
