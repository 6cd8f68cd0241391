#include "deploy/check.hpp"

#include "support.hpp"

#include <gmock/gmock.h>

namespace scepd::deploy::test {
namespace {

using ::testing::HasSubstr;

profile::Scep pinnedToOurs() {
    profile::Scep scep;
    scep.trust = profile::FingerprintPin{Digest::sha256,
                                         crypto::Certificate::fromPem(ourCa().pem()).fingerprint(Digest::sha256)};
    return scep;
}

Error refusal(const store::Generation& generation, const profile::Scep& scep = pinnedToOurs(), Time when = today()) {
    return errorOf([&] { check(generation, scep, "/", when); });
}

TEST(Check, AGoodGenerationBecomesKeyCertificateChainAndAnchors) {
    const auto material = check(makeGeneration(), pinnedToOurs(), "/", today());
    EXPECT_TRUE(material.certificate.matches(material.key));
    EXPECT_TRUE(material.chain.empty()) << "the root itself issued it";
    ASSERT_EQ(material.anchors.size(), 1U);
    EXPECT_EQ(material.anchors[0].toPem(), crypto::Certificate::fromPem(ourCa().pem()).toPem());
}

TEST(Check, AKeyThatDoesNotBelongToTheCertificateIsRefused) {
    auto generation = makeGeneration();
    generation.key = keyNumber(1).toPem();
    const auto error = refusal(generation);
    EXPECT_EQ(error.fault(), Fault::protocol);
    EXPECT_THAT(error.what(), HasSubstr("private key does not belong"));
}

TEST(Check, ACaThatTheProfileDoesNotPinIsRefused) {
    EXPECT_THAT(refusal(makeGeneration({.issuer = foreignCa()})).what(), HasSubstr("the profile pins"));
}

TEST(Check, ACertificateOfAStrangerIsRefusedThoughThePinnedCaLiesBesideIt) {
    auto generation = makeGeneration({.issuer = foreignCa()});
    generation.ca = ourCa().pem();
    EXPECT_EQ(refusal(generation).fault(), Fault::protocol);
}

TEST(Check, AStrangersCaIsNotHandedToConsumersBesideThePinnedOne) {
    auto generation = makeGeneration();
    generation.ca += foreignCa().pem();
    EXPECT_THAT(refusal(generation).what(), HasSubstr("CN=Foreign CA"));
}

TEST(Check, AnExpiredCertificateIsRefused) {
    const auto generation = makeGeneration({.notBefore = today() - 2h, .notAfter = today() - 1h});
    EXPECT_THAT(refusal(generation).what(), HasSubstr("expired at"));
}

TEST(Check, AClockThatStandsBeforeTheCertificateRefusesNothing) {
    EXPECT_NO_THROW(check(makeGeneration(), pinnedToOurs(), "/", parseRfc3339("1970-01-02T00:00:00Z")));
}

TEST(Check, ACertificateWithoutCommonNameIsRefused) {
    EXPECT_THAT(refusal(makeGeneration({.commonName = ""})).what(), HasSubstr("no CN"));
}

TEST(Check, APinByCertificateReadsTheFileBelowTheRoot) {
    const TemporaryRoot root;
    profile::Scep scep;
    scep.trust = profile::CertificatePin{"/etc/scepd/ca.pem"};
    EXPECT_EQ(errorOf([&] { check(makeGeneration(), scep, root.path(), today()); }).fault(), Fault::configuration);
    writeFile(root.path() / "etc/scepd/ca.pem", ourCa().pem());
    EXPECT_NO_THROW(check(makeGeneration(), scep, root.path(), today()));
    EXPECT_THROW(check(makeGeneration({.issuer = foreignCa()}), scep, root.path(), today()), Error);
}

TEST(Check, WithFirstUseTheRememberedCaDecides) {
    profile::Scep scep;
    scep.trust = profile::FirstUse{};
    EXPECT_NO_THROW(check(makeGeneration({.issuer = foreignCa()}), scep, "/", today()));
    auto generation = makeGeneration({.issuer = foreignCa()});
    generation.ca = ourCa().pem();
    EXPECT_THROW(check(generation, scep, "/", today()), Error);
    generation.ca.clear();
    EXPECT_THROW(check(generation, scep, "/", today()), Error);
}

TEST(Check, TheOneAnchorIsTheRootAboveTheCertificateOrElseThePinnedCa) {
    const TestCa deep("Deep CA", true);
    const auto issuing = readFile(deep.directory.path() / "issuing.pem");
    auto generation = makeGeneration({.issuer = deep});
    profile::Scep scep;
    scep.trust = profile::FirstUse{};
    generation.ca = ourCa().pem() + issuing + deep.pem();
    EXPECT_EQ(check(generation, scep, "/", today()).anchor, crypto::Certificate::fromPem(deep.pem()));

    const auto pinned = crypto::Certificate::fromPem(issuing);
    scep.trust = profile::FingerprintPin{Digest::sha256, pinned.fingerprint(Digest::sha256)};
    generation.ca = issuing;
    EXPECT_EQ(check(generation, scep, "/", today()).anchor, pinned);
}

} // namespace
} // namespace scepd::deploy::test
