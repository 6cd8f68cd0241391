#include "scep/http.hpp"

#include "base/error.hpp"
#include "unit/scep/web.hpp"

#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using namespace scepd::scep;
using namespace scepd::test;
using namespace std::chrono_literals;
using testing::HasSubstr;

/// The error of a GET of at most 1 KiB.
Error failureOf(Http& http, const std::string& url) {
    try {
        http.get(url, 1024);
    } catch (const Error& error) {
        return error;
    }
    throw std::runtime_error("no error");
}

/// What a server's answer comes to.
Error failureBy(const WebAnswer& answer, Duration timeout = 20s) {
    const WebServer server({answer});
    Http http({.timeout = timeout});
    return failureOf(http, server.url());
}

TEST(HostileServer, IsReadUpToTheLimitOnly) {
    const WebServer server(
        {webAnswer("200 OK", "", std::string(1024, 'x')), webAnswer("200 OK", "", std::string(1025, 'x'))});
    Http http({});
    EXPECT_EQ(http.get(server.url(), 1024).body.size(), 1024U);
    const auto error = failureOf(http, server.url());
    EXPECT_EQ(error.fault(), Fault::protocol);
    EXPECT_THAT(error.what(), HasSubstr("larger than 1 KiB"));
}

TEST(HostileServer, WithoutALengthIsReadUpToTheLimitOnly) {
    for (const auto* headers :
         {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n"})
        EXPECT_THAT(failureBy({.bytes = headers + std::string(2000, '1')}).what(), HasSubstr("larger than 1 KiB"));
}

TEST(HostileServer, WithALengthThatIsNoneIsRefused) {
    for (const auto* length : {"-1", "99999999999999999999999999", "1099511627776", "many"}) {
        const auto error =
            failureBy({.bytes = std::string("HTTP/1.1 200 OK\r\nContent-Length: ") + length + "\r\n\r\nx"});
        EXPECT_EQ(error.fault(), Fault::protocol) << length << ": " << error.what();
    }
}

TEST(HostileServer, WithHeadersWithoutEndIsRefused) {
    std::string lines = "HTTP/1.1 200 OK\r\n";
    while (lines.size() < (1U << 20U))
        lines += "X: y\r\n";
    const auto many = failureBy({.bytes = lines});
    EXPECT_EQ(many.fault(), Fault::protocol) << many.what();
    EXPECT_THAT(many.what(), HasSubstr("header is larger than 64 KiB"));
    const auto one = failureBy({.bytes = "HTTP/1.1 200 OK\r\nX: " + std::string(1U << 20U, 'y')});
    EXPECT_EQ(one.fault(), Fault::protocol) << one.what();
    const auto first = failureBy({.bytes = "HTTP/1.1 200 " + std::string(1U << 20U, 'y')});
    EXPECT_EQ(first.fault(), Fault::protocol) << first.what();
    const auto interim = failureBy({.bytes = "HTTP/1.1 100 Continue\r\n\r\n", .endless = true});
    EXPECT_EQ(interim.fault(), Fault::protocol) << interim.what();
}

TEST(HostileServer, WithoutHeadersIsNoWebServer) {
    for (const auto* text : {"<html>0.9</html>\n", "SSH-2.0-OpenSSH_9.2\r\n", "220 mail ESMTP\r\n"}) {
        const auto error = failureBy({.bytes = text});
        EXPECT_EQ(error.fault(), Fault::protocol) << error.what();
        EXPECT_THAT(error.what(), HasSubstr("is this a web server's port?"));
    }
}

TEST(HostileServer, GetsNothingUnpacked) {
    const WebServer server({webAnswer("200 OK", "Content-Encoding: gzip\r\n", "\x1f\x8b bomb")});
    Http http({});
    EXPECT_EQ(http.get(server.url(), 1024).body, "\x1f\x8b bomb");
}

TEST(HostileServer, ThatSendsAByteNowAndThenIsLeftInTime) {
    const auto begin = std::chrono::steady_clock::now();
    auto answer = webAnswer("200 OK", "", std::string(1024, 'x'));
    answer.slowly = true;
    const auto error = failureBy(answer, 300ms);
    EXPECT_EQ(error.fault(), Fault::unreachable);
    EXPECT_THAT(error.what(), HasSubstr("no complete answer within 300ms"));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

TEST(HostileServer, ThatSaysNothingIsLeftInTime) {
    const WebServer server({{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx", .keep = true}});
    const SilentServer silent;
    Http http({.timeout = 200ms});
    const auto begin = std::chrono::steady_clock::now();
    const auto error = failureOf(http, silent.url());
    EXPECT_EQ(error.fault(), Fault::unreachable);
    EXPECT_THAT(error.what(), HasSubstr("no complete answer within 200ms"));
    EXPECT_EQ(failureOf(http, server.url()).fault(), Fault::unreachable) << "the time counts for all requests together";
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

TEST(HostileServer, ThatDropsTheConnectionIsTold) {
    const WebServer server(std::vector<WebAnswer>{{}, {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"}});
    Http http({});
    EXPECT_THAT(failureOf(http, server.url()).what(), HasSubstr("closed the connection without an answer"));
    EXPECT_TRUE(http.wasDropped());
    EXPECT_EQ(failureOf(http, server.url()).fault(), Fault::unreachable);
    EXPECT_FALSE(http.wasDropped()) << "there was the beginning of an answer";
}

} // namespace
