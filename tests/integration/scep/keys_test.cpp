#include "crypto/certificate.hpp"
#include "crypto/key.hpp"
#include "integration/scep/conversation.hpp"
#include "store/transaction.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using namespace scepd::test;
using crypto::Certificate;
using crypto::Key;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

/// An endpoint that wants a certificate for a key on a curve.
ProfileText onCurve(const ca::TestCa& authority, const std::string& curve) {
    auto text = profileFor(authority);
    text.challenge = secret;
    text.certificate = "key = { type = \"ec\", curve = \"" + curve + "\" }";
    return text;
}

TEST(EcKeys, AreCertifiedThroughARsaKeyThatCarriesTheExchange) {
    const ca::TestCa authority({.challenge = secret});
    for (const std::string curve : {"P-256", "P-384", "P-521"}) {
        SCOPED_TRACE(curve);
        const Endpoint endpoint;
        endpoint.configure(onCurve(authority, curve));

        EXPECT_EQ(as<record::Issued>(endpoint.enroll()).held.keyType, "EC " + curve);

        const auto generation = endpoint.current();
        EXPECT_TRUE(Certificate::fromPem(generation.certificate).matches(Key::fromPem(generation.key)));
        EXPECT_EQ(field(authority.requests().back(), "signer"), "transport")
            << "neither the requested key nor one of the CA's";
        EXPECT_THAT(endpoint.filesWith("transport"), IsEmpty());
        EXPECT_EQ(store::readTransaction(endpoint.root(), "device"), std::nullopt) << "the transport key is gone";
    }
}

TEST(EcKeys, AreRenewedByAFreshEnrollmentFirst) {
    const ca::TestCa authority({.challenge = secret});
    const Endpoint endpoint;
    endpoint.configure(onCurve(authority, "P-384"));
    as<record::Issued>(endpoint.enroll());

    EXPECT_EQ(as<record::Issued>(endpoint.renew()).held.generation, 2U);
    EXPECT_THAT(messages(authority, "messageType"), ElementsAre("19", "19"));
    EXPECT_THAT(messages(authority, "challenge"), ElementsAre("yes", "yes"));
}

TEST(EcKeys, OfARequestThatWaitsForApprovalAreKeptWithTheKeyThatReadsTheAnswer) {
    const ca::TestCa authority({.challenge = secret, .pending = true});
    const Endpoint endpoint;
    endpoint.configure(onCurve(authority, "P-256"));
    as<record::Pending>(endpoint.enroll());
    const auto transaction = store::readTransaction(endpoint.root(), "device").value();
    EXPECT_EQ(Key::fromPem(transaction.key).description(), "EC P-256");
    EXPECT_THAT(Key::fromPem(transaction.signerKey).description(), StartsWith("RSA"));

    authority.approveAll();
    as<record::Issued>(endpoint.enroll());
    EXPECT_EQ(Key::fromPem(endpoint.current().key).publicKey(), Key::fromPem(transaction.key).publicKey());
    EXPECT_THAT(messages(authority, "messageType"), ElementsAre("19", "20"));
}

} // namespace
