#include "base/error.hpp"
#include "ca/faults.hpp"
#include "ca/server.hpp"
#include "integration/scep/endpoint.hpp"
#include "store/transaction.hpp"

#include <set>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using namespace scepd::test;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto secret = "canary-8CE317021F690069";

/// What an attempt comes to under one fault of the CA.
struct Case {
    std::string fault;
    std::string outcome;   ///< issued, pending, refused, or failed as a fault's name
    std::string sentence;  ///< What people must read in the reason.
    std::string scep = {}; ///< More lines of the [scep] table.
};

const Case cases[] = {
    {"other-key", "protocol", "none for the key that was requested"},
    {"other-subject", "protocol", "CN=somebody else"},
    {"expired", "protocol", "it expired at"},
    {"not-yet-valid", "protocol", "valid from"},
    {"foreign-issuer", "protocol", "the issued certificate is not used"},
    {"pending", "pending", ""},
    {"failure", "refused", "badRequest (refused on purpose)"},
    {"failure-bad-alg", "refused", "badAlg"},
    {"failure-bad-message-check", "refused", "badMessageCheck"},
    {"failure-bad-time", "refused", "badTime"},
    {"failure-bad-cert-id", "refused", "badCertId"},
    {"failure-no-text", "refused", "badRequest; often the challenge"},
    {"failure-empty-content", "refused", "badRequest"},
    {"failure-junk-content", "refused", "badRequest"},
    {"bad-fail-info", "refused", "refused"},
    {"unknown-status", "protocol", "pkiStatus is \"7\""},
    {"wrong-nonce", "protocol", "recipientNonce"},
    {"missing-nonce", "protocol", "recipientNonce"},
    {"no-sender-nonce", "issued", ""},
    {"wrong-transaction", "protocol", "transactionID"},
    {"wrong-message-type", "protocol", "messageType"},
    {"stranger-signs", "protocol", "none of the CA's certificates"},
    {"device-signs", "protocol", "none of the CA's certificates"},
    {"leaf-only", "issued", ""},
    {"junk-envelope", "protocol", "not an encrypted CMS message"},
    {"des-reply", "protocol", "legacy-replies = true"},
    {"des-reply", "issued", "", "legacy-replies = true"},
    {"http-404", "refused-by-http", "HTTP 404"},
    {"http-404@PKIOperation", "refused-by-http", "HTTP 404"},
    {"http-500", "unreachable", "HTTP 500"},
    {"http-500@PKIOperation", "unreachable", "HTTP 500: not implemented"},
    {"http-999", "unreachable", "HTTP 999"},
    {"http-999@PKIOperation", "issued", ""}, // Status or not, the answer is signed.
    {"html-body", "protocol", "a web page"},
    {"html-body@PKIOperation", "protocol", "no CMS message"},
    {"html-caps", "issued", ""},
    {"empty-caps", "issued", ""},
    {"caps-404", "issued", ""},
    {"garbage-body@GetCACaps", "issued", ""},
    {"oversized-body@GetCACaps", "issued", ""},
    {"truncated-body@GetCACaps", "issued", ""},
    {"garbage-body", "protocol", "no certificate"},
    {"garbage-body@PKIOperation", "protocol", "the CA's answer is not used"},
    {"truncated-body", "unreachable", ""},
    {"truncated-body@PKIOperation", "unreachable", ""},
    {"oversized-body", "protocol", "larger than 1024 KiB"},
    {"oversized-body@PKIOperation", "protocol", "larger than 1024 KiB"},
    {"slow", "unreachable", "within 1s", "timeout = \"1s\""},
    {"slow@PKIOperation", "unreachable", "within 1s", "timeout = \"1s\""},
    {"no-answer", "unreachable", "within 1s", "timeout = \"1s\""},
    {"no-answer@PKIOperation", "unreachable", "within 1s", "timeout = \"1s\""},
    {"lost-reply", "unreachable", "send request"},
    {"swapped-ca", "protocol", "ca-fingerprint"},
};

std::string outcomeOf(const record::Report& report) {
    if (std::holds_alternative<record::Issued>(report)) return "issued";
    if (std::holds_alternative<record::Pending>(report)) return "pending";
    if (std::holds_alternative<record::Refused>(report)) return "refused";
    const auto fault = as<record::Failed>(report).fault;
    return fault == Fault::refused ? "refused-by-http" : std::string(name(fault));
}

/// One CA that does wrong on request, and for each case a machine of its own.
class HostileCa : public testing::Test {
protected:
    void configure(const Endpoint& endpoint, const std::string& scep) const {
        endpoint.configure({.urls = fmt::format("\"{}\"", authority_.url()),
                            .trust = fmt::format("ca-fingerprint = \"{}\"", authority_.fingerprint()),
                            .scep = scep,
                            .challenge = secret});
    }

    ca::TestCa authority_{{.challenge = secret}};
};

TEST_F(HostileCa, GetsNothingCommittedAndIsForgivenWhenItComesToItsSenses) {
    for (const auto& [fault, outcome, sentence, scep] : cases) {
        SCOPED_TRACE(fault);
        const Endpoint endpoint;
        configure(endpoint, scep);
        authority_.setFaults(fault);
        const auto report = endpoint.enroll();
        EXPECT_EQ(outcomeOf(report), outcome) << enroll::sentence(report);
        EXPECT_THAT(enroll::sentence(report), HasSubstr(sentence));
        EXPECT_THAT(endpoint.filesWith(secret), IsEmpty());
        EXPECT_EQ(std::filesystem::exists(endpoint.directory() / "current"), outcome == "issued");
        if (outcome == "issued") continue;
        EXPECT_TRUE(endpoint.holdsNothing());
        authority_.setFaults("");
        as<record::Issued>(endpoint.enroll());
    }
}

TEST_F(HostileCa, LeavesARenewalsCertificateInItsPlace) {
    const Endpoint endpoint;
    configure(endpoint, {});
    as<record::Issued>(endpoint.enroll());
    for (const auto& [fault, outcome, sentence, scep] : cases) {
        SCOPED_TRACE(fault);
        configure(endpoint, "renewal-message = \"renewal\"\n" + scep);
        const auto before = endpoint.current();
        authority_.setFaults(fault);
        const auto report = endpoint.renew();
        EXPECT_EQ(outcomeOf(report), outcome) << enroll::sentence(report);
        EXPECT_EQ(endpoint.current() == before, outcome != "issued");
        store::dropTransaction(endpoint.root(), "device");
    }
}

TEST(HostileCases, CoverEveryFaultOfTheTestCa) {
    std::set<std::string> covered{"same-certificate"}; // Of renewals alone: it has a test of its own.
    for (const auto& hostile : cases)
        covered.insert(hostile.fault.substr(0, hostile.fault.find('@')));
    for (const auto& fault : ca::faultTable())
        EXPECT_TRUE(covered.contains(std::string(fault.name))) << fault.name;
}

} // namespace
