#include "base/error.hpp"
#include "base/file.hpp"
#include "crypto/certificate.hpp"
#include "crypto/key.hpp"
#include "integration/scep/conversation.hpp"
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
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

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

TEST(Enrollment, SucceedsWithAClockOfWhichOnlyTheEarliestTimeIsKnown) {
    const ca::TestCa authority;
    const Endpoint endpoint;
    endpoint.configure(profileFor(authority));
    const auto earliest = now() - std::chrono::days(4000); // before the CA's certificate begins

    const auto held = as<record::Issued>(endpoint.run({.challenge = {}, .earliest = earliest})).held;

    EXPECT_EQ(held.issued, held.notBefore) << "the CA's clock tells more than ours";
    EXPECT_EQ(endpoint.current().facts, held) << "it is in use, not put aside for later";
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

TEST(Enrollment, ThatIsRefusedWithoutAWordSaysWhatOftenIsTheCause) {
    const ca::TestCa authority;
    const Endpoint endpoint;
    endpoint.configure(profileFor(authority));
    authority.setFaults("failure-no-text");
    EXPECT_EQ(as<record::Refused>(endpoint.enroll()).reason,
              "the CA refused the request: badRequest; often the challenge is wrong or used up, or the subject has a "
              "certificate already");
}

TEST(Enrollment, WithALegacyServerFallsTo3desAndSha1) {
    for (const auto* capabilities : {"DES3,SHA-1,POSTPKIOperation", ""}) {
        const ca::TestCa authority({.legacyReplies = true, .capabilities = capabilities});
        const Endpoint endpoint;
        auto text = profileFor(authority);
        text.scep = "security = \"legacy\"";
        endpoint.configure(text);
        if (std::string(capabilities).empty()) authority.setFaults("closed@GetCACaps");
        as<record::Issued>(endpoint.enroll());
        EXPECT_THAT(messages(authority, "cipher"), ElementsAre("DES-EDE3-CBC"));
        EXPECT_THAT(messages(authority, "digest"), ElementsAre("SHA1"));
    }
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
    EXPECT_EQ(failed.fault(), Fault::unreachable);
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
    text.certificate = "key.store = \"tpm2\"";
    endpoint.configure(text);
    const auto failed = as<record::Failed>(endpoint.enroll());
    EXPECT_EQ(failed.fault(), Fault::configuration);
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
    EXPECT_EQ(failed.fault(), Fault::local);
    EXPECT_THAT(failed.reason, HasSubstr("another attempt"));
    EXPECT_THAT(authority.requests(), IsEmpty());
}

TEST(Trust, HoldsBeforeAnythingIsSent) {
    const ca::TestCa authority({.challenge = secret});
    const Endpoint endpoint;
    auto text = profileFor(authority);
    text.trust = fmt::format("ca-fingerprint = \"sha256:{:064}\"", 1);
    text.challenge = secret;
    endpoint.configure(text);
    const auto failed = as<record::Failed>(endpoint.enroll());
    EXPECT_EQ(failed.fault(), Fault::protocol);
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
    EXPECT_EQ(as<record::Failed>(endpoint.renew()).fault(), Fault::protocol);
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
    EXPECT_EQ(as<record::Failed>(endpoint.renew()).fault(), Fault::protocol);
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
    EXPECT_EQ(failed.fault(), Fault::protocol);
    EXPECT_THAT(failed.reason, HasSubstr("first-use.pem"));
    EXPECT_THAT(messages(authority, "messageType"), ElementsAre("19"));
    authority.setFaults("");
    as<record::Issued>(endpoint.renew());
}

} // namespace
