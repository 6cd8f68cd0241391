#include "crypto/key.hpp"

#include "base/error.hpp"
#include "crypto/openssl.hpp"

#include <string>

#include <openssl/pem.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using crypto::Key;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr auto ecKey = R"(-----BEGIN EC PRIVATE KEY-----
MIGkAgEBBDAY8afU76jKpaogileBIjfwNXFqxNoR9x0zU2h9f+wMO3FUSajpoF+u
Y7gHMAOZo06gBwYFK4EEACKhZANiAAQzq1wvIy0QDlGWYTCI3SJCxhnNChh2kHVn
xCo07BCVw3HuMjiP/e555qOcxFiwIjt8ujBjhclHB5KeXo2v7eNWvmV0DdCVLVzA
/3RIhDVjlRKgZO0SlouY31sPsrQvgb0=
-----END EC PRIVATE KEY-----
)";

TEST(Key, IsGeneratedWithTheBitsThatWereAskedFor) {
    EXPECT_EQ(Key::generateRsa(1024).description(), "RSA 1024");
    EXPECT_EQ(Key::generateRsa(2048).description(), "RSA 2048");
}

TEST(Key, IsAnotherOneEveryTimeHoweverTheRaceEnds) {
    auto last = Key::generateRsa(1024).publicKey();
    for (int i = 0; i < 20; ++i) {
        auto next = Key::generateRsa(1024).publicKey();
        EXPECT_NE(next, last);
        last = std::move(next);
    }
}

TEST(Key, GeneratedInARaceSignsAndDecrypts) {
    const auto key = Key::generateRsa(1024);
    crypto::KeyContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    EXPECT_EQ(EVP_PKEY_pairwise_check(context.get()), 1);
}

TEST(Key, OfImpossibleSizeIsAnError) {
    EXPECT_THROW(Key::generateRsa(512), Error);
    EXPECT_THROW(Key::generateRsa(8192), Error);
}

TEST(Key, SurvivesBothPemForms) {
    const auto key = Key::generateRsa(1024);
    EXPECT_THAT(std::string(key.toPem().reveal()), StartsWith("-----BEGIN PRIVATE KEY-----\n"));
    EXPECT_THAT(std::string(key.toTraditionalPem().reveal()), StartsWith("-----BEGIN RSA PRIVATE KEY-----\n"));
    EXPECT_EQ(Key::fromPem(key.toPem()).publicKey(), key.publicKey());
    EXPECT_EQ(Key::fromPem(key.toTraditionalPem()).publicKey(), key.publicKey());
}

TEST(Key, InDerIsWhatItsPemFormsEncode) {
    for (const auto& key : {Key::generateRsa(1024), Key::generateEc("P-256")}) {
        const auto isReadAs = [&](const Secret& der, auto decode) {
            const auto bytes = der.reveal();
            const auto* position = crypto::raw(bytes);
            const auto read = Key(decode(&position, static_cast<long>(bytes.size())));
            return position == crypto::raw(bytes) + bytes.size() && read.toPem() == key.toPem();
        };
        EXPECT_TRUE(isReadAs(key.toDer(), [](const unsigned char** position, long length) {
            const crypto::Owned<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free> info(
                d2i_PKCS8_PRIV_KEY_INFO(nullptr, position, length));
            return EVP_PKCS82PKEY(info.get());
        }));
        EXPECT_TRUE(isReadAs(key.toTraditionalDer(), [&](const unsigned char** position, long length) {
            return d2i_PrivateKey(key.isRsa() ? EVP_PKEY_RSA : EVP_PKEY_EC, nullptr, position, length);
        }));
    }
}

TEST(Key, OnACurveIsDescribedByItsName) {
    EXPECT_EQ(Key::fromPem(Secret(ecKey)).description(), "EC P-384");
}

TEST(Key, IsGeneratedOnEveryCurveOfAProfile) {
    for (const std::string curve : {"P-256", "P-384", "P-521"}) {
        const auto key = Key::generateEc(curve);
        EXPECT_EQ(key.description(), "EC " + curve);
        EXPECT_FALSE(key.isRsa());
        crypto::KeyContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
        EXPECT_EQ(EVP_PKEY_pairwise_check(context.get()), 1);
        EXPECT_NE(Key::generateEc(curve).publicKey(), key.publicKey());
    }
    EXPECT_TRUE(Key::generateRsa(1024).isRsa());
}

TEST(Key, OnACurveIsEncodedWithTheNameOfTheCurve) {
    // SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING ...
    const std::string header(
        "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07", 23);
    const auto der = Key::generateEc("P-256").publicKey();
    EXPECT_EQ(std::string(der.begin(), der.begin() + 23), header);
}

TEST(Key, OnACurveSurvivesBothPemForms) {
    const auto key = Key::generateEc("P-384");
    EXPECT_THAT(std::string(key.toPem().reveal()), StartsWith("-----BEGIN PRIVATE KEY-----\n"));
    EXPECT_THAT(std::string(key.toTraditionalPem().reveal()), StartsWith("-----BEGIN EC PRIVATE KEY-----\n"));
    EXPECT_EQ(Key::fromPem(key.toPem()).publicKey(), key.publicKey());
    EXPECT_EQ(Key::fromPem(key.toTraditionalPem()).publicKey(), key.publicKey());
}

TEST(Key, OnAnotherCurveIsAnErrorOfTheConfiguration) {
    for (const auto* curve : {"P-224", "p-256", "secp256k1", ""})
        try {
            Key::generateEc(curve);
            ADD_FAILURE() << curve;
        } catch (const Error& error) {
            EXPECT_EQ(error.fault(), Fault::configuration);
            EXPECT_THAT(error.what(), HasSubstr("P-256, P-384 and P-521"));
        }
}

TEST(Key, ThatIsNoneIsAnErrorWithoutItsCharacters) {
    try {
        Key::fromPem(Secret("-----BEGIN PRIVATE KEY-----\nY2FuYXJ5\n-----END PRIVATE KEY-----\n"));
        FAIL() << "it was accepted";
    } catch (const Error& error) {
        EXPECT_EQ(error.fault(), Fault::local);
        EXPECT_THAT(error.what(), HasSubstr("private key"));
        EXPECT_THAT(error.what(), Not(HasSubstr("Y2FuYXJ5")));
    }
}

TEST(Key, WithAPassphraseIsAnErrorAndAsksNobody) {
    const auto key = Key::generateRsa(1024);
    const auto bio = crypto::memoryBio();
    std::string passphrase = "secret";
    ASSERT_EQ(
        PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), EVP_aes_128_cbc(), passphrase.data(), 6, nullptr, nullptr),
        1);
    EXPECT_THROW(Key::fromPem(Secret(std::string(crypto::content(bio.get())))), Error);
}

} // namespace
