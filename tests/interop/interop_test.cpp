#include "base/error.hpp"
#include "ca/server.hpp"
#include "crypto/certificate.hpp"
#include "crypto/key.hpp"
#include "integration/scep/endpoint.hpp"

#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using namespace scepd::test;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto secret = "8CE317021F690069";

/// A server of one character and a machine that enrolls with it by a fixed challenge.
class Interop : public testing::Test {
protected:
    explicit Interop(const std::string& character, bool legacyReplies = false)
        : authority_({.character = character, .challenge = secret, .legacyReplies = legacyReplies}) {}

    void configure(const std::string& scep, const std::string& certificate = {}) const {
        endpoint_.configure({.urls = fmt::format("\"{}\"", authority_.url()),
                             .trust = fmt::format("ca-fingerprint = \"{}\"", authority_.fingerprint()),
                             .scep = scep,
                             .challenge = secret,
                             .certificate = certificate});
    }

    /// Enrolls, then renews, and looks at what is held in the end.
    void expectTwoGenerations() const {
        const auto first = as<record::Issued>(endpoint_.enroll()).held;
        const auto second = as<record::Issued>(endpoint_.renew()).held;
        EXPECT_EQ(second.generation, 2U);
        EXPECT_NE(second.serialNumber, first.serialNumber);
        const auto generation = endpoint_.current();
        const auto certificate = crypto::Certificate::fromPem(generation.certificate);
        EXPECT_TRUE(certificate.matches(crypto::Key::fromPem(generation.key)));
        EXPECT_NO_THROW(verifyChain(certificate, crypto::Certificate::allFromPem(generation.chain),
                                    crypto::Certificate::allFromPem(generation.ca), now()));
        EXPECT_THAT(endpoint_.filesWith(secret), IsEmpty());
    }

    ca::TestCa authority_;
    Endpoint endpoint_;
};

class Plain : public Interop {
protected:
    Plain() : Interop("plain") {}
};

TEST_F(Plain, EnrollsAndRenews) {
    configure({});
    expectTwoGenerations();
}

class LegacyReplies : public Interop {
protected:
    LegacyReplies() : Interop("plain", true) {}
};

TEST_F(LegacyReplies, EnrollAndRenewWhereTheProfileAcceptsThem) {
    configure("legacy-replies = true");
    expectTwoGenerations();
}

class Ndes : public Interop {
protected:
    Ndes() : Interop("ndes") {}
};

TEST_F(Ndes, EnrollsAndRenewsWithANewKey) {
    configure({});
    expectTwoGenerations();
}

TEST_F(Ndes, RefusesWithAByteOfContentThatIsNotLookedAt) {
    endpoint_.configure({.urls = fmt::format("\"{}\"", authority_.url()),
                         .trust = fmt::format("ca-fingerprint = \"{}\"", authority_.fingerprint()),
                         .challenge = "0123456789ABCDEF"});
    EXPECT_EQ(as<record::Refused>(endpoint_.enroll()).failInfo, "badRequest");
    EXPECT_TRUE(endpoint_.holdsNothing());
}

TEST_F(Ndes, ReturnsTheOldCertificateForTheOldKeyWhichIsNoRenewal) {
    configure({}, "rekey = false");
    as<record::Issued>(endpoint_.enroll());
    EXPECT_THAT(as<record::Failed>(endpoint_.renew()).reason, HasSubstr("the one that was to be renewed"));
    EXPECT_EQ(endpoint_.current().facts.generation, 1U);
}

class Ejbca : public Interop {
protected:
    Ejbca() : Interop("ejbca") {}
};

TEST_F(Ejbca, EnrollsAndRenewsUnderTheNameOfItsCa) {
    configure("ca-identifier = \"scepd test CA\"");
    expectTwoGenerations();
}

TEST_F(Ejbca, IsNotFoundWithoutTheNameOfItsCa) {
    configure({});
    const auto failed = as<record::Failed>(endpoint_.enroll());
    EXPECT_EQ(failed.fault(), Fault::refused);
    EXPECT_THAT(failed.reason, HasSubstr("HTTP 404"));
}

class Openxpki : public Interop {
protected:
    Openxpki() : Interop("openxpki") {}
};

TEST_F(Openxpki, EnrollsAndRenewsByAPkcsReqAfterItsRefusal) {
    configure({});
    expectTwoGenerations();
    EXPECT_THAT(authority_.requests().back(), HasSubstr("messageType=19"));
}

