#include "crypto/cms.hpp"

#include "base/error.hpp"
#include "unit/crypto/party.hpp"

#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/asn1.h>

namespace {

using namespace scepd;
using namespace scepd::crypto;
using namespace scepd::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST(CertificateList, IsReadInItsOrder) {
    const auto list = carriedCertificates(certificateList({device().certificate, ca().certificate}));
    ASSERT_EQ(list.size(), 2U);
    EXPECT_THAT(list, testing::UnorderedElementsAre(device().certificate, ca().certificate));
    EXPECT_THAT(carriedCertificates(certificateList({})), IsEmpty());
    EXPECT_THAT(carried(certificateList({})).crls, IsEmpty());
}

TEST(CertificateList, BringsRevocationListsToo) {
    const auto list = carried(degenerate({ca().certificate}, {crlOf(ca(), {1, 4711})}));
    EXPECT_THAT(list.certificates, ElementsAre(ca().certificate));
    ASSERT_EQ(list.crls.size(), 1U);
    EXPECT_THAT(list.crls.front().revokedSerialNumbers(), ElementsAre("01", "1267"));
}

TEST(CertificateList, WithASignatureAlgorithmThatNobodyCouldReadAgainIsRefused) {
    const auto certificates = withOddParameters(certificateList({ca().certificate}));
    EXPECT_EQ(refusal([&] { carried(certificates); }), "the certificate has a signature algorithm that is malformed");
    const auto crls = withOddParameters(degenerate({}, {crlOf(ca(), {1})}));
    EXPECT_EQ(refusal([&] { carried(crls); }), "the revocation list has a signature algorithm that is malformed");
}

const Identity& next() {
    static const auto identity = selfSigned({.subject = "CN=ca", .ca = true, .serial = 2}, testKey(3));
    return identity;
}

TEST(SignedCertificates, AreReadFromTheContent) {
    for (const auto* type : {"1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2"}) {
        const SignedSpec spec{.content = certificateList({next().certificate}), .contentType = type};
        const auto read = readSignedCertificates(signedData(spec, ca()), {ca().certificate}, Strength::standard);
        EXPECT_THAT(read.certificates, ElementsAre(next().certificate));
        EXPECT_TRUE(read.covered);
    }
}

TEST(SignedCertificates, BesideASignatureOverNothingAreReadAndCalledUncovered) {
    for (const auto& content : {std::optional<std::string>(), std::optional<std::string>("")}) {
        const SignedSpec spec{.content = content, .certificates = {next().certificate}};
        const auto read = readSignedCertificates(signedData(spec, ca()), {ca().certificate}, Strength::standard);
        EXPECT_THAT(read.certificates, ElementsAre(next().certificate)) << "the signer's own is not the next one";
        EXPECT_FALSE(read.covered);
    }
}

TEST(SignedCertificates, BesideAContentAreNotLookedAt) {
    const SignedSpec spec{.content = certificateList({next().certificate}), .certificates = {device().certificate}};
    EXPECT_THAT(readSignedCertificates(signedData(spec, ca()), {ca().certificate}, Strength::standard).certificates,
                ElementsAre(next().certificate));
}

TEST(SignedCertificates, OfAStrangerOfNobodyOrWithASmallDigestAreRefused) {
    const SignedSpec spec{.content = certificateList({next().certificate}), .digest = "SHA1"};
    const auto read = [](const std::string& message) {
        readSignedCertificates(message, {ca().certificate}, Strength::standard);
    };
    EXPECT_THAT(refusal([&] { read(signedData(spec, next())); }), HasSubstr("none of the CA's certificates"));
    EXPECT_THAT(refusal([&] { read(certificateList({next().certificate})); }), HasSubstr("signed by 0 signers"));
    EXPECT_THAT(refusal([&] { read(signedData(spec, ca())); }), HasSubstr("legacy-replies = true"));
    EXPECT_NO_THROW(readSignedCertificates(signedData(spec, ca()), {ca().certificate}, Strength::legacy));
}

TEST(SignedCertificates, AreNotTakenFromAMessageThatTheCaSignedForAnotherPurpose) {
    const SignedSpec failure{.attributes = {{"2.16.840.1.113733.1.9.2", V_ASN1_PRINTABLESTRING, "3"}},
                             .certificates = {next().certificate}};
    EXPECT_THAT(
        refusal([&] { readSignedCertificates(signedData(failure, ca()), {ca().certificate}, Strength::standard); }),
        HasSubstr("it is a message and no list"));
}

TEST(SignedCertificates, AreThere) {
    for (const auto& content : {std::optional<std::string>(), std::optional(certificateList({}))})
        EXPECT_THAT(refusal([&] {
                        readSignedCertificates(signedData({.content = content}, ca()), {ca().certificate},
                                               Strength::standard);
                    }),
                    HasSubstr("carries no certificates"));
}

TEST(Crl, TellsWhatItSays) {
    const auto crl = Crl::fromDer(crlOf(ca(), {1, 4711}));
    EXPECT_EQ(crl.issuer(), "CN=ca");
    EXPECT_EQ(rfc3339(crl.thisUpdate()), "2026-06-15T11:00:00Z");
    ASSERT_TRUE(crl.nextUpdate());
    EXPECT_EQ(rfc3339(*crl.nextUpdate()), "2026-06-16T12:00:00Z");
    EXPECT_THAT(crl.revokedSerialNumbers(), ElementsAre("01", "1267"));
    EXPECT_THAT(Crl::fromDer(crlOf(ca(), {})).revokedSerialNumbers(), IsEmpty());
    EXPECT_THAT(crl.toPem(), StartsWith("-----BEGIN X509 CRL-----\n"));
    EXPECT_EQ(crl.toDer(), crlOf(ca(), {1, 4711}));
}

TEST(Crl, IsSignedByItsIssuerAndNobodyElse) {
    const auto crl = Crl::fromDer(crlOf(ca(), {1}));
    EXPECT_TRUE(crl.isSignedBy(ca().certificate));
    EXPECT_FALSE(crl.isSignedBy(next().certificate)) << "the same name with another key";
    EXPECT_FALSE(crl.isSignedBy(selfSigned({.subject = "CN=other", .ca = true}, testKey(1)).certificate));
    EXPECT_FALSE(Crl::fromDer(crlOf(ca(), {1}, "MD5")).isSignedBy(ca().certificate));
}

TEST(Crl, WithASignatureAlgorithmThatNobodyCouldReadAgainIsRefused) {
    const auto der = withOddParameters(crlOf(ca(), {1}));
    EXPECT_EQ(refusal([&] { Crl::fromDer(der); }), "the revocation list has a signature algorithm that is malformed");
}

TEST(Crl, CutAnywhereIsAnErrorAndNoCrash) {
    const auto der = crlOf(ca(), {1});
    for (std::size_t length = 0; length < der.size(); ++length)
        EXPECT_THROW(Crl::fromDer(std::string_view(der).substr(0, length)), Error);
    EXPECT_THROW(Crl::fromDer(der + "x"), Error);
}

} // namespace
