#include "crypto/certificate.hpp"
#include "deploy/check.hpp"
#include "integration/scep/conversation.hpp"
#include "profile/load.hpp"
#include "store/authorities.hpp"
#include "store/generation.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using namespace scepd::test;
using namespace std::chrono_literals;
using crypto::Certificate;
using testing::Contains;
using testing::ElementsAre;
using testing::SizeIs;

/// A CA that ends before the certificates that it issues, and has named the one that follows it tomorrow.
class CaThatRollsOver : public testing::Test {
protected:
    CaThatRollsOver() { endpoint_.configure(profileFor(authority_)); }

    [[nodiscard]] store::Generation generation(unsigned number) const {
        return store::readGeneration(endpoint_.root(), "device", number);
    }
    [[nodiscard]] profile::Scep scep() const { return profile::load(endpoint_.root()).profiles.front().scep; }

    ca::TestCa authority_{{.character = "rollover", .lifetime = std::chrono::hours(20 * 365 * 24)}};
    Endpoint endpoint_;
};

TEST_F(CaThatRollsOver, IsTrustedTogetherWithItsSuccessor) {
    as<record::Issued>(endpoint_.enroll());

    EXPECT_THAT(fields(authority_, "operation"), Contains("GetNextCACert"));
    EXPECT_EQ(store::readAuthorities(endpoint_.root(), "device").back().role, "next");
    EXPECT_THAT(Certificate::allFromPem(generation(1).ca), SizeIs(2));
    const auto material = deploy::check(generation(1), scep(), endpoint_.root(), now());
    EXPECT_THAT(material.anchors, SizeIs(2)) << "scepd-deploy sees by the old CA's signature why both are trusted";
}

TEST_F(CaThatRollsOver, IssuesForLaterThroughItsSuccessor) {
    as<record::Issued>(endpoint_.enroll());

    const auto issued = as<record::Issued>(endpoint_.renew());

    EXPECT_TRUE(issued.upcoming);
    EXPECT_GT(issued.held.notBefore, now());
    EXPECT_EQ(store::readHeld(endpoint_.root(), "device")->generation, 1U) << "what works stays";
    EXPECT_EQ(store::readUpcoming(endpoint_.root(), "device"), issued.held);
    EXPECT_THAT(messages(authority_, "messageType"), ElementsAre("19", "19"));
    EXPECT_THAT(messages(authority_, "to"), ElementsAre("own", "next")) << "for whom the envelope is";
    EXPECT_NO_THROW(deploy::check(generation(2), scep(), endpoint_.root(), issued.held.notBefore));
}

TEST_F(CaThatRollsOver, WithoutItsWordHasNoSuccessorForTheDeployer) {
    as<record::Issued>(endpoint_.enroll());
    auto without = generation(1);
    without.rollover.clear();
    EXPECT_THROW(deploy::check(without, scep(), endpoint_.root(), now()), Error);
}

} // namespace
