#pragma once

#include "crypto/openssl.hpp"
#include "crypto/request.hpp"

/// Names as X.509 writes them. For crypto/request.
namespace scepd::crypto {

/// The RDNs in their order. Throws Error{configuration} naming an attribute that X.509 cannot carry.
NamePtr nameOf(const DistinguishedName& name);

using GeneralNamesPtr = Owned<GENERAL_NAMES, GENERAL_NAMES_free>;
using ExtendedKeyUsagePtr = Owned<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free>;

/// "dns:...", "ip:...", "upn:...": safe to print, also when somebody else chose them. nullptr has none.
std::vector<std::string> texts(const GENERAL_NAMES* names);

/// The usages as dotted OIDs. nullptr has none.
std::vector<std::string> oidTexts(const EXTENDED_KEY_USAGE* usages);

/// A Microsoft CA's name of a certificate template, szOID_ENROLL_CERTTYPE.
inline constexpr auto templateNameOid = "1.3.6.1.4.1.311.20.2";

/// Dotted numbers.
std::string oidText(const ASN1_OBJECT* object);

/// Throws Error{configuration} naming the value that its type cannot carry.
GeneralNamesPtr generalNamesOf(const std::vector<AlternativeName>& names);

/// The object of a dotted OID or a short name. Throws Error{configuration} when there is none.
Asn1ObjectPtr objectOf(const std::string& text);

/// True for valid UTF-8, as UTF8String and BMPString need it.
bool isUtf8(std::string_view value);

/// Throws Error{configuration} for text that is no UTF-8 or has characters outside the Basic Multilingual Plane.
Owned<ASN1_BMPSTRING, ASN1_BMPSTRING_free> bmpStringOf(const std::string& value);

/// V_ASN1_PRINTABLESTRING when RFC 5280's set of characters suffices, V_ASN1_UTF8STRING otherwise.
int directoryStringType(std::string_view value);

/// The name of the CA: of `authority` when that is one, otherwise of who issued it. Borrowed from the certificate.
const X509_NAME* issuingName(const Certificate& authority);

/// Lower-case hex, two digits for a byte, "-" in front of a negative one.
std::string serialText(const ASN1_INTEGER* serial);

/// "serial 1a of CN=ca": whom an IssuerAndSerialNumber stands for. Safe to print.
std::string identityText(const X509_NAME* issuer, const ASN1_INTEGER* serial);

/// "key identifier a1b2".
std::string keyIdentifierText(std::string_view octets);

/// True when both names hold the same attributes with the same values, in whatever order and grouping.
bool sameAttributes(const X509_NAME* left, const X509_NAME* right);

/// As RFC 4514 escapes it, RDNs in the order of the name, safe to print.
std::string nameText(const X509_NAME* name);

} // namespace scepd::crypto
