#include "base/error.hpp"
#include "base/file.hpp"
#include "ca/faults.hpp"
#include "ca/server.hpp"
#include "crypto/text.hpp"
#include "integration/scep/endpoint.hpp"
#include "integration/scep/hostile/cases.hpp"
#include "store/transaction.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd::test {

void PrintTo(const Case& hostile, std::ostream* out) {
    *out << hostile.fault;
}

namespace {

using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr auto secret = "canary-8CE317021F690069";

std::string outcomeOf(const record::Report& report) {
    if (std::holds_alternative<record::Issued>(report)) return "issued";
    if (std::holds_alternative<record::Pending>(report)) return "pending";
    if (std::holds_alternative<record::Refused>(report)) return "refused";
    const auto fault = as<record::Failed>(report).fault();
    return fault == Fault::refused ? "refused-by-http" : std::string(name(fault));
}

/// How often one text stands in another.
std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

/// What people read: one line of a length that somebody reads, and no orders to their terminal.
void expectShowable(const std::string& sentence) {
    EXPECT_LT(sentence.size(), 2000U);
    EXPECT_EQ(sentence, crypto::printable(sentence, 2000));
}

/// The report of an attempt, and what was logged meanwhile.
struct Attempted {
    record::Report report;
    std::string log;
};

Attempted watched(const std::function<record::Report()>& attempt) {
    testing::internal::CaptureStderr();
    auto report = attempt();
    return {std::move(report), testing::internal::GetCapturedStderr()};
}

/// A machine and a CA of its own that does wrong on request.
class Hostile : public testing::TestWithParam<Case> {
protected:
    /// What a case adds to the [scep] table, short timeouts for one, is for its fault alone.
    void configure(const std::string& scep = {}) const {
        endpoint_.configure({.urls = fmt::format("\"{}\"", authority_.url()),
                             .trust = fmt::format("ca-fingerprint = \"{}\"", authority_.fingerprint()),
                             .scep = scep,
                             .challenge = secret,
                             .certificate = "san = [\"dns:device.example.com\"]\n" + GetParam().certificate});
    }

    [[nodiscard]] std::vector<std::string> messages() const {
        auto lines = authority_.requests();
        std::erase_if(lines, [](const auto& line) { return !line.contains("operation=PKIOperation"); });
        return lines;
    }

    void expectNoSecretAnywhere(const Attempted& attempted) const {
        EXPECT_THAT(endpoint_.filesWith(secret), IsEmpty());
        EXPECT_THAT(authority_.requests(), Each(Not(HasSubstr(secret))));
        EXPECT_THAT(enroll::sentence(attempted.report), Not(HasSubstr(secret)));
        EXPECT_THAT(attempted.log, Not(HasSubstr(secret)));
    }

    void expectTold(const Attempted& attempted, const std::string& outcome) const {
        const auto sentence = enroll::sentence(attempted.report);
        EXPECT_EQ(outcomeOf(attempted.report), outcome) << sentence;
        EXPECT_THAT(sentence, HasSubstr(GetParam().sentence));
        expectShowable(sentence);
        const auto& remark = GetParam().remark;
        if (remark.empty())
            EXPECT_THAT(attempted.log, Not(HasSubstr("requested")));
        else
            EXPECT_EQ(count(attempted.log, remark), 1U) << attempted.log;
        expectNoSecretAnywhere(attempted);
    }

