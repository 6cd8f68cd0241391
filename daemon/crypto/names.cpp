#include "crypto/names.hpp"

#include "crypto/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>

namespace scepd::crypto {
namespace {

constexpr std::size_t longestName = 1024;

bool isPrintableString(std::string_view value) {
    constexpr std::string_view special = " '()+,-./:=?";
    return std::ranges::all_of(value, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || special.contains(c);
    });
}

bool isAscii(std::string_view value) {
    return std::ranges::all_of(value, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// What X.520 defines as PrintableString, where other attributes are a DirectoryString.
bool isPrintableOnly(int nid) {
    return nid == NID_countryName || nid == NID_serialNumber || nid == NID_dnQualifier;
}

Error unfit(const NameAttribute& attribute, const char* alphabet) {
    return {Fault::configuration, fmt::format("{} can carry {} only: \"{}\"", attribute.type, alphabet,
                                              printable(attribute.value, longestName))};
}

/// emailAddress (PKCS#9) and DC (RFC 4519) are IA5String by definition.
int attributeType(int nid, const NameAttribute& attribute) {
    const bool ia5 = nid == NID_pkcs9_emailAddress || nid == NID_domainComponent;
    if (ia5 && !isAscii(attribute.value)) throw unfit(attribute, "ASCII");
    if (isPrintableOnly(nid) && !isPrintableString(attribute.value))
        throw unfit(attribute, "letters, digits and ' ()+,-./:=?");
    if (!isUtf8(attribute.value)) throw unfit(attribute, "text in UTF-8");
    return ia5 ? V_ASN1_IA5STRING : directoryStringType(attribute.value);
}

void append(X509_NAME* name, const NameAttribute& attribute, bool startsRdn) {
    const auto object = objectOf(attribute.type);
    const int type = attributeType(OBJ_obj2nid(object.get()), attribute);
    const int set = startsRdn ? 0 : -1;
    succeeded(X509_NAME_add_entry_by_OBJ(name, object.get(), type, raw(attribute.value),
                                         static_cast<int>(attribute.value.size()), -1, set),
              "write the subject's " + attribute.type);
}

ASN1_STRING* stringOf(int type, std::string_view value) {
    ASN1_STRING* string = made(ASN1_STRING_type_new(type), "allocate a string");
    if (ASN1_STRING_set(string, value.data(), static_cast<int>(value.size())) == 1) return string;
    ASN1_STRING_free(string);
    throw opensslError(Fault::local, "write a string");
}

ASN1_STRING* ia5(const std::string& value) {
    if (!isAscii(value))
        throw Error(Fault::configuration,
                    fmt::format("an alternative name of this type can carry ASCII only: \"{}\"", value));
    return stringOf(V_ASN1_IA5STRING, value);
}

ASN1_OCTET_STRING* address(const std::string& value) {
    std::array<char, 16> octets{};
    std::size_t length = 0;
    if (inet_pton(AF_INET, value.c_str(), octets.data()) == 1) length = 4;
    if (inet_pton(AF_INET6, value.c_str(), octets.data()) == 1) length = 16;
    if (length == 0) throw Error(Fault::configuration, fmt::format("not an IP address: \"{}\"", value));
    return stringOf(V_ASN1_OCTET_STRING, {octets.data(), length});
}

void setUserPrincipalName(GENERAL_NAME* name, const std::string& value) {
    if (!isUtf8(value)) throw Error(Fault::configuration, "a user principal name is not text in UTF-8");
    Owned<ASN1_TYPE, ASN1_TYPE_free> wrapped(made(ASN1_TYPE_new(), "allocate a name"));
    ASN1_TYPE_set(wrapped.get(), V_ASN1_UTF8STRING, stringOf(V_ASN1_UTF8STRING, value));
    succeeded(GENERAL_NAME_set0_othername(name, OBJ_nid2obj(NID_ms_upn), wrapped.get()), "write a name");
    std::ignore = wrapped.release();
}

void setValue(GENERAL_NAME* name, const AlternativeName& alternative) {
    const auto& value = alternative.value;
    switch (alternative.type) {
    case AlternativeType::dns:
        return GENERAL_NAME_set0_value(name, GEN_DNS, ia5(value));
    case AlternativeType::email:
        return GENERAL_NAME_set0_value(name, GEN_EMAIL, ia5(value));
    case AlternativeType::uri:
        return GENERAL_NAME_set0_value(name, GEN_URI, ia5(value));
    case AlternativeType::ip:
        return GENERAL_NAME_set0_value(name, GEN_IPADD, address(value));
    case AlternativeType::rid:
        return GENERAL_NAME_set0_value(name, GEN_RID, objectOf(value).release());
    case AlternativeType::upn:
        return setUserPrincipalName(name, value);
    }
}

/// Nothing for text, otherwise the ASN.1 type: bytes that only look like the text are another value.
std::string typeUnlessText(const ASN1_STRING* value) {
    constexpr unsigned long texts =
        B_ASN1_DIRECTORYSTRING | B_ASN1_IA5STRING | B_ASN1_NUMERICSTRING | B_ASN1_ISO64STRING;
    const int type = ASN1_STRING_type(value);
    return (ASN1_tag2bit(type) & texts) != 0 ? std::string() : std::to_string(type);
}

using Attributes = std::vector<std::pair<std::string, std::string>>;

Attributes sortedAttributes(const X509_NAME* name) {
    Attributes attributes;
    for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
        const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
        const ASN1_STRING* value = X509_NAME_ENTRY_get_data(entry);
        attributes.emplace_back(derOf(i2d_ASN1_OBJECT, X509_NAME_ENTRY_get_object(entry)) + typeUnlessText(value),
                                utf8Of(value));
    }
    std::ranges::sort(attributes);
    return attributes;
}

std::string printName(const X509_NAME* name, unsigned long flags) {
    const auto bio = memoryBio();
    if (X509_NAME_print_ex(bio.get(), name, 0, flags) < 0) return {};
    return std::string(content(bio.get()));
}

std::string addressText(const ASN1_OCTET_STRING* octets) {
    const int length = ASN1_STRING_length(octets);
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    if (length != 4 && length != 16) return "?";
    const int family = length == 4 ? AF_INET : AF_INET6;
    inet_ntop(family, ASN1_STRING_get0_data(octets), buffer.data(), buffer.size());
    return buffer.data();
}

std::string otherNameText(const OTHERNAME* other) {
    if (OBJ_obj2nid(other->type_id) == NID_ms_upn && other->value->type == V_ASN1_UTF8STRING)
        return "upn:" + text(other->value->value.utf8string, longestName);
    return "other:" + oidText(other->type_id);
}

std::string generalNameText(const GENERAL_NAME* name) {
    switch (name->type) {
    case GEN_DNS:
        return "dns:" + text(name->d.dNSName, longestName);
    case GEN_IPADD:
        return "ip:" + addressText(name->d.iPAddress);
    case GEN_EMAIL:
        return "email:" + text(name->d.rfc822Name, longestName);
    case GEN_URI:
        return "uri:" + text(name->d.uniformResourceIdentifier, longestName);
    case GEN_RID:
        return "rid:" + oidText(name->d.registeredID);
    case GEN_OTHERNAME:
        return otherNameText(name->d.otherName);
    case GEN_DIRNAME:
        return "dir:" + nameText(name->d.directoryName);
    default:
        return "other:" + std::to_string(name->type);
    }
}

void freeText(char* text) {
    OPENSSL_free(text);
}

} // namespace

std::string oidText(const ASN1_OBJECT* object) {
    std::array<char, 128> buffer{};
    OBJ_obj2txt(buffer.data(), static_cast<int>(buffer.size()), object, 1);
    return buffer.data();
}

std::vector<std::string> texts(const GENERAL_NAMES* names) {
    std::vector<std::string> result;
    for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names); ++i)
        result.push_back(generalNameText(sk_GENERAL_NAME_value(names, i)));
    return result;
}

