#include "scep/http.hpp"

#include "base/error.hpp"
#include "unit/scep/web.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using namespace scepd::scep;
using namespace scepd::test;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

/// The error of a GET.
Error failureOf(Http& http, const std::string& url) {
    try {
        http.get(url, 1024);
    } catch (const Error& error) {
        return error;
    }
    throw std::runtime_error("no error");
}

TEST(Http, GetsABody) {
    const WebServer server({webAnswer("200 OK", "", "hello")});
    Http http({});
    const auto response = http.get(server.url("/scep?operation=GetCACert"), 1024);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "hello");
    EXPECT_THAT(server.requests().at(0), AllOf(StartsWith("GET /scep?operation=GetCACert HTTP/1.1\r\n"),
                                               Not(HasSubstr("Accept-Encoding")), HasSubstr("Host: 127.0.0.1")));
}

TEST(Http, PostsWithItsLengthAndWithoutExpecting) {
    const WebServer server({webAnswer("200 OK")});
    Http http({});
    http.post(server.url(), "application/x-pki-message", std::string(5000, '\0'), 1024);
    const auto request = server.requests().at(0);
    EXPECT_THAT(request, AllOf(StartsWith("POST /scep HTTP/1.1\r\n"), HasSubstr("Content-Length: 5000\r\n"),
                               HasSubstr("Content-Type: application/x-pki-message\r\n"), Not(HasSubstr("Expect")),
                               Not(HasSubstr("chunked")), Not(HasSubstr("Accept-Encoding"))));
    EXPECT_TRUE(request.ends_with(std::string(5000, '\0')));
}

TEST(Http, ReachesAnAddressOfIpv6) {
    const WebServer server([](const std::string&) { return webAnswer("200 OK", "", "six"); }, {}, "::1");
    Http http({});
    EXPECT_EQ(http.get(server.url(), 1024).body, "six");
    EXPECT_THAT(server.requests().at(0), HasSubstr(fmt::format("Host: [::1]:{}\r\n", server.port())));
}

TEST(Http, KeepsItsConnectionBetweenRequests) {
    const WebServer server({keptAnswer("200 OK", "", "one"), keptAnswer("200 OK", "", "two")});
    Http http({});
    EXPECT_EQ(http.get(server.url(), 1024).body, "one");
    EXPECT_EQ(http.get(server.url(), 1024).body, "two");
}

TEST(Http, NeverSendsByItselfAgainWhatMustBeSentOnce) {
    for (const bool post : {true, false}) {
        const WebServer server({keptAnswer("200 OK", "", "one"), {}, webAnswer("200 OK", "", "twice")});
        Http http({});
        http.get(server.url(), 1024);
        EXPECT_THROW(post ? http.post(server.url(), "text/plain", "challenge", 1024)
                          : http.getOnce(server.url("/scep?message=challenge"), 1024),
                     Error);
        EXPECT_TRUE(http.wasDropped());
        EXPECT_THAT(server.requests(), SizeIs(2));
    }
}

TEST(Http, GivesErrorsOfTheServerAsTheyAre) {
    const WebServer server({webAnswer("503 Busy", "Retry-After: 120\r\n", "later")});
    Http http({});
    const auto response = http.get(server.url(), 1024);
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.body, "later");
    EXPECT_EQ(http.retryAfter(), Duration(120s));
}

TEST(Http, ReadsADateAfterWhichToRetry) {
    const auto date = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + 2h);
    const WebServer server(
        {webAnswer("503 Busy", fmt::format("Retry-After: {:%a, %d %b %Y %H:%M:%S GMT}\r\n", fmt::gmtime(date))),
         webAnswer("503 Busy", "Retry-After: Fri, 01 Jan 2016 00:00:00 GMT\r\n"),
         webAnswer("503 Busy", "Retry-After: soon\r\n")});
    Http http({});
    http.get(server.url(), 1024);
    EXPECT_LE(http.retryAfter().value(), Duration(2h + 1min));
    EXPECT_GE(http.retryAfter().value(), Duration(1h));
    for (const auto* without : {"a date that is over", "no date"}) {
        http.get(server.url(), 1024);
        EXPECT_EQ(http.retryAfter(), std::nullopt) << without;
    }
}

TEST(Http, DoesNotWaitLongerThanADayBecauseAServerSaysSo) {
    const WebServer server({webAnswer("503 Busy", "Retry-After: 99999999\r\n")});
    Http http({});
    http.get(server.url(), 1024);
    EXPECT_EQ(http.retryAfter(), Duration(24h));
}

TEST(Http, WithoutRetryAfterKnowsNone) {
    const WebServer server({webAnswer("200 OK")});
    Http http({});
    EXPECT_EQ(http.retryAfter(), std::nullopt);
    http.get(server.url(), 1024);
    EXPECT_EQ(http.retryAfter(), std::nullopt);
}

TEST(Http, FollowsARedirectOnTheSameServer) {
    const WebServer server({webAnswer("301 Moved", "Location: /scep/\r\n"), webAnswer("200 OK", "", "there")});
    Http http({});
    EXPECT_EQ(http.get(server.url(), 1024).body, "there");
    EXPECT_THAT(server.requests().at(1), StartsWith("GET /scep/ "));
}

