#include "scep/client.hpp"

#include "unit/scep/web.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using namespace scepd::scep;
using namespace scepd::test;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

/// A CA that answers by a test's rule, a message, and what its answer must fit.
class ScepClient : public testing::Test {
protected:
    using Rule = std::function<WebAnswer(const std::string& request)>;

    /// PKIOperations are answered by the rule.
    [[nodiscard]] WebServer::Handler ca(const std::string& capabilities, Rule rule) const {
        return [this, capabilities, rule = std::move(rule)](const std::string& request) {
            if (request.contains("operation=GetCACaps")) return webAnswer("200 OK", "", capabilities);
            if (request.contains("operation=GetCACert")) return webAnswer("200 OK", "", ca_.certificate.toDer());
            return rule(request);
        };
    }

    /// An answer that no check can like is enough: which way the message went is asked here.
    static WebAnswer answered(const std::string& /*request*/) { return webAnswer("404 Not Found", "", "no"); }

    [[nodiscard]] std::expected<Answer, HttpFailure> exchange(Client& client, Client::Repeat repeat) const {
        return client.exchange(message_, repeat, {"1", message_.senderNonce, {ca_.certificate}},
                               {ca_.certificate, ca_.key});
    }

    static Client clientOf(const WebServer& server, const std::optional<std::string>& identifier = {}) {
        profile::Scep scep;
        scep.caIdentifier = identifier;
        return {scep, server.url(), "/"};
    }

    /// The methods of the PKIOperations that came.
    static std::vector<std::string> methods(const WebServer& server) {
        std::vector<std::string> found;
        for (const auto& request : server.requests())
            if (request.contains("operation=PKIOperation")) found.push_back(request.substr(0, request.find(' ')));
        return found;
    }

    Identity ca_ = selfSigned({.subject = "CN=ca", .ca = true}, testKey(1));
    Message message_{"\x30\x03\xfb\xff\xfe", "nonce"};
};

TEST_F(ScepClient, SendsByPostWhereTheCapabilitiesListIt) {
    for (const auto* capabilities : {"POSTPKIOperation\nSHA-256\n", "SCEPStandard\n", "AES\r\nscepstandard\r\n"}) {
        const WebServer server(ca(capabilities, answered));
        auto client = clientOf(server);
        client.getCapabilities();
        EXPECT_EQ(exchange(client, Client::Repeat::never).error().status, 404);
        EXPECT_THAT(methods(server), ElementsAre("POST"));
        EXPECT_THAT(server.requests().back(), AllOf(StartsWith("POST /scep?operation=PKIOperation HTTP/1.1\r\n"),
                                                    HasSubstr("Content-Type: application/x-pki-message\r\n"),
                                                    HasSubstr("\r\n\r\n" + message_.der)));
    }
}

TEST_F(ScepClient, SendsByGetWhereTheCapabilitiesListOthersOnly) {
    const WebServer server(ca("Renewal\nSHA-1\nDES3\n", answered));
    auto client = clientOf(server);
    client.getCapabilities();
    EXPECT_FALSE(exchange(client, Client::Repeat::never));
    EXPECT_THAT(server.requests().back(),
                StartsWith("GET /scep?operation=PKIOperation&message=MAP7%2F%2F4%3D HTTP/1.1"));
    EXPECT_THAT(methods(server), SizeIs(1));
}

TEST_F(ScepClient, TriesPostFirstWhenThereAreNoCapabilities) {
    for (const auto* capabilities : {"", "<html>AES</html>", "Example.com-Foo\n"}) {
        const WebServer server(ca(capabilities, answered));
        auto client = clientOf(server);
        client.getCapabilities();
        EXPECT_FALSE(exchange(client, Client::Repeat::never));
        EXPECT_FALSE(exchange(client, Client::Repeat::never));
        EXPECT_THAT(methods(server), ElementsAre("POST", "POST"));
    }
}