    ca::TestCa authority_{{.challenge = secret}};
    Endpoint endpoint_;
};

class Enrollment : public Hostile {};

class Renewal : public Hostile {};

TEST_P(Enrollment, CommitsNothingThatIsWrongAndSaysWhy) {
    const auto& hostile = GetParam();
    configure(hostile.scep);
    if (!hostile.before.empty()) {
        authority_.setFaults(hostile.before);
        EXPECT_NE(outcomeOf(endpoint_.enroll()), "issued");
    }
    authority_.setFaults(hostile.fault);
    const auto attempted = watched([this] { return endpoint_.enroll(); });
    const bool issued = outcomeOf(attempted.report) == "issued";
    expectTold(attempted, hostile.outcome);
    EXPECT_EQ(std::filesystem::exists(endpoint_.directory() / "current"), issued);
    EXPECT_EQ(endpoint_.holdsNothing(), !issued);
    if (hostile.asksNothing) {
        EXPECT_THAT(messages(), IsEmpty());
    }
    if (issued) return;
    authority_.setFaults("");
    configure();
    EXPECT_EQ(outcomeOf(endpoint_.enroll()), "issued") << "when the CA comes to its senses";
}

TEST_P(Renewal, LeavesWhatIsHeldInItsPlaceAndSaysWhy) {
    const auto& hostile = GetParam();
    configure();
    as<record::Issued>(endpoint_.enroll());
    configure("renewal-message = \"renewal\"\n" + hostile.scep);
    const auto held = endpoint_.current();
    if (!hostile.before.empty()) {
        authority_.setFaults(hostile.before);
        EXPECT_NE(outcomeOf(endpoint_.renew()), "issued");
    }
    const auto asked = messages().size();
    authority_.setFaults(hostile.fault);
    const auto attempted = watched([this] { return endpoint_.renew(); });
    expectTold(attempted, hostile.renewal.empty() ? hostile.outcome : hostile.renewal);
    EXPECT_EQ(endpoint_.current() == held, outcomeOf(attempted.report) != "issued");
    if (hostile.asksNothing) {
        EXPECT_EQ(messages().size(), asked);
    }
}

/// Letters, digits and underscores, as ctest and gtest want names.
std::string nameOf(const testing::TestParamInfo<Case>& info) {
    auto name = info.param.label.empty() ? info.param.fault : info.param.label;
    std::ranges::replace_if(
        name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    return name;
}

std::vector<Case> renewals(std::span<const Case> cases) {
    std::vector<Case> chosen(cases.begin(), cases.end());
    std::erase_if(chosen, [](const Case& hostile) { return hostile.renewal == "none"; });
    return chosen;
}

std::vector<Case> enrollments(std::span<const Case> cases) {
    std::vector<Case> chosen(cases.begin(), cases.end());
    std::erase_if(chosen, [](const Case& hostile) { return hostile.outcome == "none"; });
    return chosen;
}

INSTANTIATE_TEST_SUITE_P(HostileCertificate, Enrollment, testing::ValuesIn(enrollments(certificateCases())), nameOf);
INSTANTIATE_TEST_SUITE_P(HostileCertificate, Renewal, testing::ValuesIn(renewals(certificateCases())), nameOf);
INSTANTIATE_TEST_SUITE_P(HostileStatus, Enrollment, testing::ValuesIn(enrollments(statusCases())), nameOf);
INSTANTIATE_TEST_SUITE_P(HostileStatus, Renewal, testing::ValuesIn(renewals(statusCases())), nameOf);
INSTANTIATE_TEST_SUITE_P(HostileAttribute, Enrollment, testing::ValuesIn(enrollments(attributeCases())), nameOf);
INSTANTIATE_TEST_SUITE_P(HostileAttribute, Renewal, testing::ValuesIn(renewals(attributeCases())), nameOf);
INSTANTIATE_TEST_SUITE_P(HostileEnvelope, Enrollment, testing::ValuesIn(enrollments(envelopeCases())), nameOf);
INSTANTIATE_TEST_SUITE_P(HostileEnvelope, Renewal, testing::ValuesIn(renewals(envelopeCases())), nameOf);
INSTANTIATE_TEST_SUITE_P(HostileAuthority, Enrollment, testing::ValuesIn(enrollments(authorityCases())), nameOf);
INSTANTIATE_TEST_SUITE_P(HostileAuthority, Renewal, testing::ValuesIn(renewals(authorityCases())), nameOf);
INSTANTIATE_TEST_SUITE_P(HostileBody, Enrollment, testing::ValuesIn(enrollments(bodyCases())), nameOf);
INSTANTIATE_TEST_SUITE_P(HostileBody, Renewal, testing::ValuesIn(renewals(bodyCases())), nameOf);
INSTANTIATE_TEST_SUITE_P(HostileTransport, Enrollment, testing::ValuesIn(enrollments(transportCases())), nameOf);
INSTANTIATE_TEST_SUITE_P(HostileTransport, Renewal, testing::ValuesIn(renewals(transportCases())), nameOf);

/// A CA that asks for patience by this status.
Duration patienceAfter(const std::string& fault) {
    const ca::TestCa authority;
    const Endpoint endpoint;
    endpoint.configure({.urls = fmt::format("\"{}\"", authority.url()),
                        .trust = fmt::format("ca-fingerprint = \"{}\"", authority.fingerprint())});
    authority.setFaults(fault);
    return as<record::Failed>(endpoint.enroll()).retryAfter.value_or(Duration::zero());
}

TEST(HostileCases, WithRetryAfterTellWhenToComeAgain) {
    EXPECT_EQ(patienceAfter("http-429"), std::chrono::seconds(120));
    EXPECT_EQ(patienceAfter("http-503"), std::chrono::seconds(120));
    EXPECT_EQ(patienceAfter("http-429@PKIOperation"), std::chrono::seconds(120));
    EXPECT_EQ(patienceAfter("http-503@PKIOperation"), std::chrono::seconds(120));
}

TEST(HostileCases, CoverEveryFaultOfTheTestCa) {
    std::set<std::string> covered;
    for (const auto cases : {certificateCases(), statusCases(), attributeCases(), envelopeCases(), authorityCases(),
                             bodyCases(), transportCases()})
        for (const auto& hostile : cases)
            covered.insert(hostile.fault.substr(0, hostile.fault.find('@')));
    for (const auto& fault : ca::faultTable())
        EXPECT_TRUE(covered.contains(std::string(fault.name))) << fault.name;
}

} // namespace
} // namespace scepd::test
