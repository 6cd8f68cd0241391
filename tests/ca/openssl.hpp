#pragma once

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace scepd::ca {

/// Calls an OpenSSL free function, so that a unique_ptr needs no state for it.
template <auto Function>
struct Release {
    template <typename T>
    void operator()(T* object) const {
        Function(object);
    }
};

/// A list that does not own its certificates.
struct ReleaseList {
    void operator()(STACK_OF(X509) * list) const { sk_X509_free(list); }
};

struct ReleaseExtensions {
    void operator()(STACK_OF(X509_EXTENSION) * list) const { sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free); }
};

using Bio = std::unique_ptr<BIO, Release<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using Pkcs10 = std::unique_ptr<X509_REQ, Release<X509_REQ_free>>;
using Name = std::unique_ptr<X509_NAME, Release<X509_NAME_free>>;
using Cms = std::unique_ptr<CMS_ContentInfo, Release<CMS_ContentInfo_free>>;
using CertificateList = std::unique_ptr<STACK_OF(X509), ReleaseList>;
using Extensions = std::unique_ptr<STACK_OF(X509_EXTENSION), ReleaseExtensions>;

using Bytes = std::vector<unsigned char>;
using View = std::span<const unsigned char>;

/// Throws std::runtime_error that says what could not be done and OpenSSL's first reason; empties OpenSSL's queue.
[[noreturn]] void fail(std::string_view action);

/// The result of an OpenSSL function that returns 1 (or a length) on success; throws as fail() does otherwise.
inline void must(int result, std::string_view action) {
    if (result <= 0) fail(action);
}

/// The same for functions that return an object, which the caller's handle then owns.
template <typename T>
T* must(T* result, std::string_view action) {
    if (result == nullptr) fail(action);
    return result;
}

/// DER of an object, with OpenSSL's i2d function for its type.
template <typename T>
Bytes encode(int (*i2d)(const T*, unsigned char**), const T* object) {
    const int length = i2d(object, nullptr);
    must(length, "encode DER");
    Bytes bytes(static_cast<std::size_t>(length));
    auto* end = bytes.data();
    i2d(object, &end);
    return bytes;
}

/// An object from DER, with OpenSSL's d2i function for its type. Throws when it cannot be read or when bytes follow it.
template <typename Handle, typename T>
Handle decode(T* (*d2i)(T**, const unsigned char**, long), View der, std::string_view what) {
    const auto* position = der.data();
    Handle object(must(d2i(nullptr, &position, static_cast<long>(der.size())), what));
    if (position != der.data() + der.size()) throw std::runtime_error(std::string(what) + ": bytes follow the object");
    return object;
}

/// A second handle on the same certificate.
Certificate share(const Certificate& certificate);

/// A certificate list of these, which must outlive it.
CertificateList listOf(const std::vector<Certificate>& certificates);

/// A BIO that reads these bytes, which must outlive it. No bytes at all read as an empty file.
Bio reader(View bytes);

/// What a memory BIO holds.
Bytes contentOf(const Bio& memory);

/// `count` bytes from OpenSSL's generator.
Bytes randomBytes(std::size_t count);

/// Lower-case hexadecimal digits without separators.
std::string hex(View bytes);

/// Standard base64 in one line.
std::string toBase64(View bytes);

/// The bytes of standard base64 in one line; none when the text is not that.
Bytes fromBase64(const std::string& text);

/// SHA-256 as 64 lower-case hexadecimal digits.
std::string sha256(View bytes);

/// SHA-256 over the DER SubjectPublicKeyInfo.
std::string keyHash(const EVP_PKEY* key);

/// Upper-case hexadecimal digits of a number.
std::string digitsOf(const ASN1_INTEGER* number);

/// Upper-case hexadecimal digits of a certificate's serial number, as `openssl x509 -serial` prints them.
std::string serialOf(const X509* certificate);

/// A name with this one common name.
Name nameOf(std::string_view commonName);

/// Reads one PEM certificate; throws when the file is missing or holds none.
Certificate readCertificate(const std::filesystem::path& file);

/// Reads an unencrypted PEM private key; throws when the file is missing or holds none.
Key readKey(const std::filesystem::path& file);

/// Writes one PEM certificate by way of a temporary file and rename, so that a reader never sees half of it.
void writeCertificate(const std::filesystem::path& file, X509* certificate);

/// Writes an unencrypted PEM private key, born with mode 0600.
void writeKey(const std::filesystem::path& file, EVP_PKEY* key);

} // namespace scepd::ca