class Step : public Interop {
protected:
    Step() : Interop("step") {}
};

TEST_F(Step, EnrollsAndRenewsWithDesAndTheChallenge) {
    configure("legacy-replies = true\nrenewal-challenge = \"always\"");
    expectTwoGenerations();
}

TEST_F(Step, RenewsAfterARefusalWithoutTheChallenge) {
    configure("legacy-replies = true");
    expectTwoGenerations();
}

class Pending : public Interop {
protected:
    Pending() : Interop("pending") {}
};

TEST_F(Pending, IsPolledUntilSomebodyApproves) {
    configure({});
    as<record::Pending>(endpoint_.enroll());
    as<record::Pending>(endpoint_.enroll());
    authority_.approveAll();
    as<record::Issued>(endpoint_.enroll());
    EXPECT_EQ(as<record::Issued>(endpoint_.renew()).held.generation, 2U);
}

class Rollover : public Interop {
protected:
    Rollover() : Interop("rollover") {}
};

TEST_F(Rollover, EnrollsAndRenewsWithTheCurrentCaBeforeTheChange) {
    configure({});
    expectTwoGenerations();
    EXPECT_THAT(authority_.requests().back(), HasSubstr("to=own"));
}

class Ec : public Interop {
protected:
    Ec() : Interop("ec") {}
};

TEST_F(Ec, EnrollsAndRenewsAnRsaKeyBehindItsRa) {
    configure({});
    expectTwoGenerations();
}

TEST_F(Ec, EnrollsAndRenewsAnEcKeyThroughATransportKey) {
    configure({}, "key = { type = \"ec\", curve = \"P-384\" }");
    expectTwoGenerations();
    EXPECT_EQ(endpoint_.current().facts.keyType, "EC P-384");
}

class Pwri : public Interop {
protected:
    Pwri() : Interop("pwri") {}
};

TEST_F(Pwri, EnrollsAndRenewsUnderTheChallenge) {
    configure({});
    expectTwoGenerations();
}

TEST_F(Pwri, NeedsAChallengeToEncryptUnder) {
    endpoint_.configure({.urls = fmt::format("\"{}\"", authority_.url()),
                         .trust = fmt::format("ca-fingerprint = \"{}\"", authority_.fingerprint())});
    const auto failed = as<record::Failed>(endpoint_.enroll());
    EXPECT_EQ(failed.fault(), Fault::configuration);
    EXPECT_THAT(failed.reason, HasSubstr("without a challenge there is no password"));
}

class Dogtag : public Interop {
protected:
    Dogtag() : Interop("dogtag") {}
};

TEST_F(Dogtag, EnrollsAndRenewsByGetAfterWalkingItsChain) {
    configure("ca-identifier = \"0\"");
    expectTwoGenerations();
}

/// NDES with its page of one-time passwords, behind NTLM.
class NdesPage : public testing::Test {
protected:
    void configure(const std::string& user) const {
        endpoint_.write("etc/scepd/secrets/ndes", "p4ssword\n");
        endpoint_.configure({.urls = fmt::format("\"{}\"", authority_.url()),
                             .trust = fmt::format("ca-fingerprint = \"{}\"", authority_.fingerprint()),
                             .scep = fmt::format("challenge = {{ type = \"dynamic\", url = \"{}\", username = \"{}\", "
                                                 "password-file = \"/etc/scepd/secrets/ndes\" }}",
                                                 authority_.adminUrl(), user)});
    }

    ca::TestCa authority_{{.character = "ndes", .challenge = secret, .adminPassword = "p4ssword"}};
    Endpoint endpoint_;
};

TEST_F(NdesPage, GivesAFreshPasswordForEachAttempt) {
    configure("scep-admin");
    as<record::Issued>(endpoint_.enroll());
    EXPECT_EQ(as<record::Issued>(endpoint_.renew()).held.generation, 2U);
    EXPECT_THAT(endpoint_.filesWith("p4ssword"), IsEmpty());
}

TEST_F(NdesPage, TellsWhoMayNotEnroll) {
    configure("somebody");
    const auto failed = as<record::Failed>(endpoint_.enroll());
    EXPECT_EQ(failed.fault(), Fault::refused);
    EXPECT_THAT(failed.reason, testing::AllOf(HasSubstr("permission"), testing::Not(HasSubstr("p4ssword"))));
}

} // namespace
