#include "crypto/pkcs12.hpp"

#include "crypto/openssl.hpp"
#include "unit/crypto/forge.hpp"
#include "unit/crypto/party.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pkcs12.h>

namespace {

using namespace scepd;
using namespace scepd::test;
using crypto::Bundle;
using crypto::isPkcs12Of;
using crypto::toPkcs12;
using testing::HasSubstr;
using testing::Not;

const Secret password("a password");

Bundle bundleOf(const Identity& identity) {
    return {"web", identity.key, identity.certificate, {ca().certificate}};
}

/// What OpenSSL itself finds in a container: the names of the certificates, and the key's kind.
std::string foundByOpenSsl(const Secret& container, const char* with) {
    const auto* position = crypto::raw(container.reveal());
    const crypto::Pkcs12Ptr read(d2i_PKCS12(nullptr, &position, static_cast<long>(container.reveal().size())));
    EVP_PKEY* key = nullptr;
    X509* certificate = nullptr;
    STACK_OF(X509)* others = nullptr;
    const bool opened = PKCS12_parse(read.get(), with, &key, &certificate, &others) == 1;
    crypto::clearErrors();
    if (!opened) return "closed";
    const crypto::CertificatesPtr list(others);
    const crypto::Certificate held(certificate);
    auto found = crypto::Key(key).description() + " " + held.subject();
    for (const auto& other : crypto::certificatesIn(list.get()))
        found += " " + other.subject();
    return found;
}

/// The container with another MAC of the same password.
std::string withMac(const Secret& container, int iterations, const EVP_MD* digest) {
    const auto* position = crypto::raw(container.reveal());
    const crypto::Pkcs12Ptr read(d2i_PKCS12(nullptr, &position, static_cast<long>(container.reveal().size())));
    PKCS12_set_mac(read.get(), password.reveal().data(), -1, nullptr, 0, iterations, digest);
    return crypto::derOf(i2d_PKCS12, read.get());
}

TEST(Pkcs12, IsReadByOpenSslWithItsPasswordOnly) {
    const auto container = toPkcs12(bundleOf(device()), password);
    EXPECT_EQ(foundByOpenSsl(container, "a password"), "RSA 1024 CN=device CN=ca");
    EXPECT_EQ(foundByOpenSsl(container, "another"), "closed");
    EXPECT_EQ(foundByOpenSsl(container, ""), "closed");
    EXPECT_THAT(foundByOpenSsl(toPkcs12(bundleOf(ecDevice()), password), "a password"), HasSubstr("CN=ec CN=ca"));
}

TEST(Pkcs12, HasOtherBytesEachTimeAndHoldsTheSame) {
    for (const auto* identity : {&device(), &ecDevice()}) {
        const auto bundle = bundleOf(*identity);
        const auto one = toPkcs12(bundle, password);
        const auto other = toPkcs12(bundle, password);
        EXPECT_FALSE(one == other);
        EXPECT_TRUE(isPkcs12Of(bundle, password, one.reveal()));
        EXPECT_TRUE(isPkcs12Of(bundle, password, other.reveal()));
    }
}

TEST(Pkcs12, IsOpenedByPasswordsOfAnyBytes) {
    const auto bundle = bundleOf(ecDevice());
    for (const auto* text : {"x", "p\u00e4ssw\u00f6rter \U0001f511", "\xff\xfe no UTF-8"}) {
        const Secret odd{std::string(text)};
        EXPECT_TRUE(isPkcs12Of(bundle, odd, toPkcs12(bundle, odd).reveal()));
        EXPECT_THAT(foundByOpenSsl(toPkcs12(bundle, odd), text), HasSubstr("CN=ec CN=ca"));
    }
    const Secret longest(std::string(1023, 'a'));
    EXPECT_TRUE(isPkcs12Of(bundle, longest, toPkcs12(bundle, longest).reveal()));
}

TEST(Pkcs12, OfAnotherBundleOrPasswordIsNotTheSame) {
    const auto bundle = bundleOf(device());
    const auto differs = [&](const Bundle& made, const Secret& with = password) {
        return !isPkcs12Of(bundle, password, toPkcs12(made, with).reveal());
    };
    auto renamed = bundle;
    renamed.name = "wifi";
    auto alone = bundle;
    alone.others.clear();
    auto more = bundle;
    more.others.push_back(ecDevice().certificate);
    EXPECT_FALSE(differs(bundle));
    EXPECT_TRUE(differs(bundleOf(ecDevice())));
    EXPECT_TRUE(differs({"web", device().key, issued({.serial = 99}, device().key, ca()).certificate, bundle.others}));
    EXPECT_TRUE(differs(renamed));
    EXPECT_TRUE(differs(alone));
    EXPECT_TRUE(differs(more));
    EXPECT_TRUE(differs(bundle, Secret("A password")));
}

TEST(Pkcs12, ThatIsDamagedIsNotTheSame) {
    const auto bundle = bundleOf(device());
    const std::string whole(toPkcs12(bundle, password).reveal());
    for (std::size_t at = 0; at < whole.size(); at += 7) {
        auto damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
        EXPECT_FALSE(isPkcs12Of(bundle, password, damaged)) << "byte " << at;
    }
    for (const auto& wrong : {std::string(), whole.substr(0, whole.size() - 1), whole + " ", std::string("text")})
        EXPECT_FALSE(isPkcs12Of(bundle, password, wrong));
}

TEST(Pkcs12, WithAnotherMacIsNobodysOfOurs) {
    const auto bundle = bundleOf(device());
    const auto container = toPkcs12(bundle, password);
    EXPECT_TRUE(isPkcs12Of(bundle, password, withMac(container, 2048, EVP_sha256())));
    EXPECT_FALSE(isPkcs12Of(bundle, password, withMac(container, 2048, EVP_sha1())));
    EXPECT_FALSE(isPkcs12Of(bundle, password, withMac(container, 1, EVP_sha256())));
    EXPECT_FALSE(isPkcs12Of(bundle, password, withMac(container, 2049, EVP_sha256())));
}

TEST(Pkcs12, ThatCannotBeMadeIsAnErrorWithoutThePassword) {
    const Bundle mixed{"web", ecDevice().key, device().certificate, {}};
    EXPECT_THAT(refusal([&] { toPkcs12(mixed, password); }, Fault::local), HasSubstr("PKCS#12 container"));
    EXPECT_THAT(refusal([&] { toPkcs12(mixed, password); }, Fault::local), Not(HasSubstr("a password")));
}

} // namespace