TEST_F(ScepClient, SendsTheSameMessageByGetWhenTheServerKnowsNoPost) {
    for (const auto* status : {"405 Method Not Allowed", "501 Not Implemented"}) {
        const WebServer server(ca("", [&](const std::string& request) {
            return request.starts_with("POST") ? webAnswer(status) : answered(request);
        }));
        auto client = clientOf(server);
        client.getCapabilities();
        EXPECT_EQ(exchange(client, Client::Repeat::never).error().status, 404);
        EXPECT_FALSE(exchange(client, Client::Repeat::never));
        EXPECT_THAT(methods(server), ElementsAre("POST", "GET", "GET")) << "what was found out holds";
    }
}

TEST_F(ScepClient, DoesNotLeavePostThatTheCapabilitiesPromise) {
    const WebServer server(ca("POSTPKIOperation\n", [](const std::string&) { return webAnswer("405 Not Allowed"); }));
    auto client = clientOf(server);
    client.getCapabilities();
    EXPECT_EQ(exchange(client, Client::Repeat::harmless).error().status, 405);
    EXPECT_THAT(methods(server), ElementsAre("POST"));
}

TEST_F(ScepClient, NeverSendsARequestAgainAfterADroppedConnection) {
    const WebServer server(ca("", [](const std::string&) { return WebAnswer{}; }));
    auto client = clientOf(server);
    client.getCapabilities();
    EXPECT_THROW(exchange(client, Client::Repeat::never), Error);
    EXPECT_THAT(methods(server), ElementsAre("POST")) << "the CA may have read the challenge";
}

TEST_F(ScepClient, FindsOutByAPollThatOnlyGetIsAnswered) {
    const WebServer server(ca(
        "", [](const std::string& request) { return request.starts_with("POST") ? WebAnswer{} : answered(request); }));
    auto client = clientOf(server);
    client.getCapabilities();
    EXPECT_FALSE(exchange(client, Client::Repeat::harmless));
    EXPECT_FALSE(exchange(client, Client::Repeat::never));
    EXPECT_THAT(methods(server), ElementsAre("POST", "GET", "GET"));
}

TEST_F(ScepClient, DiagnosesRequestsThatAreTooLongForGet) {
    message_.der = std::string(3000, 'x');
    for (const auto& [status, body] : {std::pair{"414 URI Too Long", "<html>"},
                                       {"404 Not Found", "<h3>HTTP Error 404.15 - Not Found</h3>"},
                                       {"404 Not Found", "<h3>HTTP Error 404.14 - Not Found</h3>"},
                                       {"404 Not Found", "not found"}}) {
        const WebServer server(ca("AES\n", [&](const std::string&) { return webAnswer(status, "", body); }));
        auto client = clientOf(server);
        client.getCapabilities();
        const auto outcome = exchange(client, Client::Repeat::never);
        ASSERT_FALSE(outcome);
        EXPECT_EQ(outcome.error().error.fault(), Fault::refused);
        EXPECT_THAT(outcome.error().error.what(),
                    HasSubstr("the server does not take requests this long by GET; ask its "
                              "operator to offer POSTPKIOperation"));
    }
}

TEST_F(ScepClient, DoesNotBlameTheLengthOfAShortGet) {
    const WebServer server(ca("AES\n", answered));
    auto client = clientOf(server);
    client.getCapabilities();
    EXPECT_THAT(exchange(client, Client::Repeat::never).error().error.what(), Not(HasSubstr("this long")));
}

TEST_F(ScepClient, AsksForCapabilitiesByGetAndForgivesEverything) {
    for (const auto& answer :
         {webAnswer("404 Not Found", "", "AES"), webAnswer("500 Error"), WebAnswer{}, webAnswer("200 OK"),
          webAnswer("200 OK", "Content-Type: text/html\r\n", "<html>AES</html>"),
          webAnswer("200 OK", "", std::string(70000, 'x'))}) {
        const WebServer server([&](const std::string&) { return answer; });
        auto client = clientOf(server);
        EXPECT_EQ(client.getCapabilities(), Capabilities{});
        EXPECT_THAT(server.requests().front(), StartsWith("GET /scep?operation=GetCACaps HTTP/1.1"));
    }
}

TEST_F(ScepClient, DoesNotLookAtTheTypeOfAnAnswer) {
    const WebServer server({webAnswer("200 OK", "Content-Type: application/x-x509-ca-cert\r\n", "AES\r\nRenewal\r\n"),
                            webAnswer("200 OK", "Content-Type: text/plain\r\n", ca_.certificate.toPem())});
    auto client = clientOf(server);
    EXPECT_EQ(client.getCapabilities(), (Capabilities{.aes = true, .renewal = true}));
    EXPECT_THAT(client.getAuthorities(), ElementsAre(ca_.certificate));
}

