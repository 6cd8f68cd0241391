#include "enroll/check.hpp"

#include "base/error.hpp"
#include "unit/crypto/forge.hpp"

#include <string>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/x509.h>

namespace {

using namespace scepd;
using namespace scepd::enroll;
using namespace scepd::test;
using crypto::Certificate;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A CA, our key and our request for "CN=device,O=Example".
class Check : public testing::Test {
protected:
    [[nodiscard]] Identity issue(const CertificateSpec& spec) const { return issued(spec, testKey(2), ca_); }

    [[nodiscard]] Accepted check(const std::vector<Certificate>& received, Time now = noon) const {
        return accept(received, question_, now);
    }

    /// Why a certificate is not accepted.
    [[nodiscard]] std::string complaint(const std::vector<Certificate>& received, Time now = noon) const {
        try {
            std::ignore = check(received, now);
            return "nothing";
        } catch (const Error& error) {
            EXPECT_EQ(error.fault(), Fault::protocol);
            return error.what();
        }
    }

    static constexpr auto subject = "CN=device,O=Example";
    Identity ca_ = selfSigned({.subject = "CN=ca", .ca = true}, testKey(1));
    Question question_{
        .request = crypto::Request::make({.subject = {{{"CN", "device"}}, {{"O", "Example"}}},
                                          .alternativeNames = {{crypto::AlternativeType::dns, "device.example.com"}},
                                          .extendedKeyUsage = {"1.3.6.1.5.5.7.3.2"}},
                                         testKey(2), {}),
        .key = testKey(2),
        .authorities = {ca_.certificate, {ca_.certificate}, ca_.certificate},
        .strength = crypto::Strength::standard,
        .renewed = {}};
};

TEST_F(Check, AcceptsWhatWasAskedFor) {
    const auto good = issue({.subject = subject});
    const auto accepted = check({good.certificate});
    EXPECT_EQ(accepted.certificate, good.certificate);
    EXPECT_THAT(accepted.chain, IsEmpty());
}

TEST_F(Check, FindsTheCertificateByItsKeyAmongSeveral) {
    const auto good = issue({.subject = subject});
    const auto other = issued({.subject = subject}, testKey(3), ca_);
    EXPECT_EQ(check({ca_.certificate, other.certificate, good.certificate}).certificate, good.certificate);
}

TEST_F(Check, TakesTheNewestOfSeveralForTheSameKey) {
    const auto old = issue({.subject = subject, .notBefore = noon - std::chrono::days(300), .serial = 1});
    const auto fresh = issue({.subject = subject, .notBefore = noon - std::chrono::hours(1), .serial = 2});
    EXPECT_EQ(check({old.certificate, fresh.certificate}).certificate, fresh.certificate);
    EXPECT_EQ(check({fresh.certificate, old.certificate}).certificate, fresh.certificate);
}

TEST_F(Check, RefusesACertificateForAnotherKey) {
    EXPECT_THAT(complaint({issued({.subject = subject}, testKey(3), ca_).certificate}), HasSubstr("none for the key"));
    EXPECT_THAT(complaint({}), HasSubstr("0 certificates"));
}

TEST_F(Check, RefusesAnotherSubjectAndNamesBoth) {
    EXPECT_THAT(complaint({issue({.subject = "CN=device"}).certificate}),
                HasSubstr("its subject is CN=device, requested was CN=device,O=Example"));
    EXPECT_THAT(complaint({issue({.subject = "CN=device,O=Example,OU=added"}).certificate}), HasSubstr("OU=added"));
}

TEST_F(Check, AcceptsASubjectThatTheCaSortedAnew) {
    EXPECT_EQ(complaint({issue({.subject = "O=Example,CN=device"}).certificate}), "nothing");
}

TEST_F(Check, AllowsACasClockToBeFiveMinutesAhead) {
    const auto begins = [&](Duration ahead) {
        return issue({.subject = subject, .notBefore = noon + ahead}).certificate;
    };
    EXPECT_EQ(complaint({begins(std::chrono::minutes(5))}), "nothing");
    EXPECT_THAT(complaint({begins(std::chrono::minutes(5) + std::chrono::seconds(1))}),
                HasSubstr("valid from 2026-06-15T12:05:01Z on, and this machine's clock says 2026-06-15T12:00:00Z"));
}

TEST_F(Check, RefusesWhatHasExpired) {
    EXPECT_THAT(complaint({issue({.subject = subject, .notAfter = noon}).certificate}), HasSubstr("it expired at"));
}

TEST_F(Check, RefusesAnotherIssuer) {
    const auto impostor = selfSigned({.subject = "CN=ca", .ca = true}, testKey(4));
    EXPECT_THAT(complaint({issued({.subject = subject}, testKey(2), impostor).certificate, impostor.certificate}),
                HasSubstr("is not used"));
}

TEST_F(Check, RefusesASerialNumberThatIsLongerThanRfc5280Allows) {
    const auto numbered = [&](std::size_t octets) {
        auto identity = issue({.subject = subject});
        auto* x509 = identity.certificate.get();
        const std::string digits = "7f" + std::string(2 * (octets - 1), 'f');
        BIGNUM* number = nullptr;
        BN_hex2bn(&number, digits.c_str());
        BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509));
        BN_free(number);
        X509_sign(x509, ca_.key.get(), EVP_sha256());
        return identity.certificate;
    };
    EXPECT_EQ(complaint({numbered(20)}), "nothing");
    EXPECT_THAT(complaint({numbered(21)}), HasSubstr("its serial number is longer than 20 bytes"));
}