std::vector<std::string> oidTexts(const EXTENDED_KEY_USAGE* usages) {
    std::vector<std::string> oids;
    for (int i = 0; usages != nullptr && i < sk_ASN1_OBJECT_num(usages); ++i)
        oids.push_back(oidText(sk_ASN1_OBJECT_value(usages, i)));
    return oids;
}

Asn1ObjectPtr objectOf(const std::string& text) {
    Asn1ObjectPtr object(OBJ_txt2obj(text.c_str(), 0));
    ERR_clear_error();
    if (!object) throw Error(Fault::configuration, fmt::format("neither a name of X.509 nor an OID: \"{}\"", text));
    return object;
}

bool isUtf8(std::string_view value) {
    const int type =
        ASN1_mbstring_copy(nullptr, raw(value), static_cast<int>(value.size()), MBSTRING_UTF8, B_ASN1_UTF8STRING);
    ERR_clear_error();
    return type == V_ASN1_UTF8STRING;
}

Owned<ASN1_BMPSTRING, ASN1_BMPSTRING_free> bmpStringOf(const std::string& value) {
    ASN1_STRING* string = nullptr;
    const int type =
        ASN1_mbstring_copy(&string, raw(value), static_cast<int>(value.size()), MBSTRING_UTF8, B_ASN1_BMPSTRING);
    Owned<ASN1_BMPSTRING, ASN1_BMPSTRING_free> result(string);
    ERR_clear_error();
    if (type != V_ASN1_BMPSTRING)
        throw Error(Fault::configuration,
                    fmt::format("not text of 16-bit characters: \"{}\"", printable(value, longestName)));
    return result;
}

