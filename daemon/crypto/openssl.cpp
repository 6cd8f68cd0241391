#include "crypto/openssl.hpp"

#include "crypto/text.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <limits>

#include <openssl/err.h>

namespace scepd::crypto {

std::string opensslReason() {
    std::string reasons;
    while (const auto code = ERR_get_error()) {
        const char* reason = ERR_reason_error_string(code);
        const std::string text = reason != nullptr ? reason : "error " + std::to_string(code);
        if (reasons.find(text) != std::string::npos) continue;
        reasons += (reasons.empty() ? "" : ": ") + text;
    }
    return reasons.empty() ? "unknown reason" : reasons;
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
