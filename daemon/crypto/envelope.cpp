#include "crypto/envelope.hpp"

#include "crypto/contentinfo.hpp"
#include "crypto/openssl.hpp"
#include "crypto/recipient.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

#include <fmt/format.h>

namespace scepd::crypto {
namespace {

using Kind = RecipientOutline::Kind;

const EVP_CIPHER* algorithm(Cipher cipher) {
    return cipher == Cipher::aes128 ? EVP_aes_128_cbc() : EVP_des_ede3_cbc();
}

/// The default and the legacy provider in a library context of their own, for one decryption. They are unloaded before
/// it goes: freeing the context alone leaks what they registered.
struct LegacyLibrary {
    LibraryPtr context{made(OSSL_LIB_CTX_new(), "prepare legacy algorithms")};
    ProviderPtr standard{made(OSSL_PROVIDER_load(context.get(), "default"), "load OpenSSL's default provider")};
    ProviderPtr legacy{made(OSSL_PROVIDER_load(context.get(), "legacy"), "load OpenSSL's legacy provider")};
};

/// The key for use in another library context. Used there itself it would go on referring to the context after its end.
KeyPtr copyInto(OSSL_LIB_CTX* context, const Key& key) {
    const Secret der(derOf(i2d_PrivateKey, key.get()));
    const unsigned char* position = raw(der.reveal());
    const auto length = static_cast<long>(der.reveal().size());
    return KeyPtr(made(d2i_AutoPrivateKey_ex(nullptr, &position, length, context, nullptr), "copy a private key"));
}

bool agreesWith(CMS_RecipientInfo* recipient, const Certificate& certificate) {
    auto* keys = CMS_RecipientInfo_kari_get0_reks(recipient);
    for (int i = 0; i < sk_CMS_RecipientEncryptedKey_num(keys); ++i)
        if (CMS_RecipientEncryptedKey_cert_cmp(sk_CMS_RecipientEncryptedKey_value(keys, i), certificate.get()) == 0)
            return true;
    return false;
}

/// A wrong key would only be seen as garbage: OpenSSL goes on with a random key there, as RFC 3218 advises.
bool isMeant(CMS_RecipientInfo* recipient, const Opener& opener) {
    const int type = CMS_RecipientInfo_type(recipient);
    if (type == CMS_RECIPINFO_TRANS && opener.key.isRsa())
        return CMS_RecipientInfo_ktri_cert_cmp(recipient, opener.certificate.get()) == 0;
    return type == CMS_RECIPINFO_AGREE && !opener.key.isRsa() && agreesWith(recipient, opener.certificate);
}

bool isForUs(CMS_ContentInfo* cms, const Opener& opener) {
    auto* recipients = CMS_get0_RecipientInfos(cms);
    for (int i = 0; i < sk_CMS_RecipientInfo_num(recipients); ++i)
        if (isMeant(sk_CMS_RecipientInfo_value(recipients, i), opener)) return true;
    return false;
}

std::vector<RecipientOutline> recipientsOf(const EnvelopeOutline& outline, Kind kind) {
    std::vector<RecipientOutline> recipients;
    std::ranges::copy_if(outline.recipients, std::back_inserter(recipients),
                         [kind](const auto& recipient) { return recipient.kind == kind; });
    return recipients;
}

std::string namesOf(const EnvelopeOutline& outline) {
    std::vector<std::string> names;
    for (const auto& recipient : outline.recipients)
        std::ranges::copy(recipient.identities, std::back_inserter(names));
    return names.empty() ? "nobody" : joined(names);
}

Error forSomebodyElse(const EnvelopeOutline& outline, const Opener& opener) {
    return {Fault::protocol,
            fmt::format("it is encrypted for somebody else's certificate: for {} instead of serial {} of {}",
                        namesOf(outline), opener.certificate.serialNumber(), opener.certificate.issuer())};
}

/// Finds out what opens it: the password, or else the key. OpenSSL tries all recipients that have our certificate's
/// name, so all of our key's kind must be ones that it may touch.
bool needsPassword(CMS_ContentInfo* cms, const EnvelopeOutline& outline, const Opener& opener, Strength strength) {
    if (isForUs(cms, opener)) {
        const auto kind = opener.key.isRsa() ? Kind::keyTransport : Kind::keyAgreement;
        for (const auto& recipient : recipientsOf(outline, kind))
            requireKnownAlgorithms(recipient, strength);
        return false;
    }
    const auto passwords = recipientsOf(outline, Kind::password);
    if (passwords.empty()) throw forSomebodyElse(outline, opener);
    if (opener.password.empty())
        throw Error(Code::notDecrypted, "it is encrypted under a password, and there is no challenge to open it with");
    if (passwords.size() > 1) throw Error(Fault::protocol, "it is encrypted under several passwords");
    requireKnownAlgorithms(passwords.front(), strength);
    return true;
}

void unlockWithPassword(CMS_ContentInfo* cms, const Secret& password) {
    std::string copy(password.reveal());
    const int done = CMS_decrypt_set1_password(cms, reinterpret_cast<unsigned char*>(copy.data()),
                                               static_cast<ossl_ssize_t>(copy.size()));
    OPENSSL_cleanse(copy.data(), copy.size());
    clearErrors();
    if (done != 1) throw Error(Code::notDecrypted, "it is encrypted under a password that is not our challenge");
}

std::string contentOf(CMS_ContentInfo* cms, const Opener& opener, EVP_PKEY* key, bool password) {
    if (password) unlockWithPassword(cms, opener.password);
    const auto output = memoryBio();
    X509* certificate = password ? nullptr : opener.certificate.get();
    const int done = CMS_decrypt(cms, password ? nullptr : key, certificate, nullptr, output.get(), CMS_BINARY);
    clearErrors();
    if (done != 1) throw Error(Code::notDecrypted, "it cannot be decrypted with our key, or was changed on its way");
    return std::string(content(output.get()));
}

/// A finished EnvelopedData in DER: never CMS_STREAM, which writes BER.
std::string finished(CMS_ContentInfo* cms, std::string_view content) {
    const auto input = readBio(content);
    succeeded(CMS_set_detached(cms, 0), "encrypt");
    succeeded(CMS_final(cms, input.get(), nullptr, CMS_BINARY), "encrypt");
    return derOf(i2d_CMS_ContentInfo, cms);
}

constexpr auto what = "an encrypted CMS message";

} // namespace

std::string encrypt(std::string_view content, const Certificate& recipient, Cipher cipher) {
    if (!recipient.hasRsaKey())
        throw Error(Fault::protocol, fmt::format("cannot encrypt to {}: its key is not RSA", recipient.subject()));
    const CmsPtr cms(made(CMS_EnvelopedData_create(algorithm(cipher)), "prepare an envelope"));
    made(CMS_add1_recipient_cert(cms.get(), recipient.get(), CMS_BINARY), "add the recipient");
    return finished(cms.get(), content);
}

std::string encryptWithPassword(std::string_view content, const Secret& password, Cipher cipher) {
    if (password.empty()) throw Error(Fault::configuration, "there is no password to encrypt with");
    constexpr int rounds = 100'000;
    const CmsPtr cms(made(CMS_EnvelopedData_create(algorithm(cipher)), "prepare an envelope"));
    auto* recipient =
        made(CMS_add0_recipient_password(cms.get(), rounds, -1, NID_id_pbkdf2, nullptr, 0, nullptr), "add a password");
    const auto characters = password.reveal();
    auto* copy = static_cast<unsigned char*>(
        made(OPENSSL_memdup(characters.data(), characters.size()), "copy the password")); // Wiped with the message.
    succeeded(CMS_RecipientInfo_set0_password(recipient, copy, static_cast<ossl_ssize_t>(characters.size())),
              "add a password");
    return finished(cms.get(), content);
}

std::string decrypt(std::string_view message, const Opener& opener, Strength strength) {
    const auto cms = parseContentInfo(message, NID_pkcs7_enveloped, what);
    const auto outline = outlineOf(derOf(i2d_CMS_ContentInfo, cms.get()));
    requireKnownCipher(outline.contentEncryption, strength);
    const bool password = needsPassword(cms.get(), outline, opener, strength);
    if (outline.contentEncryption.nid != NID_des_cbc) return contentOf(cms.get(), opener, opener.key.get(), password);
    const LegacyLibrary library;
    const auto legacyKey = copyInto(library.context.get(), opener.key);
    const auto legacyCms = parseContentInfo(message, NID_pkcs7_enveloped, what, library.context.get());
    return contentOf(legacyCms.get(), opener, legacyKey.get(), password);
}

} // namespace scepd::crypto
