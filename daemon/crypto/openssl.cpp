#include "crypto/openssl.hpp"

#include "crypto/text.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <limits>
#include <optional>
#include <tuple>

#include <openssl/asn1err.h>
#include <openssl/err.h>

namespace scepd::crypto {

namespace {

/// What is wrong with bytes that were to be DER, in our words; empty for what only follows from another error, nullopt
/// for any other error.
std::optional<std::string> derReason(unsigned long code) {
    if (ERR_GET_LIB(code) != ERR_LIB_ASN1) return std::nullopt;
    switch (ERR_GET_REASON(code)) {
    case ASN1_R_TOO_LONG:
        return "an element is longer than the message";
    case ASN1_R_HEADER_TOO_LONG:
    case ASN1_R_TOO_SMALL:
    case ASN1_R_MISSING_EOC:
    case ASN1_R_NOT_ENOUGH_DATA:
        return "it ends within an element";
    case ASN1_R_WRONG_TAG:
    case ASN1_R_MSTRING_WRONG_TAG:
    case ASN1_R_FIELD_MISSING:
    case ASN1_R_SEQUENCE_NOT_CONSTRUCTED:
    case ASN1_R_SEQUENCE_LENGTH_MISMATCH:
    case ASN1_R_NO_MATCHING_CHOICE_TYPE:
    case ASN1_R_UNEXPECTED_EOC:
    case ASN1_R_INVALID_OBJECT_ENCODING:
        return "an element is missing or another one than expected";
    case ASN1_R_NESTED_TOO_DEEP:
    case ASN1_R_NESTED_ASN1_STRING:
        return "its elements are nested too deep";
    case ASN1_R_BAD_OBJECT_HEADER:
    case ERR_R_NESTED_ASN1_ERROR:
        return "";
    default:
        return std::nullopt;
    }
}

std::string reasonOf(unsigned long code) {
    if (auto ours = derReason(code)) return *std::move(ours);
    const char* reason = ERR_reason_error_string(code);
    return reason != nullptr ? reason : "error " + std::to_string(code);
}

} // namespace

std::string opensslReason() {
    std::string reasons;
    bool failed = false;
    while (const auto code = ERR_get_error()) {
        failed = true;
        const auto text = reasonOf(code);
        if (text.empty() || reasons.find(text) != std::string::npos) continue;
        reasons += (reasons.empty() ? "" : ": ") + text;
    }
    if (!reasons.empty()) return reasons;
    return failed ? "it is not built as DER or BER" : "unknown reason";
}

void clearErrors() {
    ERR_clear_error();
}

Error opensslError(Fault fault, std::string_view action) {
    return {fault, std::string(action) + ": " + opensslReason()};
}

void succeeded(int result, std::string_view action) {
    if (result <= 0) throw opensslError(Fault::local, action);
}

BioPtr readBio(std::string_view bytes) {
    if (bytes.size() > std::numeric_limits<int>::max()) throw Error(Fault::protocol, "too many bytes");
    return BioPtr(made(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())), "allocate a buffer"));
}

BioPtr memoryBio() {
    return BioPtr(made(BIO_new(BIO_s_mem()), "allocate a buffer"));
}

std::string_view content(BIO* bio) {
    char* data = nullptr;
    const auto length = BIO_get_mem_data(bio, &data);
    return length > 0 ? std::string_view(data, static_cast<std::size_t>(length)) : std::string_view();
}

CertificatesPtr listOf(const std::vector<Certificate>& certificates) {
    CertificatesPtr list(made(sk_X509_new_null(), "allocate a list of certificates"));
    for (const auto& certificate : certificates) {
        X509_up_ref(certificate.get());
        X509Ptr reference(certificate.get());
        succeeded(sk_X509_push(list.get(), reference.get()), "allocate a list of certificates");
        std::ignore = reference.release();
    }
    return list;
}

std::vector<Certificate> certificatesIn(const STACK_OF(X509) * list) {
    std::vector<Certificate> certificates;
    for (int i = 0; i < sk_X509_num(list); ++i) {
        X509* certificate = sk_X509_value(list, i);
        X509_up_ref(certificate);
        certificates.emplace_back(certificate);
    }
    return certificates;
}

std::string_view bytesOf(const ASN1_STRING* string) {
    const auto length = static_cast<std::size_t>(ASN1_STRING_length(string));
    return length > 0 ? std::string_view(reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)), length)
                      : std::string_view();
}

const EVP_MD* algorithm(Digest digest) {
    switch (digest) {
    case Digest::sha1:
        return EVP_sha1();
    case Digest::sha256:
        return EVP_sha256();
    case Digest::sha384:
        return EVP_sha384();
    case Digest::sha512:
        return EVP_sha512();
    }
    throw Error(Fault::local, "no such digest");
}

Time timeOf(const ASN1_TIME* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) throw opensslError(Fault::protocol, "read a time");
    return Time(std::chrono::seconds(timegm(&parts)));
}

std::string decimal(const ASN1_INTEGER* integer) {
    std::int64_t value = 0;
    const bool fits = ASN1_INTEGER_get_int64(&value, integer) == 1;
    clearErrors();
    return fits ? std::to_string(value) : "a very large number";
}

bool isText(int type) {
    constexpr std::array types{V_ASN1_PRINTABLESTRING, V_ASN1_UTF8STRING,      V_ASN1_IA5STRING,    V_ASN1_T61STRING,
                               V_ASN1_BMPSTRING,       V_ASN1_UNIVERSALSTRING, V_ASN1_VISIBLESTRING};
    return std::ranges::find(types, type) != types.end();
}

std::string utf8Of(const ASN1_STRING* string) {
    unsigned char* utf8 = nullptr;
    const int length = ASN1_STRING_to_UTF8(&utf8, string);
    if (length < 0) {
        clearErrors();
        return std::string(bytesOf(string));
    }
    std::string value(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(length));
    OPENSSL_free(utf8);
    return value;
}

std::string text(const ASN1_STRING* string, std::size_t limit) {
    return string != nullptr ? printable(utf8Of(string), limit) : std::string();
}

} // namespace scepd::crypto
