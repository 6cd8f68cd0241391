#include "scep/authority.hpp"

#include "base/base64.hpp"
#include "base/error.hpp"
#include "unit/crypto/forge.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using namespace scepd::scep;
using namespace scepd::test;
using crypto::Certificate;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

profile::FingerprintPin pinOf(const Certificate& certificate) {
    return {Digest::sha256, certificate.fingerprint(Digest::sha256)};
}

/// The forged keys are small, as security = "legacy" admits.
Authorities authenticate(const std::vector<Certificate>& offered, const Pin& pin,
                         const std::optional<profile::FingerprintPin>& recipient, Time now) {
    return scep::authenticate(offered, pin, recipient, crypto::Strength::legacy, now);
}

/// An issuing CA below a root, an RA pair, and a device of the same CA.
class Authority : public testing::Test {
protected:
    [[nodiscard]] std::string complaint(const std::vector<Certificate>& offered, const Pin& pin,
                                        const std::optional<profile::FingerprintPin>& recipient = {},
                                        Time now = noon) const {
        try {
            authenticate(offered, pin, recipient, now);
            return "nothing";
        } catch (const Error& error) {
            EXPECT_EQ(error.fault(), Fault::protocol);
            return error.what();
        }
    }

    Identity root_ = selfSigned({.subject = "CN=root", .ca = true, .keyUsage = "keyCertSign,cRLSign"}, testKey(1));
    Identity ca_ = issued({.subject = "CN=ca", .ca = true, .serial = 2}, testKey(2), root_);
    Identity raSigns_ = issued(
        {.subject = "CN=ra", .keyUsage = "digitalSignature", .extendedKeyUsage = "1.3.6.1.4.1.311.20.2.1", .serial = 3},
        testKey(3), ca_);
    Identity raDecrypts_ = issued(
        {.subject = "CN=ra", .keyUsage = "keyEncipherment", .extendedKeyUsage = "1.3.6.1.4.1.311.20.2.1", .serial = 4},
        testKey(4), ca_);
    Identity device_ = issued({.subject = "CN=device", .extendedKeyUsage = "clientAuth", .serial = 5}, testKey(5), ca_);
};

TEST_F(Authority, IsTheOneThatTheFingerprintNames) {
    const auto authorities = authenticate({ca_.certificate}, pinOf(ca_.certificate), {}, noon);
    EXPECT_EQ(authorities.anchor, ca_.certificate);
    EXPECT_EQ(authorities.recipient, ca_.certificate);
    EXPECT_THAT(authorities.all, ElementsAre(ca_.certificate));
}

TEST_F(Authority, WithAnRaOfASmallKeyIsRefusedUnlessThatIsAdmitted) {
    const std::vector offered{raDecrypts_.certificate, ca_.certificate};
    try {
        scep::authenticate(offered, pinOf(ca_.certificate), {}, crypto::Strength::legacyReplies, noon);
        FAIL() << "a key that others may have found read our request";
    } catch (const Error& error) {
        EXPECT_STREQ(error.what(),
                     "CN=ra has the key RSA 1024, which is too weak: its operator must replace it by one of "
                     "at least RSA 2048 or EC P-224; security = \"legacy\" accepts it");
    }
    EXPECT_EQ(authenticate(offered, pinOf(ca_.certificate), {}, noon).recipient, raDecrypts_.certificate);
}

TEST_F(Authority, WithAnRaThatIsSignedByAWeakDigestIsRefused) {
    const auto ra = issued({.subject = "CN=ra", .keyUsage = "keyEncipherment", .digest = "MD5"}, testKey(4), ca_);
    EXPECT_THAT(complaint({ra.certificate, ca_.certificate}, pinOf(ca_.certificate)),
                HasSubstr("CN=ra is signed with md5, which is too weak"));
}

TEST_F(Authority, ThatIsPinnedIsTrustedAsItIs) {
    EXPECT_EQ(
        scep::authenticate({ca_.certificate}, pinOf(ca_.certificate), {}, crypto::Strength::standard, noon).recipient,
        ca_.certificate);
}

TEST_F(Authority, IsRecognisedByFingerprintsOfEveryKind) {
    for (const auto& [ours, theirs] :
         {std::pair{Digest::sha1, Digest::sha1}, {Digest::sha384, Digest::sha384}, {Digest::sha512, Digest::sha512}})
        EXPECT_EQ(authenticate({ca_.certificate}, profile::FingerprintPin{ours, ca_.certificate.fingerprint(theirs)},
                               {}, noon)
                      .anchor,
                  ca_.certificate);
}

