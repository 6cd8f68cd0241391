#include "ca/envelope.hpp"

#include "ca/legacy.hpp"

#include <algorithm>
#include <array>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <utility>

namespace scepd::ca {

namespace {

using EvpCipher = std::unique_ptr<EVP_CIPHER, Release<EVP_CIPHER_free>>;

bool isLegacy(Cipher cipher) {
    return cipher == Cipher::Des || cipher == Cipher::Rc2;
}

OSSL_LIB_CTX* libraryFor(Cipher cipher) {
    return isLegacy(cipher) ? legacyLibrary() : nullptr;
}

EvpCipher fetch(Cipher cipher) {
    constexpr std::array names{"AES-128-CBC", "AES-256-CBC", "DES-EDE3-CBC", "DES-CBC", "RC2-CBC", "AES-128-GCM"};
    const char* name = names.at(static_cast<std::size_t>(cipher));
    return EvpCipher(must(EVP_CIPHER_fetch(libraryFor(cipher), name, nullptr), "find a cipher"));
}

/// The certificate for use in another library context.
Certificate copyInto(OSSL_LIB_CTX* library, const Certificate& certificate) {
    const auto der = encode(i2d_X509, certificate.get());
    X509* inLibrary = must(X509_new_ex(library, nullptr), "copy a certificate");
    const auto* position = der.data();
    return Certificate(must(d2i_X509(&inLibrary, &position, static_cast<long>(der.size())), "copy a certificate"));
}

void addRecipient(CMS_ContentInfo* cms, const Certificate& certificate, bool oaep) {
    const unsigned flags = oaep ? CMS_KEY_PARAM : 0U;
    auto* recipient = must(CMS_add1_recipient_cert(cms, certificate.get(), flags), "add a recipient");
    if (oaep)
        must(EVP_PKEY_CTX_set_rsa_padding(CMS_RecipientInfo_get0_pkey_ctx(recipient), RSA_PKCS1_OAEP_PADDING),
             "ask for OAEP");
}

void addPassword(CMS_ContentInfo* cms, const std::string& password) {
    auto* copy = static_cast<unsigned char*>(OPENSSL_memdup(password.data(), password.size()));
    const auto length = static_cast<ossl_ssize_t>(password.size());
    if (CMS_add0_recipient_password(cms, -1, NID_undef, NID_undef, copy, length, nullptr) != nullptr) return;
    OPENSSL_free(copy);
    fail("add a password");
}

Cms readEnvelope(View der, OSSL_LIB_CTX* library) {
    CMS_ContentInfo* inLibrary = must(CMS_ContentInfo_new_ex(library, nullptr), "make an envelope");
    const auto* position = der.data();
    Cms cms(must(d2i_CMS_ContentInfo(&inLibrary, &position, static_cast<long>(der.size())), "read the envelope"));
    if (OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_enveloped)
        throw std::runtime_error("the content is not an EnvelopedData");
    return cms;
}

/// The decrypted content, after the key was set.
Opened decrypted(CMS_ContentInfo* cms) {
    const Bio chain(must(CMS_dataInit(cms, nullptr), "decrypt the envelope"));
    EVP_CIPHER_CTX* context = nullptr;
    BIO_get_cipher_ctx(chain.get(), &context);
    Opened opened;
    if (context != nullptr) opened.cipher = OBJ_nid2sn(EVP_CIPHER_CTX_get_nid(context));
    std::array<unsigned char, 4096> chunk{};
    for (int count = 0; (count = BIO_read(chain.get(), chunk.data(), static_cast<int>(chunk.size()))) > 0;)
        opened.content.insert(opened.content.end(), chunk.begin(), chunk.begin() + count);
    if (BIO_get_cipher_status(chain.get()) != 1) fail("decrypt the envelope");
    return opened;
}

/// Whether one of the envelope's recipients is as `condition` says; false when it is no envelope.
template <typename Condition>
bool anyRecipient(View envelope, Condition condition) {
    try {
        const auto cms = readEnvelope(envelope, nullptr);
        auto* recipients = CMS_get0_RecipientInfos(cms.get());
        for (int i = 0; i < sk_CMS_RecipientInfo_num(recipients); ++i)
            if (condition(sk_CMS_RecipientInfo_value(recipients, i))) return true;
    } catch (const std::runtime_error&) {
        return false;
    }
    return false;
}

} // namespace

Bytes seal(View content, const Sealing& sealing) {
    auto* library = libraryFor(sealing.cipher);
    const auto cipher = fetch(sealing.cipher);
    const auto input = reader(content);
    const Cms cms(must(CMS_encrypt_ex(nullptr, nullptr, cipher.get(), CMS_BINARY | CMS_PARTIAL, library, nullptr),
                       "make an envelope"));
    for (const auto& recipient : sealing.recipients)
        addRecipient(cms.get(), library == nullptr ? share(recipient) : copyInto(library, recipient), sealing.oaep);
    if (sealing.password) addPassword(cms.get(), *sealing.password);
    must(CMS_final(cms.get(), input.get(), nullptr, CMS_BINARY), "encrypt");
    return encode(i2d_CMS_ContentInfo, cms.get());
}

Bytes envelope(View content, const Certificate& recipient) {
    Sealing sealing;
    sealing.recipients.push_back(share(recipient));
    return seal(content, sealing);
}

bool isAddressedTo(View envelope, const Certificate& certificate) {
    return anyRecipient(envelope, [&](CMS_RecipientInfo* recipient) {
        return CMS_RecipientInfo_type(recipient) == CMS_RECIPINFO_TRANS &&
               CMS_RecipientInfo_ktri_cert_cmp(recipient, certificate.get()) == 0;
    });
}

bool isForPassword(View envelope) {
    return anyRecipient(
        envelope, [](CMS_RecipientInfo* recipient) { return CMS_RecipientInfo_type(recipient) == CMS_RECIPINFO_PASS; });
}

Opened openEnvelope(View envelope, const Identity& recipient, OSSL_LIB_CTX* library) {
    const auto cms = readEnvelope(envelope, library);
    must(CMS_decrypt_set1_pkey(cms.get(), recipient.key.get(), recipient.certificate.get()), "find our recipient");
    return decrypted(cms.get());
}

Opened openEnvelope(View envelope, const std::string& password, OSSL_LIB_CTX* library) {
    const auto cms = readEnvelope(envelope, library);
    Bytes copy(password.begin(), password.end());
    must(CMS_decrypt_set1_password(cms.get(), copy.data(), static_cast<ossl_ssize_t>(copy.size())),
         "open the envelope with the password");
    return decrypted(cms.get());
}

} // namespace scepd::ca
