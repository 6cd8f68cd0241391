#include "base/error.hpp"
#include "crypto/certificate.hpp"
#include "crypto/key.hpp"
#include "integration/scep/conversation.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using namespace scepd::test;
using crypto::Key;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Renewal, IsSignedWithWhatIsHeldAndBringsANewKey) {
    const ca::TestCa authority({.challenge = secret});
    const Endpoint endpoint;
    auto text = profileFor(authority);
    text.challenge = secret;
    endpoint.configure(text);
    as<record::Issued>(endpoint.enroll());
    const auto first = endpoint.current();

    const auto held = as<record::Issued>(endpoint.renew()).held;

    EXPECT_EQ(held.generation, 2U);
    EXPECT_NE(held.serialNumber, first.facts.serialNumber);
    EXPECT_NE(Key::fromPem(endpoint.current().key).publicKey(), Key::fromPem(first.key).publicKey());
    const auto line = authority.requests().back();
    EXPECT_EQ(field(line, "messageType"), "17");
    EXPECT_EQ(field(line, "signer"), "issued");
    EXPECT_EQ(field(line, "challenge"), "no") << "the certificate authenticates a renewal";
}

TEST(Renewal, IsAFreshEnrollmentWhenTheNamesAreOthers) {
    const ca::TestCa authority({.challenge = secret});
    const Endpoint endpoint;
    auto text = profileFor(authority);
    text.challenge = secret;
    text.subject = "CN=${asset}";
    endpoint.configure(text);
    endpoint.write("etc/scepd/scepd.toml", "[endpoint]\nasset = \"TC-1\"\n");
    as<record::Issued>(endpoint.enroll());
    endpoint.write("etc/scepd/scepd.toml", "[endpoint]\nasset = \"TC-2\"\n");

    const auto held = as<record::Issued>(endpoint.renew()).held;

    EXPECT_EQ(held.subject, "CN=TC-2");
    const auto line = authority.requests().back();
    EXPECT_EQ(field(line, "messageType"), "19");
    EXPECT_EQ(field(line, "signer"), "self-signed");
    EXPECT_EQ(field(line, "challenge"), "yes") << "the old certificate does not stand for the new names";
}

TEST(Renewal, KeepsTheKeyWhenAskedTo) {
    const ca::TestCa authority;
    const Endpoint endpoint;
    auto text = profileFor(authority);
    text.certificate = "rekey = false";
    endpoint.configure(text);
    as<record::Issued>(endpoint.enroll());
    const auto first = endpoint.current();
    EXPECT_EQ(as<record::Issued>(endpoint.renew()).held.generation, 2U);
    EXPECT_EQ(endpoint.current().key, first.key);
    const auto transactions = messages(authority, "transaction");
    EXPECT_NE(transactions.front(), transactions.back()) << "the same key does not make it the same transaction";
}

TEST(Renewal, SendsTheChallengeAfterARefusalWithoutIt) {
    const ca::TestCa authority({.challenge = secret});
    const Endpoint endpoint;
    auto text = profileFor(authority);
    text.challenge = secret;
    endpoint.configure(text);
    as<record::Issued>(endpoint.enroll());
    authority.setFaults("failure@PKIOperation*1");
    as<record::Issued>(endpoint.renew());
    EXPECT_THAT(messages(authority, "messageType"), ElementsAre("19", "17", "17"));
    EXPECT_THAT(messages(authority, "challenge"), ElementsAre("yes", "no", "yes"));
    const auto transactions = messages(authority, "transaction");
    EXPECT_NE(transactions.at(1), transactions.at(2)) << "each request opens a transaction of its own";
}

TEST(Renewal, NeverSendsTheChallengeWhenForbidden) {
    const ca::TestCa authority({.challenge = secret});
    const Endpoint endpoint;
    auto text = profileFor(authority);
    text.challenge = secret;
    text.scep = "renewal-challenge = \"never\"\nrenewal-message = \"renewal\"";
    endpoint.configure(text);
    as<record::Issued>(endpoint.enroll());
    authority.setFaults("failure");
    as<record::Refused>(endpoint.renew());
    EXPECT_THAT(messages(authority, "challenge"), ElementsAre("yes", "no"));
}

TEST(Renewal, FallsBackToAnEnrollmentWhereTheCaOffersNone) {
    const ca::TestCa authority({.challenge = secret, .capabilities = "AES,POSTPKIOperation,SHA-256"});
    const Endpoint endpoint;
    auto text = profileFor(authority);
    text.challenge = secret;
    endpoint.configure(text);
    as<record::Issued>(endpoint.enroll());
    EXPECT_EQ(as<record::Issued>(endpoint.renew()).held.generation, 2U);
    EXPECT_THAT(messages(authority, "messageType"), ElementsAre("19", "19", "19"));
    EXPECT_THAT(messages(authority, "signer"), ElementsAre("self-signed", "issued", "self-signed"));
}

TEST(Renewal, IsAPkcsReqSignedWithWhatIsHeldWhereTheServerWantsThat) {
    const ca::TestCa authority(
        {.challenge = secret, .renewalByPkcsReq = true, .capabilities = "AES,POSTPKIOperation,SHA-256"});
    const Endpoint endpoint;
    auto text = profileFor(authority);
    text.challenge = secret;
    endpoint.configure(text);
    as<record::Issued>(endpoint.enroll());
    EXPECT_EQ(as<record::Issued>(endpoint.renew()).held.generation, 2U);
    EXPECT_THAT(messages(authority, "signer"), ElementsAre("self-signed", "issued"));
    EXPECT_THAT(messages(authority, "challenge"), ElementsAre("yes", "no"));
}

TEST(Renewal, OfACertificateOfAnotherCaIsSignedWithItUntilThisCaWantsAnEnrollment) {
    const ca::TestCa before({.challenge = secret});
    const ca::TestCa authority({.challenge = secret});
    const Endpoint endpoint;
    for (const auto* one : {&before, &authority}) {
        auto text = profileFor(*one);
        text.challenge = secret;
        endpoint.configure(text);
        as<record::Issued>(one == &before ? endpoint.enroll() : endpoint.renew());
    }
    EXPECT_EQ(endpoint.current().facts.caFingerprint, authority.fingerprint());
    EXPECT_THAT(messages(authority, "messageType"), ElementsAre("17", "17", "19", "19"));
    EXPECT_THAT(messages(authority, "signer"), ElementsAre("other", "other", "other", "self-signed"));
}

TEST(Renewal, OfACertificateFromAnotherMachineIsAnEnrollment) {
    const ca::TestCa authority;
    const Endpoint endpoint;
    endpoint.configure(profileFor(authority));
    as<record::Issued>(endpoint.enroll());
    endpoint.write("etc/machine-id", "ffffffffffffffffffffffffffffffff\n");
    const auto held = as<record::Issued>(endpoint.renew()).held;
    EXPECT_EQ(held.machineId, "ffffffffffffffffffffffffffffffff");
    EXPECT_EQ(messages(authority, "messageType").back(), "19");
}

TEST(Renewal, ThatBringsTheOldCertificateIsNoRenewal) {
    const ca::TestCa authority;
    const Endpoint endpoint;
    auto text = profileFor(authority);
    text.certificate = "rekey = false";
    endpoint.configure(text);
    as<record::Issued>(endpoint.enroll());
    authority.setFaults("same-certificate");
    const auto failed = as<record::Failed>(endpoint.renew());
    EXPECT_EQ(failed.fault(), Fault::protocol);
    EXPECT_THAT(failed.reason, HasSubstr("the one that was to be renewed"));
    EXPECT_EQ(endpoint.current().facts.generation, 1U);
}

} // namespace
