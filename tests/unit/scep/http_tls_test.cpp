#include "scep/http.hpp"

#include "base/error.hpp"
#include "temporary_root.hpp"
#include "unit/scep/web.hpp"

#include <stdexcept>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using namespace scepd::scep;
using namespace scepd::test;
using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

/// A TLS server that is its own authority, and files for TLS.
class Tls : public testing::Test {
protected:
    static WebServer::Handler inPrivate() {
        return [](const std::string&) { return webAnswer("200 OK", "", "in private"); };
    }

    [[nodiscard]] std::filesystem::path file(const std::string& name, std::string_view content) const {
        root_.write(name, std::string(content));
        return root_ / name;
    }

    [[nodiscard]] HttpOptions trusting(const Identity& server) const {
        return {.tlsCaCertificates = file("ca.pem", server.certificate.toPem())};
    }

    [[nodiscard]] static Error failureOf(const HttpOptions& options, const std::string& url) {
        Http http(options);
        try {
            http.post(url, "text/plain", "body", 1024);
        } catch (const Error& error) {
            return error;
        }
        throw std::runtime_error("no error");
    }

    TemporaryRoot root_;
    Identity identity_ = tlsIdentity();
};

TEST_F(Tls, TrustsAServerOnlyWhenTheConfiguredAuthoritiesDo) {
    const WebServer server(inPrivate(), WebServer::Tls{identity_});
    const auto error = failureOf({}, server.url());
    EXPECT_EQ(error.fault(), Fault::protocol);
    EXPECT_THAT(error.what(), AllOf(StartsWith(server.url()), HasSubstr("tls.ca-certificates")));
    Http http(trusting(identity_));
    EXPECT_EQ(http.get(server.url(), 1024).body, "in private");
}

TEST_F(Tls, WithAnotherNameSaysSo) {
    const auto other = tlsIdentity("ca.example.com");
    const WebServer server(inPrivate(), WebServer::Tls{other});
    const auto error = failureOf(trusting(other), server.url());
    EXPECT_EQ(error.fault(), Fault::protocol);
    EXPECT_THAT(error.what(), HasSubstr("write the URL with a name for which the certificate was made"));
}

TEST_F(Tls, ThatHasExpiredSaysSo) {
    const auto expired = tlsIdentity("127.0.0.1", now() - std::chrono::hours(1));
    const WebServer server(inPrivate(), WebServer::Tls{expired});
    const auto error = failureOf(trusting(expired), server.url());
    EXPECT_EQ(error.fault(), Fault::protocol);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("certificate has expired"), HasSubstr("its operator must renew it")));
}

TEST_F(Tls, WithoutTheConfiguredFilesNamesThem) {
    const WebServer server(inPrivate(), WebServer::Tls{identity_});
    const auto noCa = failureOf({.tlsCaCertificates = root_ / "none.pem"}, server.url());
    EXPECT_EQ(noCa.fault(), Fault::configuration);
    EXPECT_THAT(noCa.what(), HasSubstr("tls.ca-certificates: " + (root_ / "none.pem").string() + " is missing"));
    auto options = trusting(identity_);
    options.tlsClientCertificate = root_ / "cert.pem";
    options.tlsClientKey = root_ / "key.pem";
    const auto noClient = failureOf(options, server.url());
    EXPECT_EQ(noClient.fault(), Fault::configuration);
    EXPECT_THAT(noClient.what(), AllOf(HasSubstr((root_ / "cert.pem").string()), HasSubstr("cannot be used")));
}

TEST_F(Tls, ShowsTheEndpointsCertificateForEveryRequest) {
    const WebServer server(inPrivate(), WebServer::Tls{identity_, identity_.certificate});
    const auto client = issued({.subject = "CN=endpoint",
                                .notBefore = now() - std::chrono::hours(1),
                                .notAfter = now() + std::chrono::hours(1)},
                               crypto::Key::generateRsa(2048), identity_);
    auto options = trusting(identity_);
    const auto without = failureOf(options, server.url());
    EXPECT_EQ(without.fault(), Fault::refused) << without.what();
    EXPECT_THAT(without.what(), HasSubstr("tls.client-certificate"));

    options.tlsClientCertificate = file("cert.pem", client.certificate.toPem());
    options.tlsClientKey = file("key.pem", client.key.toPem().reveal());
    Http http(options);
    EXPECT_EQ(http.get(server.url(), 1024).body, "in private");
    EXPECT_EQ(http.post(server.url(), "text/plain", "body", 1024).body, "in private");
    EXPECT_EQ(http.getOnce(server.url(), 1024).body, "in private");
    EXPECT_THAT(server.requests(), SizeIs(3));
}

TEST_F(Tls, IsNotLeftForAWeakerScheme) {
    const WebServer plain({webAnswer("200 OK", "", "in the open")});
    const WebServer server(
        [&](const std::string&) { return webAnswer("302 Found", "Location: " + plain.url() + "\r\n"); },
        WebServer::Tls{identity_});
    Http http(trusting(identity_));
    EXPECT_THROW(http.get(server.url(), 1024), Error);
    EXPECT_THAT(plain.requests(), SizeIs(0));
}

TEST_F(Tls, IsMissingOnAPortOfPlainHttp) {
    const WebServer plain({webAnswer("400 Bad Request")});
    const auto error = failureOf({}, fmt::format("https://127.0.0.1:{}/scep", plain.port()));
    EXPECT_THAT(error.what(), HasSubstr("does the server speak TLS on this port?"));
}

} // namespace
