#include "scep/http.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "unit/crypto/forge.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

namespace {

using namespace scepd;
using namespace scepd::scep;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

/// Answers the requests on 127.0.0.1 with these texts, one connection each, and remembers what was asked.
class Server {
public:
    explicit Server(std::deque<std::string> answers) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        if (::bind(socket_.get(), generic, length) != 0 || ::listen(socket_.get(), 8) != 0 ||
            ::getsockname(socket_.get(), generic, &length) != 0)
            throw std::runtime_error("no port");
        port_ = ntohs(address.sin_port);
        thread_ = std::jthread([this, answers = std::move(answers)] { serve(answers); });
    }
    ~Server() { ::shutdown(socket_.get(), SHUT_RDWR); }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    [[nodiscard]] std::string url(const std::string& path = "/scep") const {
        return fmt::format("http://127.0.0.1:{}{}", port_, path);
    }

    /// What came, complete once every answer was fetched.
    std::vector<std::string> requests() {
        thread_.join();
        return requests_;
    }

private:
    void serve(const std::deque<std::string>& answers) {
        for (auto answer : answers) {
            const UniqueFd connection(::accept(socket_.get(), nullptr, nullptr));
            if (!connection) return;
            requests_.push_back(readRequest(connection.get()));
            if (const auto mark = answer.find("{port}"); mark != std::string::npos)
                answer.replace(mark, 6, std::to_string(port_));
            ::send(connection.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
        }
    }

    static std::string readRequest(int connection) {
        std::string request;
        std::array<char, 4096> buffer{};
        while (!isComplete(request)) {
            const auto got = ::recv(connection, buffer.data(), buffer.size(), 0);
            if (got <= 0) break;
            request.append(buffer.data(), static_cast<std::size_t>(got));
        }
        return request;
    }

    static bool isComplete(const std::string& request) {
        const auto end = request.find("\r\n\r\n");
        if (end == std::string::npos) return false;
        const auto header = request.find("Content-Length: ");
        const auto length = header == std::string::npos ? 0 : std::strtoul(request.c_str() + header + 16, nullptr, 10);
        return request.size() >= end + 4 + length;
    }

    UniqueFd socket_;
    unsigned port_ = 0;
    std::vector<std::string> requests_;
    std::jthread thread_;
};

std::string answer(const std::string& status, const std::string& headers = {}, const std::string& body = {}) {
    return fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n{}", status, body.size(),
                       headers, body);
}

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
    Server server({answer("200 OK", "", "hello")});
    Http http({});
    const auto response = http.get(server.url("/scep?operation=GetCACert"), 1024);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "hello");
    EXPECT_THAT(server.requests().at(0), AllOf(StartsWith("GET /scep?operation=GetCACert HTTP/1.1\r\n"),
                                               Not(HasSubstr("Accept-Encoding")), HasSubstr("Host: 127.0.0.1")));
}

TEST(Http, PostsWithItsLengthAndWithoutExpecting) {
    Server server({answer("200 OK")});
    Http http({});
    http.post(server.url(), "application/x-pki-message", std::string(5000, '\0'), 1024);
    const auto request = server.requests().at(0);
    EXPECT_THAT(request, AllOf(StartsWith("POST /scep HTTP/1.1\r\n"), HasSubstr("Content-Length: 5000\r\n"),
                               HasSubstr("Content-Type: application/x-pki-message\r\n"), Not(HasSubstr("Expect")),
                               Not(HasSubstr("chunked"))));
    EXPECT_TRUE(request.ends_with(std::string(5000, '\0')));
}

TEST(Http, GivesErrorsOfTheServerAsTheyAre) {
    Server server({answer("503 Busy", "Retry-After: 120\r\n", "later")});
    Http http({});
    const auto response = http.get(server.url(), 1024);
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.body, "later");
    EXPECT_EQ(http.retryAfter(), Duration(120s));
}

TEST(Http, DoesNotWaitLongerThanADayBecauseAServerSaysSo) {
    Server server({answer("503 Busy", "Retry-After: 99999999\r\n")});
    Http http({});
    http.get(server.url(), 1024);
    EXPECT_EQ(http.retryAfter(), Duration(24h));
}

