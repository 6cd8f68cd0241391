#include "integration/scep/conversation.hpp"
#include "store/transaction.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using namespace scepd::test;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

/// A CA with an EC key: requests to it are encrypted under the challenge (RFC 8894 section 3.1), and answers too where
/// the signer of the request has no RSA key.
class CaThatCannotDecrypt : public testing::Test {
protected:
    void hold(const std::string& key, const std::string& challenge) {
        text_.scep = challenge + "\nrenewal-message = \"renewal\"";
        text_.certificate = key;
        endpoint_.configure(text_);
        as<record::Pending>(endpoint_.enroll());
        authority_.approveAll();
        as<record::Issued>(endpoint_.enroll());
        std::filesystem::remove(authority_.state() / "approve-all");
    }

    static constexpr auto ec = R"(key = { type = "ec", curve = "P-256" })";
    static constexpr auto rsa = R"(key = { type = "rsa", bits = 2048 })";
    const std::string lasting_ = fmt::format(R"(challenge = {{ type = "static", value = "{}" }})", secret);
    const std::string told_ = fmt::format(R"(challenge = {{ type = "command", argv = ["/bin/echo", "{}"] }})", secret);
    ca::TestCa authority_{{.character = "pwri", .challenge = secret, .pending = true}};
    Endpoint endpoint_;
    ProfileText text_ = profileFor(authority_);
};

TEST_F(CaThatCannotDecrypt, IsPolledUnderTheChallengeThatTheProfileHolds) {
    hold(ec, lasting_);
    as<record::Pending>(endpoint_.renew());
    as<record::Pending>(endpoint_.renew());
    authority_.approveAll();

    EXPECT_EQ(as<record::Issued>(endpoint_.renew()).held.generation, 2U);
    EXPECT_THAT(messages(authority_, "messageType"), ElementsAre("19", "20", "17", "20", "20"));
    EXPECT_THAT(messages(authority_, "to"), Each("password"));
}

TEST_F(CaThatCannotDecrypt, IsSentTheSameRequestAgainWhereTheChallengeIsAnotherOneEachTime) {
    hold(rsa, told_);
    as<record::Pending>(endpoint_.renew());
    const auto transaction = store::readTransaction(endpoint_.root(), "device").value();
    authority_.approveAll();

    EXPECT_EQ(as<record::Issued>(endpoint_.renew()).held.generation, 2U);
    EXPECT_EQ(endpoint_.current().key, transaction.key);
    EXPECT_THAT(messages(authority_, "messageType"), ElementsAre("19", "19", "17", "17"));
    const auto transactions = messages(authority_, "transaction");
    EXPECT_EQ(transactions.at(0), transactions.at(1));
    EXPECT_EQ(transactions.at(2), transactions.at(3));
}

TEST_F(CaThatCannotDecrypt, MayNotKeepARequestWhoseAnswerNobodyCouldRead) {
    hold(ec, told_);
    const auto failed = as<record::Failed>(endpoint_.renew());
    EXPECT_EQ(failed.fault(), Fault::configuration);
    EXPECT_THAT(failed.reason, HasSubstr("will encrypt its answer under the challenge, which is not kept; use a static "
                                         "challenge, or renewal-message = \"fresh\""));
    EXPECT_EQ(store::readTransaction(endpoint_.root(), "device"), std::nullopt);

    text_.scep = told_ + "\nrenewal-message = \"fresh\"";
    endpoint_.configure(text_);
    as<record::Pending>(endpoint_.renew());
}

TEST_F(CaThatCannotDecrypt, IsAskedAgainWithTheSameKeyWhenAnAnswerUnderTheChallengeWasLost) {
    hold(ec, told_);
    authority_.approveAll();
    authority_.setFaults("lost-reply");
    EXPECT_EQ(as<record::Failed>(endpoint_.renew()).fault(), Fault::unreachable);
    EXPECT_EQ(as<record::Issued>(endpoint_.renew()).held.generation, 2U);

    EXPECT_THAT(messages(authority_, "messageType"), ElementsAre("19", "19", "17", "17"));
    const auto keys = messages(authority_, "key");
    EXPECT_EQ(keys.at(2), keys.at(3));
    const auto serials = messages(authority_, "serial");
    EXPECT_EQ(serials.at(2), serials.at(3)) << "one certificate, not two";
}

} // namespace
