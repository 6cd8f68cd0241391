#include "scep/dynamic_challenge.hpp"

#include "base/base64.hpp"
#include "base/error.hpp"
#include "crypto/text.hpp"
#include "temporary_root.hpp"
#include "unit/scep/web.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using namespace scepd::test;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr auto password = "canary-Passw0rd";
constexpr auto page = "<html>The enrollment challenge password is: <B> 8CE317021F690069 </B></html>";

std::string wide(const std::string& ascii) {
    std::string text;
    for (const char c : ascii)
        text += {c, '\0'};
    return text;
}

/// A number of so many bytes, the lowest first.
std::string number(std::uint32_t value, unsigned bytes) {
    std::string text;
    for (unsigned i = 0; i < bytes; ++i)
        text += static_cast<char>((value >> (8 * i)) & 0xFFU);
    return text;
}

/// NTLM's second message: always the same challenge, for the domain CORP.
std::string ntlmChallenge() {
    const auto name = wide("CORP");
    const auto target = number(2, 2) + number(static_cast<std::uint32_t>(name.size()), 2) + name + number(0, 4);
    const auto targetLength = number(static_cast<std::uint32_t>(target.size()), 2);
    constexpr std::uint32_t flags = 0x00880201; // Unicode, NTLM, extended session security, with target information.
    return base64(std::string("NTLMSSP\0", 8) + number(2, 4) + number(0, 4) + number(48, 4) + number(flags, 4) +
                  "01234567" + std::string(8, '\0') + targetLength + targetLength + number(48, 4) + target);
}

/// What a request says in its Authorization of this scheme, decoded; empty without.
std::string authorization(const std::string& request, const std::string& scheme) {
    const auto header = "Authorization: " + scheme + " ";
    const auto begin = request.find(header);
    if (begin == std::string::npos) return {};
    const auto text = request.substr(begin + header.size(), request.find('\r', begin) - begin - header.size());
    return crypto::decodeBase64(text).value_or("");
}

/// A page behind NTLM that lets in whoever answers its challenge.
WebAnswer ntlmPage(const std::string& request) {
    const auto message = authorization(request, "NTLM");
    const char type = message.size() > 8 ? message[8] : '\0';
    if (type == 3) return keptAnswer("200 OK", "Content-Type: text/html\r\n", wide(page));
    if (type == 1) return keptAnswer("401 Unauthorized", "WWW-Authenticate: NTLM " + ntlmChallenge() + "\r\n");
    return keptAnswer("401 Unauthorized", "WWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\n");
}

/// A profile with a page for challenges.
class DynamicChallenge : public testing::Test {
protected:
    DynamicChallenge() { root_.write("etc/scepd/password", std::string(password) + "\n", 0600); }

    [[nodiscard]] std::string fetch(const WebServer& server) const {
        const profile::DynamicChallenge challenge{
            server.url("/certsrv/mscep_admin/"), "CORP\\svc-scep", "/etc/scepd/password", {}};
        return std::string(scep::fetchChallenge(challenge, scep_, root_.path()).reveal());
    }

    [[nodiscard]] Error failureOf(const WebAnswer& answer) const {
        const WebServer server([&](const std::string&) { return answer; });
        try {
            std::ignore = fetch(server);
        } catch (const Error& error) {
            EXPECT_THAT(error.what(), AllOf(StartsWith("fetch the challenge: " + server.url("/certsrv/mscep_admin/")),
                                            Not(HasSubstr(password))));
            return error;
        }
        throw std::runtime_error("no error");
    }

    void trust(const Identity& server) {
        root_.write("etc/scepd/tls.pem", server.certificate.toPem());
        scep_.tlsCaCertificates = "/etc/scepd/tls.pem";
    }

    TemporaryRoot root_;
    profile::Scep scep_;
};

TEST_F(DynamicChallenge, IsFetchedByNtlm) {
    const WebServer server(ntlmPage);
    EXPECT_EQ(fetch(server), "8CE317021F690069");
    const auto requests = server.requests();
    const auto answer = authorization(requests.back(), "NTLM");
    EXPECT_THAT(answer, AllOf(HasSubstr(wide("svc-scep")), HasSubstr(wide("CORP")), Not(HasSubstr(password)),
                              Not(HasSubstr(wide(password)))));
    EXPECT_THAT(requests, Each(StartsWith("GET /certsrv/mscep_admin/ HTTP/1.1")));
    EXPECT_THAT(requests, Each(Not(HasSubstr("Basic"))));
}

TEST_F(DynamicChallenge, IsFetchedByNtlmInPrivate) {
    const auto identity = tlsIdentity();
    trust(identity);
    const WebServer server(ntlmPage, WebServer::Tls{identity});
    EXPECT_EQ(fetch(server), "8CE317021F690069");
    EXPECT_THAT(server.requests(), Each(Not(HasSubstr("Basic"))));
}

TEST_F(DynamicChallenge, IsFetchedByBasicInPrivateOnly) {
    const auto identity = tlsIdentity();
    trust(identity);
    const auto basic = [](const std::string& request) {
        if (authorization(request, "Basic") == std::string("CORP\\svc-scep:") + password)
            return webAnswer("200 OK", "", page);
        return webAnswer("401 Unauthorized", "WWW-Authenticate: Basic realm=\"ndes\"\r\n");
    };
    const WebServer inPrivate(basic, WebServer::Tls{identity});
    EXPECT_EQ(fetch(inPrivate), "8CE317021F690069");
    EXPECT_THAT(inPrivate.requests().front(), Not(HasSubstr("Authorization"))) << "only who asks is told";

    const WebServer inTheOpen(basic);
    EXPECT_THROW(fetch(inTheOpen), Error);
    EXPECT_THAT(inTheOpen.requests(), Each(Not(HasSubstr("Basic"))));
}