TEST(Http, FollowsNoRedirectElsewhere) {
    for (const auto* location : {"http://127.0.0.1:1/scep", "http://evil.invalid/scep", "file:///etc/passwd"}) {
        const WebServer server({webAnswer("302 Found", fmt::format("Location: {}\r\n", location))});
        Http http({});
        const auto error = failureOf(http, server.url());
        EXPECT_EQ(error.fault(), Fault::protocol);
        EXPECT_THAT(error.what(), HasSubstr("which is not followed"));
    }
}

TEST(Http, FollowsThreeRedirectsAtMost) {
    const WebServer server([](const std::string&) { return webAnswer("302 Found", "Location: /again\r\n"); });
    Http http({});
    EXPECT_EQ(failureOf(http, server.url()).fault(), Fault::protocol);
    EXPECT_THAT(server.requests(), SizeIs(4));
}

TEST(Http, RepeatsAPostOnlyWhereItStaysAPost) {
    for (const auto* status : {"307 Temporary Redirect", "308 Permanent Redirect"}) {
        const WebServer kept({webAnswer(status, "Location: /there\r\n"), webAnswer("200 OK", "", "done")});
        Http http({});
        EXPECT_EQ(http.post(kept.url(), "text/plain", "body", 1024).body, "done");
        EXPECT_THAT(kept.requests().at(1), AllOf(StartsWith("POST /there "), HasSubstr("body")));
    }
    for (const auto* status : {"301 Moved Permanently", "302 Found", "303 See Other"}) {
        const WebServer lost({webAnswer(status, "Location: /there\r\n")});
        Http http({});
        EXPECT_EQ(http.post(lost.url(), "text/plain", "body", 1024).status, std::atoi(status));
        EXPECT_THAT(lost.requests(), SizeIs(1));
    }
    const WebServer elsewhere({webAnswer("307 Temporary Redirect", "Location: http://127.0.0.1:1/\r\n")});
    Http http({});
    EXPECT_THROW(http.post(elsewhere.url(), "text/plain", "body", 1024), Error);
}

TEST(Http, AsksAProxyOnlyWhenConfigured) {
    for (const auto* name : {"http_proxy", "all_proxy", "ALL_PROXY"})
        ::setenv(name, "http://127.0.0.1:1", 1);
    const WebServer direct({webAnswer("200 OK", "", "direct")});
    Http plain({});
    EXPECT_EQ(plain.get(direct.url(), 1024).body, "direct");
    ::setenv("no_proxy", "*", 1);
    const WebServer proxy({webAnswer("200 OK", "", "by proxy")});
    Http http({.proxy = proxy.url("")});
    EXPECT_EQ(http.get("http://ca.invalid/scep", 1024).body, "by proxy");
    EXPECT_THAT(proxy.requests().at(0), StartsWith("GET http://ca.invalid/scep HTTP/1.1"));
    for (const auto* name : {"http_proxy", "all_proxy", "ALL_PROXY", "no_proxy"})
        ::unsetenv(name);
}

TEST(Http, UsesTheInterfaceThatIsConfigured) {
    const WebServer server({webAnswer("200 OK", "", "over lo")});
    Http http({.interface = "lo"});
    EXPECT_EQ(http.get(server.url(), 1024).body, "over lo");
    Http none({.interface = "eth-none"});
    const auto error = failureOf(none, server.url());
    EXPECT_EQ(error.fault(), Fault::unreachable);
    EXPECT_THAT(error.what(), HasSubstr("the network interface eth-none cannot be used"));
}

TEST(Http, SaysThatNobodyIsThere) {
    Http http({});
    const auto error = failureOf(http, "http://user:secret@127.0.0.1:1/scep?token=secret");
    EXPECT_EQ(error.fault(), Fault::unreachable);
    EXPECT_STREQ(error.what(),
                 "http://127.0.0.1:1/scep: connection refused; is the server running, and is the port right?");
}

TEST(Http, SaysThatANameHasNoAddress) {
    Http http({});
    const auto error = failureOf(http, "http://ca.invalid/scep");
    EXPECT_EQ(error.fault(), Fault::unreachable);
    EXPECT_THAT(error.what(), AllOf(StartsWith("http://ca.invalid/scep: could not resolve host: ca.invalid"),
                                    HasSubstr("is the name right")));
    Http proxied({.proxy = "http://proxy.invalid:3128"});
    EXPECT_THAT(failureOf(proxied, "http://ca.example.com/scep").what(),
                HasSubstr("is \"http://proxy.invalid:3128\" the right proxy?"));
}

TEST(Http, KnowsNoOtherSchemes) {
    Http http({});
    EXPECT_EQ(failureOf(http, "file:///etc/passwd").fault(), Fault::configuration);
    EXPECT_EQ(failureOf(http, "ftp://127.0.0.1/x").fault(), Fault::configuration);
}

} // namespace