int directoryStringType(std::string_view value) {
    return isPrintableString(value) ? V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING;
}

NamePtr nameOf(const DistinguishedName& name) {
    NamePtr result(made(X509_NAME_new(), "allocate a name"));
    for (const auto& rdn : name)
        for (std::size_t i = 0; i < rdn.size(); ++i)
            append(result.get(), rdn[i], i == 0);
    return result;
}

GeneralNamesPtr generalNamesOf(const std::vector<AlternativeName>& names) {
    GeneralNamesPtr result(made(GENERAL_NAMES_new(), "allocate names"));
    for (const auto& alternative : names) {
        Owned<GENERAL_NAME, GENERAL_NAME_free> name(made(GENERAL_NAME_new(), "allocate a name"));
        setValue(name.get(), alternative);
        succeeded(sk_GENERAL_NAME_push(result.get(), name.get()), "allocate names");
        std::ignore = name.release();
    }
    return result;
}

const X509_NAME* issuingName(const Certificate& authority) {
    return authority.isCa() ? X509_get_subject_name(authority.get()) : X509_get_issuer_name(authority.get());
}

std::string serialText(const ASN1_INTEGER* serial) {
    const BignumPtr number(made(ASN1_INTEGER_to_BN(serial, nullptr), "read a serial number"));
    const Owned<char, freeText> text(made(BN_bn2hex(number.get()), "read a serial number"));
    std::string lower(text.get());
    for (auto& digit : lower)
        if (digit >= 'A' && digit <= 'F') digit = static_cast<char>(digit - 'A' + 'a');
    constexpr std::size_t longest = 64; // A stranger may write an endless one.
    return printable(lower, longest);
}

std::string identityText(const X509_NAME* issuer, const ASN1_INTEGER* serial) {
    return fmt::format("serial {} of {}", serialText(serial), nameText(issuer));
}

std::string keyIdentifierText(std::string_view octets) {
    constexpr std::size_t longest = 64;
    return "key identifier " + hexOf(octets.substr(0, longest));
}

bool sameAttributes(const X509_NAME* left, const X509_NAME* right) {
    return sortedAttributes(left) == sortedAttributes(right);
}

std::string nameText(const X509_NAME* name) {
    constexpr unsigned long rfc4514 = XN_FLAG_SEP_COMMA_PLUS | XN_FLAG_FN_SN | XN_FLAG_DUMP_UNKNOWN_FIELDS |
                                      ASN1_STRFLGS_ESC_2253 | ASN1_STRFLGS_ESC_CTRL | ASN1_STRFLGS_DUMP_DER;
    auto text = printName(name, rfc4514 | ASN1_STRFLGS_UTF8_CONVERT | ASN1_STRFLGS_DUMP_UNKNOWN);
    // Text that is not what its type says: byte by byte.
    if (text.empty()) text = printName(name, rfc4514 | ASN1_STRFLGS_ESC_MSB | ASN1_STRFLGS_IGNORE_TYPE);
    ERR_clear_error();
    return printable(text, longestName);
}

} // namespace scepd::crypto