TEST_F(Authority, BringsItsRaPair) {
    const std::vector offered{raSigns_.certificate, raDecrypts_.certificate, ca_.certificate, root_.certificate};
    const auto authorities = authenticate(offered, pinOf(root_.certificate), {}, noon);
    EXPECT_EQ(authorities.anchor, root_.certificate);
    EXPECT_EQ(authorities.recipient, raDecrypts_.certificate) << "encrypting to another one is what NDES cannot read";
    EXPECT_THAT(authorities.all, UnorderedElementsAre(root_.certificate, ca_.certificate, raSigns_.certificate,
                                                      raDecrypts_.certificate));
}

TEST_F(Authority, WithoutRaIsTheIssuingCa) {
    const auto authorities = authenticate({root_.certificate, ca_.certificate}, pinOf(root_.certificate), {}, noon);
    EXPECT_EQ(authorities.recipient, ca_.certificate);
}

TEST_F(Authority, PrefersDataEnciphermentToNone) {
    const auto data = issued({.subject = "CN=ra", .keyUsage = "dataEncipherment", .serial = 9}, testKey(6), ca_);
    const auto authorities = authenticate({ca_.certificate, data.certificate}, pinOf(ca_.certificate), {}, noon);
    EXPECT_EQ(authorities.recipient, data.certificate);
}

TEST_F(Authority, IsAnotherOneWhenTheFingerprintFitsNothing) {
    const auto other = selfSigned({.subject = "CN=ca", .ca = true}, testKey(6));
    EXPECT_THAT(complaint({ca_.certificate}, pinOf(other.certificate)),
                HasSubstr("sha256:" + crypto::hex(ca_.certificate.fingerprint(Digest::sha256))));
}

TEST_F(Authority, AmongVeryManyStrangersIsMissedInOneSentence) {
    std::vector<Certificate> offered;
    for (long serial = 1; serial <= 300; ++serial)
        offered.push_back(
            selfSigned({.subject = "CN=stranger,O=" + std::string(60, 'x'), .serial = serial}, testKey(3)).certificate);
    const Pin first = FirstSight();
    for (const auto& pin : {Pin(pinOf(ca_.certificate)), Pin(ca_.certificate), first})
        EXPECT_LT(complaint(offered, pin).size(), 3000U);
    EXPECT_THAT(complaint(offered, first), HasSubstr("and 292 more"));
    offered.push_back(device_.certificate);
    EXPECT_LT(complaint(offered, pinOf(ca_.certificate)).size(), 3000U);
    offered.push_back(issued({.subject = "CN=ec", .ca = true}, ecTestKey(), root_).certificate);
    EXPECT_LT(complaint(offered, first).size(), 5000U) << "with all the reasons why nobody can be encrypted to";
}

TEST_F(Authority, IsNoneWhenTheFingerprintNamesNoCa) {
    EXPECT_THAT(complaint({raSigns_.certificate, ca_.certificate}, pinOf(raSigns_.certificate)),
                HasSubstr("not a CA's certificate"));
}

TEST_F(Authority, DoesNotBringADeviceOfTheSameCaAsAnRa) {
    // Whoever sits between can add any certificate to the answer, also one that the CA issued to him.
    const auto authorities = authenticate({device_.certificate, ca_.certificate}, pinOf(ca_.certificate), {}, noon);
    EXPECT_EQ(authorities.recipient, ca_.certificate);
    EXPECT_THAT(authorities.all, ElementsAre(ca_.certificate));
}

TEST_F(Authority, BringsACertificateOfAnyUsageThatTheOperatorNames) {
    const auto authorities =
        authenticate({device_.certificate, ca_.certificate}, pinOf(ca_.certificate), pinOf(device_.certificate), noon);
    EXPECT_EQ(authorities.recipient, device_.certificate);
    EXPECT_THAT(complaint({ca_.certificate}, pinOf(ca_.certificate), pinOf(device_.certificate)),
                HasSubstr("recipient-fingerprint fits no"));
}

TEST_F(Authority, LeavesOutWhatDoesNotChain) {
    const auto stranger = selfSigned({.subject = "CN=stranger", .ca = true}, testKey(6));
    const auto impostor = selfSigned({.subject = "CN=root", .ca = true}, testKey(7));
    const auto strangersRa = issued({.subject = "CN=ra", .keyUsage = "keyEncipherment"}, testKey(8), impostor);
    const auto authorities =
        authenticate({stranger.certificate, impostor.certificate, strangersRa.certificate, ca_.certificate},
                     pinOf(ca_.certificate), {}, noon);
    EXPECT_THAT(authorities.all, ElementsAre(ca_.certificate));
    EXPECT_EQ(authorities.recipient, ca_.certificate);
}

