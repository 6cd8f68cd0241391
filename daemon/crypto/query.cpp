#include "crypto/query.hpp"

#include "crypto/der.hpp"
#include "crypto/names.hpp"
#include "crypto/text.hpp"

#include <fmt/format.h>

namespace scepd::crypto {
namespace {

std::string queryOf(const X509_NAME* issuer, const ASN1_INTEGER* serial) {
    return sequenceOf(derOf(i2d_X509_NAME, issuer) + derOf(i2d_ASN1_INTEGER, serial));
}

Asn1IntegerPtr serialOf(std::string_view text) {
    constexpr std::size_t mostDigits = 40; // RFC 5280 section 4.1.2.2.
    std::string digits(text);
    std::erase(digits, ':');
    const bool hexadecimal = digits.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
    if (digits.empty() || digits.size() > mostDigits || !hexadecimal)
        throw Error(Fault::configuration, fmt::format("not a serial number in hex: \"{}\"", printable(text, 64)));
    BIGNUM* number = nullptr;
    const int read = BN_hex2bn(&number, digits.c_str());
    const BignumPtr owned(number);
    succeeded(read, "read a serial number");
    return Asn1IntegerPtr(made(BN_to_ASN1_INTEGER(number, nullptr), "read a serial number"));
}

} // namespace

std::string issuerAndSerialNumber(const Certificate& certificate) {
    return queryOf(X509_get_issuer_name(certificate.get()), X509_get0_serialNumber(certificate.get()));
}

std::string issuerAndSerialNumber(const Certificate& authority, std::string_view serialNumber) {
    return queryOf(issuingName(authority), serialOf(serialNumber).get());
}

} // namespace scepd::crypto