TEST(Http, WithoutRetryAfterKnowsNone) {
    Server server({answer("200 OK")});
    Http http({});
    EXPECT_EQ(http.retryAfter(), std::nullopt);
    http.get(server.url(), 1024);
    EXPECT_EQ(http.retryAfter(), std::nullopt);
}

TEST(Http, FollowsARedirectOnTheSameServer) {
    Server server({answer("301 Moved", "Location: /scep/\r\n"), answer("200 OK", "", "there")});
    Http http({});
    EXPECT_EQ(http.get(server.url(), 1024).body, "there");
    EXPECT_THAT(server.requests().at(1), StartsWith("GET /scep/ "));
}

TEST(Http, FollowsNoRedirectElsewhere) {
    for (const auto* location : {"http://127.0.0.1:1/scep", "http://evil.invalid:{port}/scep", "file:///etc/passwd"}) {
        Server server({answer("302 Found", fmt::format("Location: {}\r\n", location))});
        Http http({});
        const auto error = failureOf(http, server.url());
        EXPECT_EQ(error.fault(), Fault::protocol);
        EXPECT_THAT(error.what(), HasSubstr("which is not followed"));
    }
}

TEST(Http, FollowsThreeRedirectsAtMost) {
    Server server(std::deque<std::string>(4, answer("302 Found", "Location: /again\r\n")));
    Http http({});
    EXPECT_EQ(failureOf(http, server.url()).fault(), Fault::protocol);
    EXPECT_THAT(server.requests(), SizeIs(4));
}

TEST(Http, RepeatsAPostOnlyWhereItStaysAPost) {
    Server kept({answer("307 Temporary Redirect", "Location: /there\r\n"), answer("200 OK", "", "done")});
    Http http({});
    EXPECT_EQ(http.post(kept.url(), "text/plain", "body", 1024).body, "done");
    EXPECT_THAT(kept.requests().at(1), AllOf(StartsWith("POST /there "), HasSubstr("body")));
    Server lost({answer("302 Found", "Location: /there\r\n")});
    EXPECT_EQ(http.post(lost.url(), "text/plain", "body", 1024).status, 302);
}

TEST(Http, StopsAtItsLimit) {
    Server server({answer("200 OK", "", std::string(1024, 'x')), answer("200 OK", "", std::string(1025, 'x'))});
    Http http({});
    EXPECT_EQ(http.get(server.url(), 1024).body.size(), 1024U);
    const auto error = failureOf(http, server.url());
    EXPECT_EQ(error.fault(), Fault::protocol);
    EXPECT_THAT(error.what(), HasSubstr("larger than 1 KiB"));
}

TEST(Http, UnpacksNothing) {
    Server server({answer("200 OK", "Content-Encoding: gzip\r\n", "\x1f\x8b bomb")});
    Http http({});
    EXPECT_EQ(http.get(server.url(), 1024).body, "\x1f\x8b bomb");
}

