#include "scepd/metrics.hpp"

#include "scepd/metrics_labels.hpp"

#include <chrono>
#include <cstddef>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd {
namespace {

using namespace std::chrono_literals;
using record::Outcome;
using record::State;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const Time start = parseRfc3339("2026-01-01T00:00:00Z"); // 1767225600

CertificateMetrics wifi(State state = State::valid) {
    CertificateMetrics certificate{.status = {}, .lastSuccess = start + 1s};
    auto& status = certificate.status;
    status.name = "wifi";
    status.state = state;
    status.nextAction = record::Action::renew;
    status.nextActionTime = start + 60 * 24h;
    status.targets = {{"NetworkManager office", "deployed", ""}, {"/etc/ssl/wifi/cert.pem", "deployed", ""}};
    status.held.emplace();
    status.held->subject = "CN=kiosk-7,OU=Hall\\, West,O=Example,C=DE";
    status.held->issuer = "CN=Example CA,O=Example";
    status.held->serialNumber = "0123456789abcdef0123";
    status.held->notBefore = start;
    status.held->notAfter = start + 90 * 24h;
    return certificate;
}

std::vector<std::string> linesOf(const Metrics& metrics) {
    std::vector<std::string> lines;
    std::istringstream text(metricsText(metrics, "1.2"));
    for (std::string line; std::getline(text, line);)
        lines.push_back(line);
    return lines;
}

/// The samples of one family, without its name.
std::vector<std::string> samples(const Metrics& metrics, const std::string& family) {
    std::vector<std::string> found;
    for (const auto& line : linesOf(metrics))
        if (line.starts_with(family + "{") || line.starts_with(family + " "))
            found.push_back(line.substr(family.size()));
    return found;
}

Metrics with(CertificateMetrics certificate, Time now = start) {
    return {.now = now, .clockSynchronized = true, .certificates = {std::move(certificate)}, .authorities = {}};
}

TEST(Metrics, OfNoCertificateTellTheDaemonAlone) {
    const Metrics metrics{.now = start, .certificates = {}, .authorities = {}};
    EXPECT_THAT(samples(metrics, "scepd_build_info"), ElementsAre("{version=\"1.2\"} 1"));
    EXPECT_THAT(samples(metrics, "scepd_clock_synchronized"), ElementsAre(" 0"));
    for (const auto& line : linesOf(metrics))
        EXPECT_TRUE(line.starts_with("# ") || line.starts_with("scepd_build") || line.starts_with("scepd_clock"))
            << line;
}

TEST(Metrics, ExplainEveryFamilyOnceAndBeforeItsSamples) {
    std::string family;
    std::vector<std::string> families;
    for (const auto& line : linesOf(with(wifi()))) {
        std::istringstream words(line);
        std::string hash, word, name, type;
        words >> hash >> word >> name >> type;
        if (line.starts_with("# HELP ")) {
            EXPECT_THAT(families, Not(Contains(name)));
            families.push_back(family = name);
        } else if (line.starts_with("# TYPE ")) {
            EXPECT_EQ(name, family);
            EXPECT_EQ(type, family.ends_with("_total") ? "counter" : "gauge");
        } else {
            EXPECT_TRUE(line.starts_with(family)) << line;
        }
    }
    EXPECT_EQ(families.size(), 10U);
}

TEST(Metrics, OfWhatIsHeldHaveTheLabelsOfX509CertificateExporter) {
    const std::string labels = "{certificate=\"wifi\",serial_number=\"5373003642731685151011\",filename=\"cert.pem\","
                               "filepath=\"/etc/ssl/wifi/cert.pem\",subject_C=\"DE\",issuer_O=\"Example\","
                               "subject_O=\"Example\",subject_OU=\"Hall, West\",issuer_CN=\"Example CA\","
                               "subject_CN=\"kiosk-7\"} ";
    const auto metrics = with(wifi());
    EXPECT_THAT(samples(metrics, "x509_cert_not_before"), ElementsAre(labels + "1767225600"));
    EXPECT_THAT(samples(metrics, "x509_cert_not_after"), ElementsAre(labels + "1775001600"));
    EXPECT_THAT(samples(metrics, "x509_cert_expired"), ElementsAre(labels + "0"));
}

TEST(Metrics, TellAnExpiredCertificateFromTheMomentOfItsExpiry) {
    const auto expiry = start + 90 * 24h;
    EXPECT_THAT(samples(with(wifi(), expiry - 1us), "x509_cert_expired").front(), HasSubstr("} 0"));
    EXPECT_THAT(samples(with(wifi(), expiry), "x509_cert_expired").front(), HasSubstr("} 1"));
}

TEST(Metrics, HaveASampleForEveryStateAndOneOfThemIsOne) {
    for (const auto state : {State::waiting, State::valid, State::failed, State::expired}) {
        const auto found = samples(with(wifi(state)), "scepd_certificate_state");
        EXPECT_EQ(found.size(), 9U);
        std::size_t ones = 0;
        for (const auto& sample : found)
            ones += sample.ends_with(" 1") ? 1U : 0U;
        EXPECT_EQ(ones, 1U);
        EXPECT_THAT(found, Contains("{certificate=\"wifi\",state=\"" + std::string(name(state)) + "\"} 1"));
    }
}

TEST(Metrics, CountAttemptsByHowTheyEndedFromZeroOn) {
    auto certificate = wifi();
    certificate.attempts = {{Outcome::issued, 2}, {Outcome::failed, 17}};
    EXPECT_THAT(samples(with(certificate), "scepd_attempts_total"),
                ElementsAre("{certificate=\"wifi\",result=\"issued\"} 2", "{certificate=\"wifi\",result=\"pending\"} 0",
                            "{certificate=\"wifi\",result=\"refused\"} 0",
                            "{certificate=\"wifi\",result=\"waiting\"} 0",
                            "{certificate=\"wifi\",result=\"failed\"} 17"));
}

TEST(Metrics, TellWhenItSucceededAndWhenItIsRenewed) {
    EXPECT_THAT(samples(with(wifi()), "scepd_last_success_timestamp_seconds"),
                ElementsAre("{certificate=\"wifi\"} 1767225601"));
    EXPECT_THAT(samples(with(wifi()), "scepd_renewal_scheduled_timestamp_seconds"),
                ElementsAre("{certificate=\"wifi\"} 1772409600"));
}

TEST(Metrics, LeaveOutWhatThereIsNot) {
    auto certificate = wifi(State::waiting);
    certificate.status.held.reset();
    certificate.status.nextAction = record::Action::enroll;
    certificate.lastSuccess = never;
    const auto metrics = with(certificate);
    for (const auto* family : {"x509_cert_not_before", "x509_cert_not_after", "x509_cert_expired",
                               "scepd_last_success_timestamp_seconds", "scepd_renewal_scheduled_timestamp_seconds"})
        EXPECT_THAT(samples(metrics, family), IsEmpty()) << family;
    EXPECT_EQ(samples(metrics, "scepd_certificate_state").size(), 9U);
}

TEST(Metrics, TellEveryCertificateOfEveryCaByItsRole) {
    const Metrics metrics{.now = start,
                          .certificates = {},
                          .authorities = {{"/p/a.toml", {"ca", "CN=Root", "ab", start, start + 1s}, {"wifi"}},
                                          {"/p/a.toml", {"next", "CN=Root", "cd", start, start + 2s}, {"wifi"}},
                                          {"/p/a.toml", {"ra", "CN=RA", "ef", start, start + 3s}, {"wifi", "web"}}}};
    EXPECT_THAT(samples(metrics, "scepd_ca_cert_not_after"),
                ElementsAre("{profile=\"/p/a.toml\",role=\"ca\",subject=\"CN=Root\",fingerprint=\"ab\"} 1767225601",
                            "{profile=\"/p/a.toml\",role=\"next\",subject=\"CN=Root\",fingerprint=\"cd\"} 1767225602",
                            "{profile=\"/p/a.toml\",role=\"ra\",subject=\"CN=RA\",fingerprint=\"ef\"} 1767225603"));
}

TEST(MetricsLabels, AreEscapedAsTheFormatWantsIt) {
    EXPECT_EQ(labelsText({{"a", R"(C:\x "y")"}, {"b", "two\nlines"}}), R"({a="C:\\x \"y\"",b="two\nlines"})");
    EXPECT_EQ(labelsText({{"a", "M\u00fcller"}, {"b", ""}}), "{a=\"M\u00fcller\"}");
    EXPECT_EQ(labelsText({{"b", ""}}), "");
}

