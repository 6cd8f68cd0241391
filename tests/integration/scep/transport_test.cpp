#include "base/file.hpp"
#include "base/process.hpp"
#include "ca/server.hpp"
#include "integration/scep/endpoint.hpp"
#include "scep/http.hpp"
#include "unit/scep/web.hpp"

#include <algorithm>
#include <csignal>
#include <future>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

namespace {

using namespace scepd;
using namespace scepd::test;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

constexpr auto secret = "canary-8CE317021F690069";
constexpr auto nowhere = "http://127.0.0.1:1/scep";

/// The way that a server between us and a CA takes, or does not.
using Rule = std::function<std::optional<WebAnswer>(const std::string& request)>;

/// Stands in front of a CA: what the rule leaves to it is passed on, by GET.
WebServer::Handler before(const ca::TestCa& authority, Rule rule) {
    return [&authority, rule = std::move(rule)](const std::string& request) -> WebAnswer {
        if (auto own = rule(request)) return *own;
        const auto query = request.substr(request.find('?'), request.find(" HTTP/") - request.find('?'));
        scep::Http http({});
        const auto response = http.get(authority.url() + query, 1U << 20U);
        return webAnswer(fmt::format("{} From the CA", response.status), "", response.body);
    };
}

bool isPost(const std::string& request) {
    return request.starts_with("POST");
}

std::size_t count(const WebServer& server, const std::string& text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(server.requests(), [&](const auto& request) { return request.contains(text); }));
}

/// A machine and the CA it is to be enrolled with.
class Transport : public testing::Test {
protected:
    void configure(const std::vector<std::string>& urls, const std::string& challenge = secret) const {
        endpoint_.configure({.urls = fmt::format("[\"{}\"]", fmt::join(urls, "\", \"")),
                             .trust = fmt::format("ca-fingerprint = \"{}\"", authority_.fingerprint()),
                             .challenge = challenge});
    }

    ca::TestCa authority_{{.challenge = secret}};
    Endpoint endpoint_;
};

TEST_F(Transport, ByGetServesAnOldServer) {
    const WebServer server(before(authority_, [](const std::string& request) -> std::optional<WebAnswer> {
        if (isPost(request)) return webAnswer("500 Error");
        if (request.contains("GetCACaps")) return webAnswer("200 OK", "", "SHA-256\nAES\nRenewal\n");
        return std::nullopt;
    }));
    configure({server.url()});
    as<record::Issued>(endpoint_.enroll());
    EXPECT_EQ(as<record::Issued>(endpoint_.renew()).held.generation, 2U);
    EXPECT_THAT(server.requests(), Each(testing::StartsWith("GET ")));
}

TEST_F(Transport, ByGetServesAServerThatKnowsNeitherCapabilitiesNorPost) {
    const WebServer server(before(authority_, [](const std::string& request) -> std::optional<WebAnswer> {
        if (isPost(request)) return webAnswer("501 Not Implemented");
        if (request.contains("GetCACaps")) return WebAnswer{};
        return std::nullopt;
    }));
    configure({server.url()});
    as<record::Issued>(endpoint_.enroll());
}

TEST_F(Transport, ByGetIsFoundOutWithoutSendingTheChallengeTwiceWhenPostIsDropped) {
    const WebServer server(before(authority_, [](const std::string& request) -> std::optional<WebAnswer> {
        if (isPost(request) || request.contains("GetCACaps")) return WebAnswer{};
        return std::nullopt;
    }));
    configure({server.url()});
    EXPECT_EQ(as<record::Failed>(endpoint_.enroll()).fault(), Fault::unreachable);
    EXPECT_EQ(count(server, "operation=PKIOperation"), 1U);
    as<record::Issued>(endpoint_.enroll());
    EXPECT_EQ(count(server, "POST "), 2U) << "the request, and the question for its answer";
}

TEST_F(Transport, LeavesAUrlThatWasUnreachableForLast) {
    const WebServer dead([](const std::string&) { return WebAnswer{}; });
    configure({dead.url(), authority_.url()});
    as<record::Issued>(endpoint_.enroll());
    EXPECT_THAT(dead.requests(), SizeIs(1));
    as<record::Issued>(endpoint_.renew());
    EXPECT_THAT(dead.requests(), SizeIs(1)) << "it is not asked again so soon";
    EXPECT_THAT(file::read(endpoint_.directory() / "outages"), Not(HasSubstr("127.0.0.1")));
}

TEST_F(Transport, ForgetsWhatItRemembersOfUrlsWhenThatIsDamaged) {
    const WebServer dead([](const std::string&) { return WebAnswer{}; });
    configure({dead.url(), authority_.url()});
    as<record::Issued>(endpoint_.enroll());
    file::replace(endpoint_.directory() / "outages", "\xff scepd-outages");
    as<record::Issued>(endpoint_.renew());
    EXPECT_THAT(dead.requests(), SizeIs(2));
}