TEST_F(Authority, WithAnRaThatHasExpiredIsRefusedAndSaysWhichAndWhen) {
    const auto expired =
        issued({.subject = "CN=old ra", .keyUsage = "keyEncipherment", .notAfter = noon - std::chrono::seconds(1)},
               testKey(6), ca_);
    EXPECT_THAT(complaint({expired.certificate, ca_.certificate}, pinOf(ca_.certificate)),
                HasSubstr("the RA's certificate CN=old ra expired at 2026-06-15T11:59:59Z"));
    const std::vector replaced{expired.certificate, raDecrypts_.certificate, ca_.certificate};
    EXPECT_EQ(authenticate(replaced, pinOf(ca_.certificate), {}, noon).recipient, raDecrypts_.certificate);
    const std::vector overruled{expired.certificate, ca_.certificate};
    EXPECT_EQ(authenticate(overruled, pinOf(ca_.certificate), pinOf(ca_.certificate), noon).recipient, ca_.certificate);
}

TEST_F(Authority, WithAnIntermediateCaThatHasExpiredIsRefusedUnlessItWasReplaced) {
    const auto expired =
        issued({.subject = "CN=old ca", .ca = true, .notAfter = noon - std::chrono::seconds(1), .serial = 7},
               testKey(6), root_);
    EXPECT_THAT(complaint({expired.certificate, root_.certificate}, pinOf(root_.certificate)),
                HasSubstr("the intermediate CA's certificate CN=old ca expired at 2026-06-15T11:59:59Z"));
    const std::vector replaced{expired.certificate, ca_.certificate, root_.certificate};
    EXPECT_EQ(authenticate(replaced, pinOf(root_.certificate), {}, noon).recipient, ca_.certificate);
}

TEST_F(Authority, IgnoresAStrangersExpiredRa) {
    const auto stranger = selfSigned({.subject = "CN=stranger", .ca = true}, testKey(6));
    const auto expired = issued({.subject = "CN=ra", .notAfter = noon - std::chrono::seconds(1)}, testKey(7), stranger);
    EXPECT_EQ(authenticate({expired.certificate, ca_.certificate}, pinOf(ca_.certificate), {}, noon).recipient,
              ca_.certificate);
}

TEST_F(Authority, IsWorthAskingForAgainWhenSomethingHasExpired) {
    EXPECT_FALSE(holdsExpired({ca_.certificate, raSigns_.certificate}, noon));
    EXPECT_TRUE(holdsExpired({ca_.certificate}, noon + std::chrono::days(61)));
}

TEST_F(Authority, EncryptsToTheOnlyCertificateWhateverItsKeyUsage) {
    // A pinned root that is not offered itself, and one RA that may only sign.
    const auto ra = issued({.subject = "CN=ra", .keyUsage = "digitalSignature", .serial = 9}, testKey(6), root_);
    EXPECT_EQ(authenticate({ra.certificate}, root_.certificate, {}, noon).recipient.subject(), "CN=ra")
        << "no veto by key usage";
}

TEST_F(Authority, ThatHasExpiredOrIsNotYetValidIsRefused) {
    EXPECT_THAT(complaint({ca_.certificate}, pinOf(ca_.certificate), {}, noon + std::chrono::days(61)),
                HasSubstr("expired at"));
    EXPECT_THAT(complaint({ca_.certificate}, pinOf(ca_.certificate), {}, noon - std::chrono::days(31)),
                HasSubstr("the clock says"));
}

TEST_F(Authority, WithAKeyThatCannotEncryptReceivesByPassword) {
    const auto ec = selfSigned({.subject = "CN=ec", .ca = true}, ecTestKey());
    EXPECT_EQ(authenticate({ec.certificate}, pinOf(ec.certificate), {}, noon).recipient, ec.certificate);
    EXPECT_EQ(authenticate({ec.certificate}, pinOf(ec.certificate), pinOf(ec.certificate), noon).recipient,
              ec.certificate);
}

TEST_F(Authority, WithAKeyThatCannotEncryptGivesWayToAnRaWithRsa) {
    const auto ec = selfSigned({.subject = "CN=ec", .ca = true}, ecTestKey());
    const auto ra = issued({.subject = "CN=ra", .keyUsage = "keyEncipherment", .serial = 8}, testKey(6), ec);
    EXPECT_EQ(authenticate({ec.certificate, ra.certificate}, pinOf(ec.certificate), {}, noon).recipient,
              ra.certificate);
}

TEST_F(Authority, IsRecognisedByItsCertificate) {
    EXPECT_EQ(authenticate({ca_.certificate}, ca_.certificate, {}, noon).anchor, ca_.certificate);
    const auto other = selfSigned({.subject = "CN=ca", .ca = true}, testKey(6));
    EXPECT_THAT(complaint({ca_.certificate}, other.certificate), HasSubstr("the CA is another one"));
}