TEST_F(Check, RefusesACertificateOfACa) {
    EXPECT_THAT(complaint({issue({.subject = subject, .ca = true}).certificate}), HasSubstr("a CA's certificate"));
}

TEST_F(Check, RefusesAWeakSignatureUnlessLegacyIsAccepted) {
    const auto weak = issue({.subject = subject, .digest = "SHA1"}).certificate;
    EXPECT_THAT(complaint({weak}), HasSubstr("sha1"));
    question_.strength = crypto::Strength::legacy;
    EXPECT_EQ(complaint({weak}), "nothing");
}

TEST_F(Check, KeepsTheIntermediatesThatCameAlong) {
    const auto middle = issued({.subject = "CN=middle", .ca = true}, testKey(3), ca_);
    const auto leaf = issued({.subject = subject}, testKey(2), middle);
    EXPECT_THAT(check({leaf.certificate, middle.certificate}).chain, ElementsAre(middle.certificate));
}

TEST_F(Check, WantsARenewalToBeAnotherCertificate) {
    record::Held held;
    held.serialNumber = "05";
    held.notAfter = noon + std::chrono::days(60);
    question_.renewed = held;
    EXPECT_THAT(complaint({issue({.subject = subject, .serial = 5}).certificate}),
                HasSubstr("to be renewed, serial 05"));
    EXPECT_THAT(
        complaint({issue({.subject = subject, .notAfter = noon + std::chrono::days(59), .serial = 6}).certificate}),
        HasSubstr("earlier than the one that was to be renewed"));
    EXPECT_EQ(complaint({issue({.subject = subject, .serial = 6}).certificate}), "nothing");
}

TEST_F(Check, RemarksWhatTheCaLeftOut) {
    const CertificateSpec served{.subject = subject, .extendedKeyUsage = "serverAuth"};
    for (const auto& spec : {CertificateSpec{.subject = subject}, served})
        EXPECT_THAT(check({issue(spec).certificate}).remarks,
                    ElementsAre(HasSubstr("alternative names that were requested: dns:device.example.com"),
                                HasSubstr("extended key usages that were requested: 1.3.6.1.5.5.7.3.2")));
    const CertificateSpec wider{.subject = subject, .extendedKeyUsage = "serverAuth,clientAuth"};
    EXPECT_THAT(check({issue(wider).certificate}).remarks, ElementsAre(HasSubstr("alternative names")));
}

TEST_F(Check, TellsTheFacts) {
    const auto good = issue({.subject = subject, .serial = 77});
    const auto held = factsOf({good.certificate, {}, {}}, ca_.certificate, noon);
    EXPECT_EQ(held.subject, subject);
    EXPECT_EQ(held.issuer, "CN=ca");
    EXPECT_EQ(held.serialNumber, "4d");
    EXPECT_EQ(held.fingerprint, crypto::hex(good.certificate.fingerprint(Digest::sha256)));
    EXPECT_EQ(held.keyType, "RSA 1024");
    EXPECT_EQ(rfc3339(held.notAfter), "2026-08-14T12:00:00Z");
    EXPECT_EQ(held.issued, noon);
    EXPECT_EQ(held.caFingerprint, crypto::hex(ca_.certificate.fingerprint(Digest::sha256)));
    EXPECT_EQ(held.caNotAfter, ca_.certificate.notAfter());
}

} // namespace