TEST(MetricsLabels, HoldNoByteThatCostsAReaderTheFile) {
    EXPECT_EQ(labelsText({{"a", "M\xfcller\x1b[2J"}}), "{a=\"M?ller?[2J\"}");
}

TEST(MetricsLabels, KnowTheAttributesOfAName) {
    constexpr auto name = R"(CN=a\,b\+c\\,OU=one+O=Example \22Inc\22,OU=two,emailAddress=CN=x,L=M\C3\BCnchen)";
    EXPECT_EQ(attributeOf(name, "CN"), R"(a,b+c\)");
    EXPECT_EQ(attributeOf(name, "OU"), "one");
    EXPECT_EQ(attributeOf(name, "O"), "Example \"Inc\"");
    EXPECT_EQ(attributeOf(name, "L"), "M\u00fcnchen");
    EXPECT_EQ(attributeOf(name, "C"), "");
    for (const auto* odd : {"", ",", "CN", "CN=\\", "=,=", "CN\\=a"})
        EXPECT_THAT(attributeOf(odd, "CN"), testing::AnyOf("", "\\")) << odd;
}

TEST(MetricsLabels, TellSerialNumbersOfAnyLengthAsDecimalOnes) {
    EXPECT_EQ(decimal("00"), "0");
    EXPECT_EQ(decimal("1f"), "31");
    EXPECT_EQ(decimal("ffffffffffffffffffffffffffffffffffffffff"), "1461501637330902918203684832716283019655932542975");
    EXPECT_EQ(decimal("-1"), "-1");
    EXPECT_EQ(decimal(""), "");
}

} // namespace
} // namespace scepd
