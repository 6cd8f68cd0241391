#include "base/error.hpp"
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
using testing::SizeIs;

TEST(Pending, IsPolledWithTheSameKeyUntilItIsApproved) {
    const ca::TestCa authority({.challenge = secret, .pending = true});
    const Endpoint endpoint;
    auto text = profileFor(authority);
    text.challenge = secret;
    endpoint.configure(text);
    const auto pending = as<record::Pending>(endpoint.enroll());
    EXPECT_EQ(as<record::Pending>(endpoint.enroll()), pending);
    const auto key = store::readTransaction(endpoint.root(), "device").value().key;

    authority.approveAll();
    as<record::Issued>(endpoint.enroll());

    EXPECT_EQ(endpoint.current().key, key);
    EXPECT_THAT(messages(authority, "messageType"), ElementsAre("19", "20", "20"));
    EXPECT_THAT(messages(authority, "transaction"), Each(pending.transaction));
}

TEST(Pending, WorksForRenewalsToo) {
    const ca::TestCa authority({.pending = true});
    const Endpoint endpoint;
    endpoint.configure(profileFor(authority));
    as<record::Pending>(endpoint.enroll());
    authority.approveAll();
    as<record::Issued>(endpoint.enroll());
    std::filesystem::remove(authority.state() / "approve-all");
    as<record::Pending>(endpoint.renew());
    as<record::Pending>(endpoint.renew());
    authority.approveAll();
    EXPECT_EQ(as<record::Issued>(endpoint.renew()).held.generation, 2U);
    EXPECT_THAT(messages(authority, "messageType"), ElementsAre("19", "20", "17", "20", "20"));
}

TEST(Pending, ThatIsRefusedInTheEndIsOver) {
    const ca::TestCa authority({.pending = true});
    const Endpoint endpoint;
    endpoint.configure(profileFor(authority));
    as<record::Pending>(endpoint.enroll());
    authority.setFaults("failure");
    EXPECT_EQ(as<record::Refused>(endpoint.enroll()).failInfo, "badRequest");
    EXPECT_EQ(store::readTransaction(endpoint.root(), "device"), std::nullopt);
}

TEST(Pending, BeginsAnewWhenSomethingElseIsAskedFor) {
    const ca::TestCa authority({.pending = true});
    const Endpoint endpoint;
    auto text = profileFor(authority);
    endpoint.configure(text);
    const auto first = as<record::Pending>(endpoint.enroll());
    text.subject = "CN=renamed,O=Example";
    endpoint.configure(text);
    EXPECT_NE(as<record::Pending>(endpoint.enroll()).transaction, first.transaction);
    EXPECT_THAT(messages(authority, "messageType"), ElementsAre("19", "19"));
}

TEST(LostReply, IsFetchedWithTheSameKeyAndTransaction) {
    const ca::TestCa authority({.challenge = secret});
    const Endpoint endpoint;
    auto text = profileFor(authority);
    text.challenge = secret;
    endpoint.configure(text);
    authority.setFaults("lost-reply");
    EXPECT_EQ(as<record::Failed>(endpoint.enroll()).fault(), Fault::unreachable);
    EXPECT_TRUE(endpoint.holdsNothing());

    as<record::Issued>(endpoint.enroll());

    EXPECT_THAT(messages(authority, "messageType"), ElementsAre("19", "20"));
    EXPECT_THAT(messages(authority, "transaction"), Each(messages(authority, "transaction").front()));
    EXPECT_EQ(messages(authority, "serial").front(), messages(authority, "serial").back())
        << "one certificate, not two";
}

TEST(LostReply, IsAskedForAgainWithTheSameKeyWhereTheServerKnowsNoPolling) {
    const ca::TestCa authority({.challenge = secret});
    const Endpoint endpoint;
    auto text = profileFor(authority);
    text.challenge = secret;
    endpoint.configure(text);
    authority.setFaults("lost-reply");
    as<record::Failed>(endpoint.enroll());
    authority.setFaults("http-500@PKIOperation*1");
    as<record::Issued>(endpoint.enroll());
    EXPECT_THAT(messages(authority, "messageType"), ElementsAre("19", "20", "19"));
    EXPECT_THAT(messages(authority, "challenge").back(), "yes");
    const auto keys = messages(authority, "key");
    EXPECT_EQ(keys.front(), keys.back());
}

TEST(LostReply, OfARenewalIsFetchedToo) {
    const ca::TestCa authority;
    const Endpoint endpoint;
    endpoint.configure(profileFor(authority));
    as<record::Issued>(endpoint.enroll());
    authority.setFaults("lost-reply");
    as<record::Failed>(endpoint.renew());
    EXPECT_EQ(as<record::Issued>(endpoint.renew()).held.generation, 2U);
    EXPECT_THAT(messages(authority, "messageType"), ElementsAre("19", "17", "20"));
}

TEST(LostReply, ThatTheCaNeverHeardOfIsAskedAgain) {
    const ca::TestCa authority;
    const Endpoint endpoint;
    endpoint.configure(profileFor(authority));
    authority.setFaults("http-404@PKIOperation*1");
    as<record::Failed>(endpoint.enroll());
    authority.setFaults("");
    std::filesystem::remove_all(authority.state() / "transactions");
    std::filesystem::create_directory(authority.state() / "transactions");
    as<record::Issued>(endpoint.enroll());
    EXPECT_THAT(messages(authority, "messageType"), ElementsAre("19", "20", "19"));
}

TEST(Interruption, BetweenCommitAndItsEndIsNoticed) {
    const ca::TestCa authority;
    const Endpoint endpoint;
    endpoint.configure(profileFor(authority));
    authority.setFaults("lost-reply");
    as<record::Failed>(endpoint.enroll());
    const auto transaction = store::readTransaction(endpoint.root(), "device").value();
    as<record::Issued>(endpoint.enroll());
    store::saveTransaction(endpoint.root(), "device", transaction);
    const auto count = authority.requests().size();

    EXPECT_EQ(as<record::Issued>(endpoint.enroll()).held.generation, 1U);

    EXPECT_THAT(authority.requests(), SizeIs(count)) << "nothing was sent";
    EXPECT_EQ(store::readTransaction(endpoint.root(), "device"), std::nullopt);
}

} // namespace