TEST_F(Transport, NamesEachUrlWithItsCause) {
    const WebServer page([](const std::string&) { return webAnswer("200 OK", "", "<html>"); });
    configure({nowhere, page.url()});
    const auto failed = as<record::Failed>(endpoint_.enroll());
    EXPECT_EQ(failed.fault(), Fault::unreachable);
    EXPECT_THAT(failed.reason, AllOf(HasSubstr(std::string(nowhere) + ": connection refused"),
                                     HasSubstr(page.url() + ": the answer is a web page")));
}

TEST_F(Transport, GoesOnToTheNextUrlWhenAnotherCaStandsBehindTheFirst) {
    const ca::TestCa other({.challenge = secret});
    configure({other.url(), authority_.url()});
    as<record::Issued>(endpoint_.enroll());
    EXPECT_THAT(other.requests(), SizeIs(1)) << "the challenge goes to the CA that is pinned alone";
}

TEST_F(Transport, AsksOnceMoreForAnRaThatHasExpired) {
    const auto ca = selfSigned({.subject = "CN=ca",
                                .ca = true,
                                .notBefore = now() - std::chrono::days(2),
                                .notAfter = now() + std::chrono::days(2)},
                               testKey(1));
    const auto expired = issued({.subject = "CN=ra",
                                 .keyUsage = "keyEncipherment",
                                 .notBefore = now() - std::chrono::days(2),
                                 .notAfter = now() - std::chrono::days(1)},
                                testKey(2), ca);
    const WebServer server([&](const std::string&) {
        return webAnswer("200 OK", "", certificateList({expired.certificate, ca.certificate}));
    });
    endpoint_.configure(
        {.urls = fmt::format("\"{}\"", server.url()),
         .trust = fmt::format("ca-fingerprint = \"{}\"", crypto::hex(ca.certificate.fingerprint(Digest::sha256)))});
    EXPECT_THAT(as<record::Failed>(endpoint_.enroll()).reason, HasSubstr("the RA's certificate CN=ra expired at"));
    EXPECT_EQ(count(server, "operation=GetCACert"), 2U);
}

TEST_F(Transport, ByTlsIsBelievedNoMoreThanWithout) {
    const auto tls = tlsIdentity();
    const WebServer server(before(authority_,
                                  [](const std::string& request) -> std::optional<WebAnswer> {
                                      const bool asksForCapabilities = request.contains("GetCACaps");
                                      if (asksForCapabilities) return webAnswer("200 OK", "", "SHA-256\nAES\n");
                                      return std::nullopt;
                                  }),
                           WebServer::Tls{tls});
    endpoint_.write("etc/scepd/tls.pem", tls.certificate.toPem());
    const auto enrollWith = [&](const std::string& pin) {
        endpoint_.configure({.urls = fmt::format("\"{}\"", server.url()),
                             .trust = fmt::format("ca-fingerprint = \"{}\"", pin),
                             .scep = "tls.ca-certificates = \"/etc/scepd/tls.pem\"",
                             .challenge = secret});
        return endpoint_.enroll();
    };
    EXPECT_THAT(as<record::Failed>(enrollWith(std::string(64, '0'))).reason, HasSubstr("the CA is another one"));
    EXPECT_EQ(count(server, "PKIOperation"), 0U);
    for (const auto& [fault, complaint] : {std::pair{"wrong-nonce", "recipientNonce"},
                                           {"wrong-transaction", "transactionID"},
                                           {"stranger-signs", "none of the CA's certificates"}}) {
        authority_.setFaults(fault);
        EXPECT_THAT(as<record::Failed>(enrollWith(authority_.fingerprint())).reason, HasSubstr(complaint));
    }
    authority_.setFaults("");
    as<record::Issued>(enrollWith(authority_.fingerprint()));
    EXPECT_TRUE(server.url().starts_with("https://"));
}

TEST_F(Transport, EndsAtOnceWhenItIsTold) {
    std::promise<void> asked;
    const WebServer server([&](const std::string&) {
        asked.set_value();
        return WebAnswer{.bytes = {}, .keep = true};
    });
    configure({server.url()});
    const auto child = process::spawn(
        {.argv = {SCEPD_ENROLL, "device", "--root", endpoint_.root()}, .environment = {}, .descriptors = {}});
    ASSERT_EQ(asked.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
    const auto begin = std::chrono::steady_clock::now();
    ::kill(child, SIGTERM);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(100));
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

} // namespace
