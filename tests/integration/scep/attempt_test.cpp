#include "base/error.hpp"
#include "base/file.hpp"
#include "ca/server.hpp"
#include "crypto/certificate.hpp"
#include "crypto/key.hpp"
#include "integration/scep/endpoint.hpp"
#include "store/transaction.hpp"

#include <string>

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>

namespace {

using namespace scepd;
using namespace scepd::test;
using crypto::Certificate;
using crypto::Key;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr auto secret = "canary-8CE317021F690069";

ProfileText profileFor(const ca::TestCa& authority) {
    return {.urls = fmt::format("\"{}\"", authority.url()),
            .trust = fmt::format("ca-fingerprint = \"{}\"", authority.fingerprint())};
}

/// The value of one field of a line in requests.log.
std::string field(const std::string& line, const std::string& name) {
    const auto begin = (" " + line).find(" " + name + "=");
    if (begin == std::string::npos) return {};
    const auto value = line.substr(begin + name.size() + 1);
    return value.substr(0, value.find(' '));
}

std::vector<std::string> fields(const ca::TestCa& authority, const std::string& name) {
    std::vector<std::string> values;
    for (const auto& line : authority.requests())
        values.push_back(field(line, name));
    return values;
}

/// The same of PKIOperations alone.
std::vector<std::string> messages(const ca::TestCa& authority, const std::string& name) {
    std::vector<std::string> values;
    for (const auto& line : authority.requests())
        if (field(line, "operation") == "PKIOperation") values.push_back(field(line, name));
    return values;
}

TEST(Enrollment, GetsACertificateForItsKey) {
    const ca::TestCa authority({.challenge = secret});
    const Endpoint endpoint;
    auto text = profileFor(authority);
    text.challenge = secret;
    text.certificate = "san = [\"dns:device.example.com\"]";
    endpoint.configure(text);

    const auto held = as<record::Issued>(endpoint.enroll()).held;

    EXPECT_EQ(held.generation, 1U);
    EXPECT_EQ(held.subject, "CN=device,O=Example");
    EXPECT_THAT(held.san, ElementsAre("dns:device.example.com"));
    EXPECT_EQ(held.keyType, "RSA 2048");
    EXPECT_EQ(held.caFingerprint, authority.fingerprint());
    EXPECT_EQ(held.profile, "office.toml");
    EXPECT_EQ(held.machineId, "0123456789abcdef0123456789abcdef");
    const auto generation = endpoint.current();
    EXPECT_EQ(generation.facts, held);
    const auto certificate = Certificate::fromPem(generation.certificate);
    EXPECT_TRUE(certificate.matches(Key::fromPem(generation.key)));
    EXPECT_EQ(certificate.serialNumber(), held.serialNumber);
    EXPECT_NO_THROW(verifyChain(certificate, Certificate::allFromPem(generation.chain),
                                Certificate::allFromPem(generation.ca), now()));
    EXPECT_EQ(store::readTransaction(endpoint.root(), "device"), std::nullopt);
}

TEST(Enrollment, SendsWhatRfc8894AsksFor) {
    const ca::TestCa authority({.challenge = secret});
    const Endpoint endpoint;
    auto text = profileFor(authority);
    text.challenge = secret;
    endpoint.configure(text);
    as<record::Issued>(endpoint.enroll());

    EXPECT_THAT(fields(authority, "operation"), ElementsAre("GetCACert", "GetCACaps", "PKIOperation"));
    const auto line = authority.requests().back();
    EXPECT_EQ(field(line, "method"), "POST");
    EXPECT_EQ(field(line, "type"), "application/x-pki-message");
    EXPECT_EQ(field(line, "messageType"), "19");
    EXPECT_EQ(field(line, "signer"), "self-signed");
    EXPECT_EQ(field(line, "challenge"), "yes");
    EXPECT_EQ(field(line, "digest"), "SHA256");
    EXPECT_EQ(field(line, "cipher"), "AES-128-CBC");
    EXPECT_EQ(field(line, "der"), "yes");
}

TEST(Enrollment, WorksThroughAnRa) {
    const ca::TestCa authority({.ra = true, .challenge = secret});
    const Endpoint endpoint;
    auto text = profileFor(authority);
    text.challenge = secret;
    endpoint.configure(text);
    as<record::Issued>(endpoint.enroll());
    EXPECT_EQ(as<record::Issued>(endpoint.renew()).held.generation, 2U);
}

TEST(Enrollment, TakesTheChallengeOfTheCaller) {
    const ca::TestCa authority({.challenge = secret});
    const Endpoint endpoint;
    endpoint.configure(profileFor(authority));
    as<record::Issued>(endpoint.run({.challenge = Secret(secret)}));
}

TEST(Enrollment, LeavesTheChallengeNowhere) {
    const ca::TestCa authority({.challenge = secret, .pending = true});
    const Endpoint endpoint;
    auto text = profileFor(authority);
    text.challenge = secret;
    endpoint.configure(text);
    as<record::Pending>(endpoint.enroll());
    EXPECT_THAT(endpoint.filesWith(secret), IsEmpty());
    authority.approveAll();
    as<record::Issued>(endpoint.enroll());
    EXPECT_THAT(endpoint.filesWith(secret), IsEmpty());
    EXPECT_EQ(file::readIfExists(authority.state() / "requests.log")->find(secret), std::string::npos);
}

TEST(Enrollment, WithAWrongChallengeIsRefusedAndLeavesNoKey) {
    const ca::TestCa authority({.challenge = secret});
    const Endpoint endpoint;
    auto text = profileFor(authority);
    text.challenge = "wrong";
    endpoint.configure(text);
    const auto refused = as<record::Refused>(endpoint.enroll());
    EXPECT_EQ(refused.failInfo, "badRequest");
    EXPECT_THAT(refused.reason, HasSubstr("badRequest ("));
    EXPECT_TRUE(endpoint.holdsNothing());
    EXPECT_THAT(endpoint.filesWith("PRIVATE KEY"), IsEmpty());
}

TEST(Enrollment, TriesTheUrlsInTheirOrder) {
    const ca::TestCa authority;
    const Endpoint endpoint;
    auto text = profileFor(authority);
    text.urls = fmt::format("[\"http://127.0.0.1:1/scep\", \"{}\"]", authority.url());
    endpoint.configure(text);
    as<record::Issued>(endpoint.enroll());
}

TEST(Enrollment, WithoutAnybodyThereSaysSo) {
    const Endpoint endpoint;
    endpoint.configure({.urls = "\"http://127.0.0.1:1/scep\"", .trust = fmt::format("ca-fingerprint = \"{:064}\"", 0)});
    const auto failed = as<record::Failed>(endpoint.enroll());
    EXPECT_EQ(failed.fault, Fault::unreachable);
    EXPECT_EQ(failed.reason, "enroll device: fetch CA certificate: http://127.0.0.1:1/scep: connection refused; "
                             "is the server running, and is the port right?");
    EXPECT_TRUE(endpoint.holdsNothing());
}

TEST(Enrollment, WithAVariableThatNobodyKnowsWaits) {
    const ca::TestCa authority;
    const Endpoint endpoint;
    auto text = profileFor(authority);
    text.subject = "CN=${mac:nosuch0}";
    endpoint.configure(text);
    EXPECT_THAT(as<record::Waiting>(endpoint.enroll()).reason, HasSubstr("mac:nosuch0"));
    EXPECT_THAT(authority.requests(), IsEmpty());
}

TEST(Enrollment, OfWhatThisVersionCannotDoSaysSo) {
    const ca::TestCa authority;
    const Endpoint endpoint;
    auto text = profileFor(authority);
    text.certificate = "key.type = \"ec\"\nkey.curve = \"P-256\"";
    endpoint.configure(text);
    const auto failed = as<record::Failed>(endpoint.enroll());
    EXPECT_EQ(failed.fault, Fault::configuration);
    EXPECT_THAT(failed.reason, HasSubstr("not supported by this version"));
    EXPECT_THAT(authority.requests(), IsEmpty());
}

TEST(Enrollment, RunsOnceAtATime) {
    const ca::TestCa authority;
    const Endpoint endpoint;
    endpoint.configure(profileFor(authority));
    file::makeDirectories(endpoint.directory(), 0700);
    const UniqueFd other(::open((endpoint.directory() / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    ASSERT_EQ(::flock(other.get(), LOCK_EX), 0);
    const auto failed = as<record::Failed>(endpoint.enroll());
    EXPECT_EQ(failed.fault, Fault::local);
    EXPECT_THAT(failed.reason, HasSubstr("another attempt"));
    EXPECT_THAT(authority.requests(), IsEmpty());
}

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
    EXPECT_THAT(messages(authority, "messageType"), ElementsAre("19", "19"));
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
    EXPECT_EQ(failed.fault, Fault::protocol);
    EXPECT_THAT(failed.reason, HasSubstr("the one that was to be renewed"));
    EXPECT_EQ(endpoint.current().facts.generation, 1U);
}

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
    EXPECT_EQ(as<record::Failed>(endpoint.enroll()).fault, Fault::unreachable);
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

TEST(Trust, HoldsBeforeAnythingIsSent) {
    const ca::TestCa authority({.challenge = secret});
    const Endpoint endpoint;
    auto text = profileFor(authority);
    text.trust = fmt::format("ca-fingerprint = \"sha256:{:064}\"", 1);
    text.challenge = secret;
    endpoint.configure(text);
    const auto failed = as<record::Failed>(endpoint.enroll());
    EXPECT_EQ(failed.fault, Fault::protocol);
    EXPECT_THAT(failed.reason, AllOf(HasSubstr("ca-fingerprint"), HasSubstr(authority.fingerprint())));
    EXPECT_THAT(fields(authority, "operation"), ElementsAre("GetCACert"));
    EXPECT_TRUE(endpoint.holdsNothing());
}

TEST(Trust, NoticesThatTheCaWasSwapped) {
    const ca::TestCa authority({.challenge = secret});
    const Endpoint endpoint;
    auto text = profileFor(authority);
    text.challenge = secret;
    endpoint.configure(text);
    as<record::Issued>(endpoint.enroll());
    authority.setFaults("swapped-ca");
    EXPECT_EQ(as<record::Failed>(endpoint.renew()).fault, Fault::protocol);
    EXPECT_THAT(messages(authority, "messageType"), ElementsAre("19"));
}

TEST(Trust, InACertificateFileHolds) {
    const ca::TestCa authority;
    const Endpoint endpoint;
    auto text = profileFor(authority);
    text.trust = "ca-certificate = \"/etc/scepd/ca.pem\"";
    endpoint.write("etc/scepd/ca.pem", file::read(authority.state() / "ca.pem"));
    endpoint.configure(text);
    as<record::Issued>(endpoint.enroll());
    authority.setFaults("swapped-ca");
    EXPECT_EQ(as<record::Failed>(endpoint.renew()).fault, Fault::protocol);
    EXPECT_THAT(messages(authority, "messageType"), ElementsAre("19"));
}

TEST(Trust, OnFirstUseIsRemembered) {
    const ca::TestCa authority({.challenge = secret});
    const Endpoint endpoint;
    auto text = profileFor(authority);
    text.trust = "trust = \"first-use\"";
    text.challenge = secret;
    endpoint.configure(text);
    as<record::Issued>(endpoint.enroll());
    authority.setFaults("swapped-ca");
    const auto failed = as<record::Failed>(endpoint.renew());
    EXPECT_EQ(failed.fault, Fault::protocol);
    EXPECT_THAT(failed.reason, HasSubstr("first-use.pem"));
    EXPECT_THAT(messages(authority, "messageType"), ElementsAre("19"));
    authority.setFaults("");
    as<record::Issued>(endpoint.renew());
}

} // namespace