TEST(Http, EndsInTimeWhateverTheServerDoes) {
    Server server({"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx"});
    const Server silent({});
    Http http({.timeout = 200ms,
               .proxy = {},
               .interface = {},
               .tlsCaCertificates = {},
               .tlsClientCertificate = {},
               .tlsClientKey = {}});
    const auto begin = std::chrono::steady_clock::now();
    const auto error = failureOf(http, silent.url());
    EXPECT_EQ(error.fault(), Fault::unreachable);
    EXPECT_THAT(error.what(), HasSubstr("no complete answer within 200ms"));
    EXPECT_EQ(failureOf(http, server.url()).fault(), Fault::unreachable) << "the time counts for all requests together";
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

TEST(Http, SaysThatNobodyIsThere) {
    Http http({});
    const auto error = failureOf(http, "http://user:secret@127.0.0.1:1/scep?token=secret");
    EXPECT_EQ(error.fault(), Fault::unreachable);
    EXPECT_STREQ(error.what(), "http://127.0.0.1:1/scep: connection refused");
}

TEST(Http, KnowsNoOtherSchemes) {
    Http http({});
    EXPECT_EQ(failureOf(http, "file:///etc/passwd").fault(), Fault::configuration);
    EXPECT_EQ(failureOf(http, "ftp://127.0.0.1/x").fault(), Fault::configuration);
}

TEST(Http, AsksAProxyOnlyWhenConfigured) {
    ::setenv("http_proxy", "http://127.0.0.1:1", 1);
    Server direct({answer("200 OK", "", "direct")});
    Http plain({});
    EXPECT_EQ(plain.get(direct.url(), 1024).body, "direct");
    ::unsetenv("http_proxy");

    Server proxy({answer("200 OK", "", "by proxy")});
    Http http({.timeout = 10s,
               .proxy = proxy.url(""),
               .interface = {},
               .tlsCaCertificates = {},
               .tlsClientCertificate = {},
               .tlsClientKey = {}});
    EXPECT_EQ(http.get("http://ca.invalid/scep", 1024).body, "by proxy");
    EXPECT_THAT(proxy.requests().at(0), StartsWith("GET http://ca.invalid/scep HTTP/1.1"));
}

/// A TLS server on 127.0.0.1 that answers every request in the same way.
class TlsServer {
public:
    TlsServer() {
        std::signal(SIGPIPE, SIG_IGN);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        if (::bind(socket_.get(), generic, length) != 0 || ::listen(socket_.get(), 8) != 0 ||
            ::getsockname(socket_.get(), generic, &length) != 0)
            throw std::runtime_error("no port");
        port_ = ntohs(address.sin_port);
        thread_ = std::jthread([this] {
            while (serve()) {
            }
        });
    }
    ~TlsServer() { ::shutdown(socket_.get(), SHUT_RDWR); }
    TlsServer(const TlsServer&) = delete;
    TlsServer& operator=(const TlsServer&) = delete;

    [[nodiscard]] std::string url() const { return fmt::format("https://127.0.0.1:{}/scep", port_); }
    [[nodiscard]] std::string certificate() const { return identity_.certificate.toPem(); }

private:
    [[nodiscard]] bool serve() const {
        const UniqueFd connection(::accept(socket_.get(), nullptr, nullptr));
        if (!connection) return false;
        const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
        SSL_CTX_use_certificate(context.get(), identity_.certificate.get());
        SSL_CTX_use_PrivateKey(context.get(), identity_.key.get());
        const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context.get()), SSL_free);
        SSL_set_fd(tls.get(), connection.get());
        std::array<char, 4096> buffer{};
        if (SSL_accept(tls.get()) != 1 || SSL_read(tls.get(), buffer.data(), static_cast<int>(buffer.size())) <= 0)
            return true;
        const auto text = answer("200 OK", "", "in private");
        SSL_write(tls.get(), text.data(), static_cast<int>(text.size()));
        SSL_shutdown(tls.get());
        return true;
    }

    // TLS libraries want keys of 2048 bits and believe the clock.
    test::Identity identity_ = test::selfSigned({.subject = "CN=127.0.0.1",
                                                 .ca = true,
                                                 .notBefore = now() - std::chrono::hours(1),
                                                 .notAfter = now() + std::chrono::hours(1)},
                                                crypto::Key::generateRsa(2048));
    UniqueFd socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    unsigned port_ = 0;
    std::jthread thread_;
};

TEST(Http, TrustsATlsServerOnlyWhenTheConfiguredAuthoritiesDo) {
    const TlsServer server;
    Http http({});
    const auto error = failureOf(http, server.url());
    EXPECT_EQ(error.fault(), Fault::protocol);
    EXPECT_THAT(error.what(), HasSubstr("certificate"));

    auto file = (std::filesystem::temp_directory_path() / "scepd-tls-XXXXXX").string();
    UniqueFd(::mkstemp(file.data()));
    file::replace(file, server.certificate());
    Http trusting({.timeout = 10s,
                   .proxy = {},
                   .interface = {},
                   .tlsCaCertificates = file,
                   .tlsClientCertificate = {},
                   .tlsClientKey = {}});
    EXPECT_EQ(trusting.get(server.url(), 1024).body, "in private");
    std::filesystem::remove(file);
}

} // namespace
