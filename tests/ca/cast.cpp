#include "ca/cast.hpp"

#include <ctime>
#include <openssl/rsa.h>

namespace scepd::ca {

namespace {

constexpr std::time_t oneHour = 3600;
constexpr std::time_t oneYear = 365 * 24 * oneHour;

} // namespace

const Authority& Cast::stranger() {
    if (stranger_ == nullptr) stranger_ = std::make_unique<Authority>(state_ / "stranger", name_, false);
    return *stranger_;
}

Identity Cast::device(const Authority& ca, const char* extendedKeyUsage) {
    auto identity = share(stranger().signer());
    const auto name = nameOf("device");
    const auto now = std::time(nullptr);
    Extensions extensions(must(sk_X509_EXTENSION_new_null(), "allocate extensions"));
    if (extendedKeyUsage != nullptr)
        must(sk_X509_EXTENSION_push(
                 extensions.get(),
                 must(X509V3_EXT_conf_nid(nullptr, nullptr, NID_ext_key_usage, extendedKeyUsage), "make an extension")),
             "add an extension");
    identity.certificate = ca.issue({.subject = name.get(),
                                     .key = identity.key.get(),
                                     .extensions = extensions.get(),
                                     .notBefore = now - oneHour,
                                     .notAfter = now + oneHour});
    return identity;
}

Certificate Cast::weakRa(const Authority& ca) {
    const auto name = nameOf(name_ + " weak RA");
    const auto now = std::time(nullptr);
    return ca.issue(
        {.subject = name.get(), .key = weakCa(ca).key.get(), .notBefore = now - oneHour, .notAfter = now + oneYear});
}

const Identity& Cast::weakCa(const Authority& ca) {
    if (weakCa_.certificate != nullptr) return weakCa_;
    constexpr unsigned fewBits = 512;
    weakCa_.key.reset(must(EVP_RSA_gen(fewBits), "generate a weak key"));
    const auto name = nameOf(name_ + " weak");
    const auto now = std::time(nullptr);
    weakCa_.certificate = ca.issue({.subject = name.get(),
                                    .key = weakCa_.key.get(),
                                    .notBefore = now - oneHour,
                                    .notAfter = now + oneYear,
                                    .isCa = true});
    return weakCa_;
}

const Identity* Cast::weakIssuerOf(X509* certificate) const {
    if (weakCa_.certificate == nullptr) return nullptr;
    const auto* name = X509_get_subject_name(weakCa_.certificate.get());
    return X509_NAME_cmp(X509_get_issuer_name(certificate), name) == 0 ? &weakCa_ : nullptr;
}

Identity Cast::signerFor(Party party, const Authority& ca) {
    if (party == Party::Own) return share(ca.signer());
    return party == Party::Device ? device(ca) : share(stranger().signer());
}

} // namespace scepd::ca
