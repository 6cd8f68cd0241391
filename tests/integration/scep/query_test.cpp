#include "enroll/query.hpp"

#include "base/error.hpp"
#include "crypto/certificate.hpp"
#include "integration/scep/conversation.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using namespace scepd::test;
using crypto::Certificate;
using testing::StartsWith;

class Query : public testing::Test {
protected:
    Query() { endpoint_.configure(profileFor(authority_)); }

    [[nodiscard]] enroll::Wanted wanted() const { return enroll::findWanted(endpoint_.root(), "device"); }
    std::string certificate(const std::string& serial) const {
        return enroll::queryCertificate(wanted(), serial, enroll::Progress(-1), now());
    }

    ca::TestCa authority_;
    Endpoint endpoint_;
};

TEST_F(Query, BringsTheRevocationListThatTheCaSigned) {
    as<record::Issued>(endpoint_.enroll());
    EXPECT_THAT(enroll::queryCrl(wanted(), enroll::Progress(-1), now()), StartsWith("-----BEGIN X509 CRL-----"));
    EXPECT_EQ(messages(authority_, "messageType").back(), "22");
}

TEST_F(Query, BringsACertificateByItsSerialNumber) {
    const auto held = as<record::Issued>(endpoint_.enroll()).held;
    EXPECT_EQ(Certificate::fromPem(certificate(held.serialNumber)).subject(), held.subject);
    EXPECT_EQ(messages(authority_, "messageType").back(), "21");
}

TEST_F(Query, ForACertificateThatTheCaNeverIssuedIsRefused) {
    as<record::Issued>(endpoint_.enroll());
    try {
        certificate("0badc0de");
        FAIL() << "a certificate came";
    } catch (const Error& error) {
        EXPECT_EQ(error.fault(), Fault::refused);
        EXPECT_THAT(error.what(), testing::HasSubstr("badCertId"));
    }
}

TEST_F(Query, HasNoAnswerThatIsPending) {
    const auto held = as<record::Issued>(endpoint_.enroll()).held;
    authority_.setFaults("pending");
    const auto expectNoAnswer = [](const auto& ask) {
        try {
            ask();
            FAIL() << "it was answered";
        } catch (const Error& error) {
            EXPECT_EQ(error.fault(), Fault::protocol);
            EXPECT_THAT(error.what(), testing::HasSubstr("the CA answers PENDING"));
        }
    };
    expectNoAnswer([&] { enroll::queryCrl(wanted(), enroll::Progress(-1), now()); });
    expectNoAnswer([&] { certificate(held.serialNumber); });
}

TEST_F(Query, NeedsACertificateThatSignsIt) {
    EXPECT_THROW(enroll::queryCrl(wanted(), enroll::Progress(-1), now()), Error);
    EXPECT_TRUE(authority_.requests().empty());
}

} // namespace