TEST_F(Authority, MayOfferOnlyWhatThePinnedRootIssued) {
    const auto authorities = authenticate({ca_.certificate, raDecrypts_.certificate}, root_.certificate, {}, noon);
    EXPECT_EQ(authorities.anchor, root_.certificate);
    EXPECT_EQ(authorities.recipient, raDecrypts_.certificate);
}

TEST_F(Authority, AtFirstSightIsTheHighestCa) {
    EXPECT_EQ(authenticate({raSigns_.certificate, ca_.certificate, root_.certificate}, FirstSight{}, {}, noon).anchor,
              root_.certificate);
    EXPECT_THAT(complaint({device_.certificate}, FirstSight{}), HasSubstr("no CA's certificate"));
}

/// The same in BER: an outermost SEQUENCE with two bytes of length gets none and an end.
std::string withIndefiniteLength(const std::string& der) {
    return "\x30\x80" + der.substr(4) + std::string(2, '\0');
}

TEST(AuthoritiesAnswer, IsReadInEveryForm) {
    const auto ca = selfSigned({.subject = "CN=ca", .ca = true}, testKey(1)).certificate;
    const auto ra = selfSigned({.subject = "CN=ra"}, testKey(2)).certificate;
    EXPECT_THAT(parseAuthorities(ca.toDer()), ElementsAre(ca));
    EXPECT_THAT(parseAuthorities(ca.toPem()), ElementsAre(ca));
    EXPECT_THAT(parseAuthorities("\r\n" + ca.toPem() + ra.toPem()), ElementsAre(ca, ra));
    EXPECT_THAT(parseAuthorities(certificateList({ca, ra})), UnorderedElementsAre(ca, ra));
    auto base64 = ca.toPem();
    base64.erase(0, base64.find('\n'));
    base64.erase(base64.find("-----END"));
    EXPECT_THAT(parseAuthorities(base64), ElementsAre(ca));
    EXPECT_THAT(parseAuthorities(withIndefiniteLength(certificateList({ca, ra}))), UnorderedElementsAre(ca, ra));
    EXPECT_THAT(parseAuthorities("-----BEGIN PKCS7-----\n" + scepd::base64(certificateList({ca, ra})) +
                                 "\n-----END PKCS7-----\n"),
                UnorderedElementsAre(ca, ra));
}

TEST(AuthoritiesAnswer, MayHaveWhiteSpaceAndZerosBehindItsEndButNothingElse) {
    const auto ca = selfSigned({.subject = "CN=ca", .ca = true}, testKey(1)).certificate;
    for (const auto& body : {ca.toDer(), certificateList({ca})}) {
        EXPECT_THAT(parseAuthorities(body + std::string("\r\n\0\0", 4)), ElementsAre(ca));
        EXPECT_THROW(parseAuthorities(body + "\r\n<!-- a proxy's -->"), Error);
        EXPECT_THROW(parseAuthorities(body + ca.toDer()), Error);
    }
}

TEST(AuthoritiesAnswer, TellsEachCertificateOnce) {
    const auto ca = selfSigned({.subject = "CN=ca", .ca = true}, testKey(1)).certificate;
    EXPECT_THAT(parseAuthorities(ca.toPem() + ca.toPem()), ElementsAre(ca));
}

TEST(AuthoritiesAnswer, WithMoreCertificatesThanAnyCaHasIsRefused) {
    std::vector<Certificate> many;
    for (long serial = 1; serial <= 101; ++serial)
        many.push_back(selfSigned({.subject = "CN=ca", .ca = true, .serial = serial}, ecTestKey()).certificate);
    EXPECT_THROW(parseAuthorities(certificateList(many)), Error);
    many.pop_back();
    EXPECT_EQ(parseAuthorities(certificateList(many)).size(), 100U);
}

TEST(AuthoritiesAnswer, ThatIsSomethingElseIsDiagnosed) {
    const auto diagnosis = [](const std::string& body) {
        try {
            parseAuthorities(body);
            return std::string("nothing");
        } catch (const Error& error) {
            EXPECT_EQ(error.fault(), Fault::protocol);
            return std::string(error.what());
        }
    };
    EXPECT_THAT(diagnosis(""), HasSubstr("is empty"));
    EXPECT_THAT(diagnosis("\n<!DOCTYPE html><html>"), HasSubstr("a web page"));
    EXPECT_THAT(diagnosis("no such CA\x1b[2J"), HasSubstr("\"no such CA?[2J\""));
    EXPECT_THAT(diagnosis("\x1f\x8b\x08 and so on"), HasSubstr("compressed (gzip) though nobody asked for it"));
    EXPECT_THAT(diagnosis("\x78\x9c and so on"), HasSubstr("compressed (deflate)"));
    EXPECT_THAT(diagnosis(certificateList({})), HasSubstr("without certificates"));
    EXPECT_THAT(diagnosis("-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n"),
                HasSubstr("no certificate"));
}

} // namespace
