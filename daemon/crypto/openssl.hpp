#pragma once

#include "base/error.hpp"
#include "crypto/certificate.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/cms.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

/// OpenSSL's objects with owners, and its error queue as a sentence. For the rooms of crypto/ only.
namespace scepd::crypto {

/// Frees an OpenSSL object with the function that belongs to its type.
template <auto Free>
struct FreeWith {
    template <typename T>
    void operator()(T* object) const {
        Free(object);
    }
};

template <typename T, auto Free>
using Owned = std::unique_ptr<T, FreeWith<Free>>;

using Asn1ObjectPtr = Owned<ASN1_OBJECT, ASN1_OBJECT_free>;
using Asn1IntegerPtr = Owned<ASN1_INTEGER, ASN1_INTEGER_free>;
using Asn1OctetsPtr = Owned<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>;
using BioPtr = Owned<BIO, BIO_free_all>;
using BignumPtr = Owned<BIGNUM, BN_free>;
using CmsPtr = Owned<CMS_ContentInfo, CMS_ContentInfo_free>;
using LibraryPtr = Owned<OSSL_LIB_CTX, OSSL_LIB_CTX_free>;
using KeyContextPtr = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using KeyPtr = Owned<EVP_PKEY, EVP_PKEY_free>;
using NamePtr = Owned<X509_NAME, X509_NAME_free>;
using Pkcs12Ptr = Owned<PKCS12, PKCS12_free>;
using ProviderPtr = Owned<OSSL_PROVIDER, OSSL_PROVIDER_unload>;
using RequestPtr = Owned<X509_REQ, X509_REQ_free>;
using StorePtr = Owned<X509_STORE, X509_STORE_free>;
using StoreContextPtr = Owned<X509_STORE_CTX, X509_STORE_CTX_free>;
using X509Ptr = Owned<X509, X509_free>;

/// The stacks' free functions are macros.
inline void freeCertificates(STACK_OF(X509) * stack) {
    sk_X509_pop_free(stack, X509_free);
}
inline void freeExtensions(STACK_OF(X509_EXTENSION) * stack) {
    sk_X509_EXTENSION_pop_free(stack, X509_EXTENSION_free);
}
inline void freeCrls(STACK_OF(X509_CRL) * stack) {
    sk_X509_CRL_pop_free(stack, X509_CRL_free);
}
using CertificatesPtr = Owned<STACK_OF(X509), freeCertificates>; ///< Owns a reference to each element.
using CrlsPtr = Owned<STACK_OF(X509_CRL), freeCrls>;             ///< Owns a reference to each element.
using ExtensionsPtr = Owned<STACK_OF(X509_EXTENSION), freeExtensions>;

/// The reasons in OpenSSL's error queue, the first cause first, or "unknown reason"; the queue is empty afterwards.
/// What it says of bytes that are no DER is told in our words.
std::string opensslReason();

/// Empties OpenSSL's error queue: what is in it is no reason for what comes.
void clearErrors();

/// An Error that reads "ACTION: REASON" from the error queue.
Error opensslError(Fault fault, std::string_view action);

/// The object, or an Error{local} from the error queue when OpenSSL could not make it.
template <typename T>
T* made(T* object, std::string_view action) {
    if (object == nullptr) throw opensslError(Fault::local, action);
    return object;
}

/// Throws Error{local} from the error queue unless an OpenSSL call returned success (1).
void succeeded(int result, std::string_view action);

/// A read-only BIO over bytes that outlive it. Throws Error{protocol} for more than 2 GiB.
BioPtr readBio(std::string_view bytes);
/// An empty BIO in memory. Its buffer is wiped when it dies.
BioPtr memoryBio();
/// The bytes in a memory BIO. The view dies with the BIO.
std::string_view content(BIO* bio);

/// What an i2d function writes, for instance derOf(i2d_X509, certificate).
template <typename Function, typename T>
std::string derOf(Function encode, T* object) {
    unsigned char* bytes = nullptr;
    const int length = encode(object, &bytes);
    if (length < 0) throw opensslError(Fault::local, "encode DER");
    std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length));
    OPENSSL_clear_free(bytes, static_cast<std::size_t>(length));
    return der;
}

/// A list of certificates that borrows none: each element has a reference.
CertificatesPtr listOf(const std::vector<Certificate>& certificates);
/// The certificates of a list, which stays as it is; none for nullptr.
std::vector<Certificate> certificatesIn(const STACK_OF(X509) * list);

/// The bytes as OpenSSL wants them.
inline const unsigned char* raw(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

/// The bytes of a string of whatever ASN.1 type. The view dies with the string.
std::string_view bytesOf(const ASN1_STRING* string);

/// OpenSSL's digest. Borrowed for ever.
const EVP_MD* algorithm(Digest digest);

/// A time of a certificate or a CRL. Throws Error{protocol} for one that is none.
Time timeOf(const ASN1_TIME* time);

/// A number in decimal, or words for one that is too large.
std::string decimal(const ASN1_INTEGER* integer);

/// True for the types of ASN.1 that are text.
bool isText(int type);

/// A string of whatever ASN.1 type in UTF-8, or its bytes when they are not what the type says. Not safe to print.
std::string utf8Of(const ASN1_STRING* string);

/// A string of whatever ASN.1 type as UTF-8 that is safe to print; see printable().
std::string text(const ASN1_STRING* string, std::size_t limit);

} // namespace scepd::crypto
