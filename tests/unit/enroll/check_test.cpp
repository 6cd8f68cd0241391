#include "enroll/check.hpp"

#include "base/error.hpp"
#include "unit/crypto/forge.hpp"

#include <string>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

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

    /// One more extension, whatever is there already.
    void add(const Certificate& certificate, int nid, const std::string& value) const {
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
        ASSERT_NE(extension, nullptr) << value;
        X509_add_ext(certificate.get(), extension, -1);
        X509_EXTENSION_free(extension);
        X509_sign(certificate.get(), ca_.key.get(), EVP_sha256());
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

TEST_F(Check, AcceptsWhatBeginsLaterWhenItMayBeLater) {
    const auto later = issue({.subject = subject, .notBefore = noon + std::chrono::days(10)}).certificate;
    EXPECT_THAT(complaint({later}), HasSubstr("valid from 2026-06-25"));
    question_.mayBeLater = true;
    EXPECT_EQ(complaint({later}), "nothing");
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

TEST_F(Check, RefusesWhatOnlyHalfClaimsToBeACas) {
    const auto complaintOf = [this](const CertificateSpec& spec) { return complaint({issue(spec).certificate}); };
    EXPECT_THAT(complaintOf({.subject = subject, .ca = true, .keyUsage = "digitalSignature"}),
                HasSubstr("a CA's certificate"));
    EXPECT_THAT(complaintOf({.subject = subject, .keyUsage = "digitalSignature,keyCertSign"}),
                HasSubstr("a CA's certificate"));
}

TEST_F(Check, RefusesACertificateThatConsumersCannotRead) {
    const auto named = [&](int count) {
        auto identity = issue({.subject = subject});
        std::string names;
        for (int i = 0; i < count; ++i)
            names += (i == 0 ? "DNS:" : ",DNS:") + std::string(100, 'x');
        add(identity.certificate, NID_subject_alt_name, names);
        return identity.certificate;
    };
    EXPECT_EQ(complaint({named(100)}), "nothing");
    EXPECT_THAT(complaint({named(200)}), HasSubstr("bytes, more than 16 KiB"));
    auto twice = named(1);
    add(twice, NID_subject_alt_name, "DNS:another");
    EXPECT_THAT(complaint({twice}), HasSubstr("one of its extensions cannot be read or stands twice"));
}

TEST_F(Check, RefusesAnIntermediateCaWithASmallKeyUnlessThatIsAdmitted) {
    const auto middle = issued({.subject = "CN=middle", .ca = true}, testKey(3), ca_);
    const std::vector received{issued({.subject = subject}, testKey(2), middle).certificate, middle.certificate};
    EXPECT_THAT(complaint(received), HasSubstr("CN=middle has the key RSA 1024, which is too weak"));
    question_.strength = crypto::Strength::legacyReplies;
    EXPECT_THAT(complaint(received), HasSubstr("security = \"legacy\" accepts it"));
    question_.strength = crypto::Strength::legacy;
    EXPECT_EQ(complaint(received), "nothing");
}

TEST_F(Check, RefusesAWeakSignatureUnlessLegacyIsAccepted) {
    const auto weak = issue({.subject = subject, .digest = "SHA1"}).certificate;
    EXPECT_THAT(complaint({weak}), HasSubstr("sha1"));
    question_.strength = crypto::Strength::legacy;
    EXPECT_EQ(complaint({weak}), "nothing");
}

TEST_F(Check, KeepsTheIntermediatesThatCameAlong) {
    const auto middle = issued({.subject = "CN=middle", .ca = true}, ecTestKey(), ca_);
    const auto leaf = issued({.subject = subject}, testKey(2), middle);
    EXPECT_THAT(check({leaf.certificate, middle.certificate}).chain, ElementsAre(middle.certificate));
}

TEST_F(Check, WantsARenewalToBeAnotherCertificate) {
    record::Held held;
    held.issuer = "CN=ca";
    held.serialNumber = "05";
    held.notAfter = noon + std::chrono::days(60);
    question_.renewed = held;
    EXPECT_THAT(complaint({issue({.subject = subject, .serial = 5}).certificate}),
                HasSubstr("to be renewed, serial 05"));
    EXPECT_THAT(
        complaint({issue({.subject = subject, .notAfter = noon + std::chrono::days(59), .serial = 6}).certificate}),
        HasSubstr("earlier than the one that was to be renewed"));
    EXPECT_EQ(complaint({issue({.subject = subject, .serial = 6}).certificate}), "nothing");
    question_.renewed->issuer = "CN=the CA before this one";
    EXPECT_EQ(complaint({issue({.subject = subject, .serial = 5}).certificate}), "nothing") << "each CA counts anew";
}

TEST_F(Check, RemarksAlternativeNamesThatTheCaLeftOutOrAdded) {
    const auto remarks = [this](const std::string& names) {
        auto identity = issue({.subject = subject, .extendedKeyUsage = "clientAuth"});
        if (!names.empty()) add(identity.certificate, NID_subject_alt_name, names);
        return check({identity.certificate}).remarks;
    };
    EXPECT_THAT(remarks("DNS:device.example.com"), IsEmpty());
    EXPECT_THAT(remarks(""),
                ElementsAre("the CA left out alternative names that were requested: dns:device.example.com"));
    EXPECT_THAT(remarks("DNS:device.example.com,DNS:bank.example.org"),
                ElementsAre("the CA added alternative names that were not requested: dns:bank.example.org"));
}

TEST_F(Check, RemarksExtendedKeyUsagesThatTheCaLeftOutOrAdded) {
    const auto remarks = [this](const std::string& usages) {
        auto identity = issue({.subject = subject, .extendedKeyUsage = usages});
        add(identity.certificate, NID_subject_alt_name, "DNS:device.example.com");
        return check({identity.certificate}).remarks;
    };
    EXPECT_THAT(remarks("clientAuth"), IsEmpty());
    EXPECT_THAT(remarks(""), ElementsAre("the CA left out the extended key usage, so that every use is allowed; "
                                         "requested was: client-auth"));
    EXPECT_THAT(remarks("codeSigning"),
                ElementsAre("the CA left out extended key usages that were requested: client-auth",
                            "the CA added extended key usages that were not requested: code-signing"));
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