TEST_F(ScepClient, SendsTheIdentifierWithEveryQuestionButTheMessage) {
    const WebServer server(ca("GetNextCACert\nPOSTPKIOperation\n", answered));
    auto client = clientOf(server, "Corp CA");
    client.getAuthorities();
    client.getCapabilities();
    std::ignore = exchange(client, Client::Repeat::never);
    EXPECT_THROW(client.getNextAuthorities(), Error);
    const auto requests = server.requests();
    EXPECT_THAT(requests.at(0), StartsWith("GET /scep?operation=GetCACert&message=Corp%20CA HTTP"));
    EXPECT_THAT(requests.at(1), StartsWith("GET /scep?operation=GetCACaps&message=Corp%20CA HTTP"));
    EXPECT_THAT(requests.at(2), StartsWith("POST /scep?operation=PKIOperation HTTP"));
    EXPECT_THAT(requests.at(3), StartsWith("GET /scep?operation=GetNextCACert&message=Corp%20CA HTTP"));
}

TEST_F(ScepClient, AsksForTheNextCaOnlyWhenTheCapabilitiesListIt) {
    const auto next = [](const std::string&) { return webAnswer("200 OK", "", "\x30\x80signed"); };
    const WebServer without(ca("AES\n", next));
    auto client = clientOf(without);
    client.getCapabilities();
    EXPECT_EQ(client.getNextAuthorities(), std::nullopt);
    EXPECT_THAT(without.requests(), SizeIs(1));
    const WebServer with(ca("GetNextCACert\n", next));
    auto other = clientOf(with);
    other.getCapabilities();
    EXPECT_EQ(other.getNextAuthorities(), "\x30\x80signed");
    EXPECT_THAT(with.requests().back(), StartsWith("GET /scep?operation=GetNextCACert HTTP/1.1"));
}

/// The CA's chain, a certificate at each number.
class NumberedChain : public ScepClient {
protected:
    [[nodiscard]] std::vector<crypto::Certificate> walk(const std::vector<WebAnswer>& answers) {
        const WebServer server([&](const std::string& request) {
            const auto position = std::stoul(request.substr(request.find("message=") + 8));
            return position < answers.size() ? answers[position] : webAnswer("500 Error");
        });
        auto client = clientOf(server, "0");
        auto found = client.getAuthorities();
        asked_ = server.requests().size();
        return found;
    }

    [[nodiscard]] static WebAnswer der(const Identity& identity) {
        return webAnswer("200 OK", "", identity.certificate.toDer());
    }

    Identity issuing_ = issued({.subject = "CN=issuing", .ca = true, .serial = 2}, testKey(2), ca_);
    std::size_t asked_ = 0;
};

TEST_F(NumberedChain, IsWalkedUntilAnErrorOrARepetition) {
    EXPECT_THAT(walk({der(issuing_), der(ca_)}), ElementsAre(issuing_.certificate, ca_.certificate));
    EXPECT_THAT(walk({der(issuing_), der(ca_), der(ca_), der(issuing_)}), SizeIs(2));
    EXPECT_EQ(asked_, 3U);
    EXPECT_THAT(walk({der(ca_), webAnswer("200 OK", "", "<html>none</html>")}), ElementsAre(ca_.certificate));
    EXPECT_THAT(walk({der(ca_), {}}), ElementsAre(ca_.certificate));
}

TEST_F(NumberedChain, IsWalkedEightStepsAtMost) {
    std::vector<WebAnswer> answers;
    for (long serial = 1; serial < 20; ++serial)
        answers.push_back(der(issued({.subject = "CN=many", .ca = true, .serial = serial}, testKey(2), ca_)));
    EXPECT_THAT(walk(answers), SizeIs(8));
    EXPECT_EQ(asked_, 8U);
}

TEST_F(NumberedChain, WithoutABeginningIsAnError) {
    EXPECT_THROW(walk({}), Error);
}

} // namespace