TEST_F(DynamicChallenge, ShowsTheEndpointsTlsCertificateAsTheExchangeDoes) {
    const auto identity = tlsIdentity();
    trust(identity);
    const WebServer server(ntlmPage, WebServer::Tls{identity, identity.certificate});
    EXPECT_THROW(fetch(server), Error);
    const auto client = issued({.subject = "CN=endpoint",
                                .notBefore = now() - std::chrono::hours(1),
                                .notAfter = now() + std::chrono::hours(1)},
                               crypto::Key::generateRsa(2048), identity);
    root_.write("etc/scepd/client.pem", client.certificate.toPem());
    root_.write("etc/scepd/client.key", std::string(client.key.toPem().reveal()), 0600);
    scep_.tlsClientCertificate = "/etc/scepd/client.pem";
    scep_.tlsClientKey = "/etc/scepd/client.key";
    EXPECT_EQ(fetch(server), "8CE317021F690069");
}

TEST_F(DynamicChallenge, IsAFreshOneEachTime) {
    int visit = 0;
    const WebServer server([&](const std::string&) {
        return webAnswer("200 OK", "", "the enrollment challenge password is <b>" + std::to_string(++visit) + "</b>");
    });
    EXPECT_EQ(fetch(server), "1");
    EXPECT_EQ(fetch(server), "2");
}

TEST_F(DynamicChallenge, IsRefusedToAUserThatTheServerDoesNotKnow) {
    for (const auto& answer :
         {webAnswer("401 Unauthorized", "WWW-Authenticate: Basic\r\n"),
          webAnswer("401 Unauthorized", "WWW-Authenticate: Negotiate\r\n"), webAnswer("403 Forbidden")}) {
        const auto error = failureOf(answer);
        EXPECT_EQ(error.fault(), Fault::refused);
        EXPECT_THAT(error.what(), HasSubstr("does not let the user \"CORP\\svc-scep\" in"));
    }
}

TEST_F(DynamicChallenge, IsAskedForOnceWithAPasswordThatIsWrong) {
    const WebServer server([](const std::string& request) {
        const auto message = authorization(request, "NTLM");
        if (message.size() > 8 && message[8] == 3) return keptAnswer("401 Unauthorized", "WWW-Authenticate: NTLM\r\n");
        return ntlmPage(request);
    });
    EXPECT_THROW(fetch(server), Error);
    const auto answers = std::ranges::count_if(server.requests(), [](const auto& request) {
        const auto message = authorization(request, "NTLM");
        return message.size() > 8 && message[8] == 3;
    });
    EXPECT_EQ(answers, 1) << "accounts are locked after a few";
}

TEST_F(DynamicChallenge, IsNotAskedForWithoutEnd) {
    const auto error = failureOf(webAnswer("401 Unauthorized", "WWW-Authenticate: NTLM\r\n"));
    EXPECT_EQ(error.fault(), Fault::refused);
    EXPECT_THAT(error.what(), HasSubstr("again and again"));
}

TEST_F(DynamicChallenge, IsNotFetchedFromAServerThatTheLoginMustNotReach) {
    const WebServer elsewhere(ntlmPage);
    const auto error = failureOf(webAnswer("302 Found", "Location: " + elsewhere.url() + "\r\n"));
    EXPECT_EQ(error.fault(), Fault::protocol);
    EXPECT_THAT(elsewhere.requests(), SizeIs(0));
}

TEST_F(DynamicChallenge, IsTriedForLaterWhenTheCacheIsFull) {
    const auto error = failureOf(webAnswer("200 OK", "", wide("<html>The password cache is full.</html>")));
    EXPECT_EQ(error.fault(), Fault::unreachable);
    EXPECT_THAT(error.what(), HasSubstr("the password cache is full"));
}

TEST_F(DynamicChallenge, IsRefusedToAUserWithoutPermission) {
    const auto error =
        failureOf(webAnswer("200 OK", "", "<p>You do not have sufficient permission to enroll with SCEP.</p>"));
    EXPECT_EQ(error.fault(), Fault::refused);
    EXPECT_THAT(error.what(), HasSubstr("the user \"CORP\\svc-scep\" does not have permission"));
}

TEST_F(DynamicChallenge, IsNoneOnOtherPages) {
    const auto error = failureOf(webAnswer("200 OK", "", "<html>It works!</html>"));
    EXPECT_EQ(error.fault(), Fault::protocol);
    EXPECT_THAT(error.what(), HasSubstr("there is no challenge on this page"));
    EXPECT_EQ(failureOf(webAnswer("500 Error", "", page)).fault(), Fault::unreachable);
    EXPECT_EQ(failureOf(webAnswer("404 Not Found", "", page)).fault(), Fault::refused);
    EXPECT_THAT(failureOf(webAnswer("200 OK", "", std::string(70000, 'x'))).what(), HasSubstr("larger than 64 KiB"));
}

} // namespace
