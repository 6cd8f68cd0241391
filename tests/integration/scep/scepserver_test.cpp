#include "base/error.hpp"
#include "base/file.hpp"
#include "base/process.hpp"
#include "crypto/certificate.hpp"
#include "enroll/plan.hpp"
#include "enroll/probe.hpp"
#include "integration/scep/endpoint.hpp"
#include "loopback.hpp"
#include "scep/client.hpp"
#include "scep/http.hpp"
#include "store/transaction.hpp"
#include "unit/scep/web.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

namespace {

using namespace scepd;
using namespace scepd::test;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr auto program = "/usr/bin/scepserver"; // Debian's package scep: the tests need it.
constexpr auto secret = "canary-8CE317021F690069";

/// Debian's scepserver with a CA of its own below a directory.
class ScepServer {
public:
    explicit ScepServer(const std::filesystem::path& depot) : depot_(depot), port_(Port().number()) {
        const auto made =
            process::run({.argv = {program, "ca", "-init", "-depot", depot}, .environment = {}, .descriptors = {}},
                         std::chrono::seconds(60));
        if (!made.succeeded()) throw std::runtime_error("scepserver ca -init: " + made.lastOutput);
        pid_ = process::spawn({.argv = {program, "-depot", depot, "-port", std::to_string(port_), "-challenge", secret,
                                        "-allowrenew", "0"},
                               .environment = {},
                               .descriptors = {},
                               .standardOutput = log_.get()});
        awaitListener(port_);
    }
    ~ScepServer() {
        ::kill(pid_, SIGTERM);
        ::waitpid(pid_, nullptr, 0);
    }
    ScepServer(const ScepServer&) = delete;
    ScepServer& operator=(const ScepServer&) = delete;

    [[nodiscard]] unsigned port() const { return port_; }

    [[nodiscard]] ProfileText profile(const std::string& scep) const {
        const auto ca = crypto::Certificate::fromPem(file::read(depot_ / "ca.pem"));
        return {.urls = fmt::format("\"http://127.0.0.1:{}/scep\"", port_),
                .trust = fmt::format("ca-fingerprint = \"{}\"", crypto::hex(ca.fingerprint(Digest::sha256))),
                .scep = scep,
                .challenge = secret};
    }

private:
    std::filesystem::path depot_;
    unsigned port_;
    UniqueFd log_{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
    pid_t pid_ = -1;
};

/// Stands between endpoint and server, passes on what is said and, when told to, does what networks and proxies do.
class Relay {
public:
    explicit Relay(const ScepServer& server)
        : target_(fmt::format("http://127.0.0.1:{}", server.port())),
          front_([this](const std::string& request) { return pass(request); }) {}

    /// As a profile and as an error say it.
    [[nodiscard]] std::string url() const { return fmt::format("\"{}\"", front_.url()); }
    [[nodiscard]] std::string shownUrl() const { return front_.url(); }

    /// Of the PKIOperations so far what the endpoint saw: the server's status, 0 for an answer that was lost.
    [[nodiscard]] std::vector<long> statuses() const { return statuses_; }

    std::atomic<bool> losesNextReply = false; ///< The server answers a PKIOperation, the endpoint does not hear it.
    std::atomic<bool> offersNextAuthority = false; ///< GetCACaps says GetNextCACert as well.

private:
    WebAnswer pass(const std::string& request) {
        const auto path = request.substr(request.find(' ') + 1, request.find(" HTTP/") - request.find(' ') - 1);
        const bool isMessage = path.contains("operation=PKIOperation");
        scep::Http server({});
        auto answer = request.starts_with("POST") ? server.post(target_ + path, "application/x-pki-message",
                                                                request.substr(request.find("\r\n\r\n") + 4), limit)
                                                  : server.get(target_ + path, limit);
        const bool lost = isMessage && losesNextReply.exchange(false);
        if (isMessage) statuses_.push_back(lost ? 0 : answer.status);
        if (offersNextAuthority && path.contains("GetCACaps")) answer.body += "\nGetNextCACert\n";
        if (lost) return {};
        return webAnswer(fmt::format("{} as it came", answer.status),
                         fmt::format("Content-Type: {}\r\n", answer.contentType), answer.body);
    }

    static constexpr std::size_t limit = 1024UL * 1024UL;

    std::string target_;
    std::vector<long> statuses_;
    WebServer front_;
};

/// What is written to the log meanwhile.
std::string logOf(const std::function<void()>& action) {
    testing::internal::CaptureStderr();
    action();
    return testing::internal::GetCapturedStderr();
}

TEST(DebiansScepserver, IssuesAndRenewsWithLegacyReplies) {
    const Endpoint endpoint;
    const ScepServer server(endpoint.root() / "depot");
    endpoint.configure(server.profile("legacy-replies = true\nrenewal-challenge = \"always\""));
    const auto first = as<record::Issued>(endpoint.enroll()).held;
    const auto second = as<record::Issued>(endpoint.renew()).held;
    EXPECT_EQ(second.generation, 2U);
    EXPECT_NE(second.serialNumber, first.serialNumber);
    EXPECT_TRUE(crypto::Certificate::fromPem(endpoint.current().certificate)
                    .matches(crypto::Key::fromPem(endpoint.current().key)));
}

TEST(DebiansScepserver, AsksForTheChallengeOfARenewalByRefusingIt) {
    const Endpoint endpoint;
    const ScepServer server(endpoint.root() / "depot");
    endpoint.configure(server.profile("legacy-replies = true"));
    as<record::Issued>(endpoint.enroll());
    EXPECT_EQ(as<record::Issued>(endpoint.renew()).held.generation, 2U);
}

TEST(DebiansScepserver, AnswersInAlgorithmsThatAreRefusedByDefault) {
    const Endpoint endpoint;
    const ScepServer server(endpoint.root() / "depot");
    endpoint.configure(server.profile({}));
    const auto failed = as<record::Failed>(endpoint.enroll());
    EXPECT_EQ(failed.fault(), Fault::protocol);
    EXPECT_THAT(failed.reason, HasSubstr("legacy-replies = true"));
    EXPECT_TRUE(endpoint.holdsNothing());
}

TEST(DebiansScepserver, KnowsNoPollingAndGetsTheSameRequestAgainForALostReply) {
    const Endpoint endpoint;
    const ScepServer server(endpoint.root() / "depot");
    Relay relay(server);
    auto text = server.profile("legacy-replies = true\nrenewal-challenge = \"always\"");
    text.urls = relay.url();
    endpoint.configure(text);
    for (const bool renew : {false, true}) {
        const enroll::Order order{.renew = renew, .challenge = {}};
        relay.losesNextReply = true;
        EXPECT_EQ(as<record::Failed>(endpoint.run(order)).reason,
                  fmt::format("{} device: send request: {}: the server closed the connection without an answer",
                              renew ? "renew" : "enroll", relay.shownUrl()));
        const auto kept = store::readTransaction(endpoint.root(), "device").value();
        const auto said = logOf([&] { as<record::Issued>(endpoint.run(order)); });
        EXPECT_EQ(said, fmt::format(
                            "device: ask whether the CA has answered: {}: HTTP 500: not implemented; sending the same "
                            "request again\n",
                            relay.shownUrl()));
        EXPECT_EQ(endpoint.current().key, kept.key) << "no second key";
    }
    EXPECT_THAT(relay.statuses(), ElementsAre(0, 500, 200, 0, 500, 200));
    EXPECT_EQ(endpoint.current().facts.generation, 2U);
}

TEST(DebiansScepserver, KnowsNoNextCaAndIsUsedAllTheSameWhenSomethingSaysItDoes) {
    const Endpoint endpoint;
    const ScepServer server(endpoint.root() / "depot");
    Relay relay(server);
    relay.offersNextAuthority = true;
    auto text = server.profile("legacy-replies = true");
    text.urls = relay.url();
    endpoint.configure(text);
    const auto wanted = enroll::findWanted(endpoint.root(), "device");
    scep::Client client(wanted.profile.scep, wanted.profile.scep.urls.front(), endpoint.root());
    ASSERT_TRUE(client.getCapabilities().getNextCaCert);
    try {
        client.getNextAuthorities();
        FAIL() << "there is one";
    } catch (const Error& error) {
        EXPECT_EQ(error.fault(), Fault::unreachable);
        EXPECT_EQ(error.what(), fmt::format("fetch the next CA certificate: {}: HTTP 500: operation not implemented",
                                            relay.shownUrl()));
    }
    EXPECT_EQ(logOf([&] { as<record::Issued>(endpoint.enroll()); }),
              fmt::format("device: ask for the next CA: fetch the next CA certificate: {}: HTTP 500: operation not "
                          "implemented\n",
                          relay.shownUrl()));
    std::string findings;
    const auto tell = [&](const enroll::Finding& finding) { findings += finding.text + "\n"; };
    EXPECT_TRUE(enroll::probe(enroll::probedBy(wanted), tell)) << findings;
    EXPECT_THAT(findings, HasSubstr("none yet (HTTP 500)\n"));
}

TEST(DebiansScepserver, RefusesAWrongChallenge) {
    const Endpoint endpoint;
    const ScepServer server(endpoint.root() / "depot");
    auto text = server.profile("legacy-replies = true");
    text.challenge = "wrong";
    endpoint.configure(text);
    EXPECT_EQ(as<record::Refused>(endpoint.enroll()).failInfo, "badRequest");
}

TEST(DebiansScepserver, IsDiagnosedAsOneThatMayAnswerInOldAlgorithms) {
    const Endpoint endpoint;
    const ScepServer server(endpoint.root() / "depot");
    endpoint.configure(server.profile({}));
    std::string text;
    const auto tell = [&](const enroll::Finding& finding) { text += finding.text + "\n"; };
    EXPECT_TRUE(enroll::probe(enroll::probedBy(enroll::findWanted(endpoint.root(), "device")), tell)) << text;
    EXPECT_THAT(text, HasSubstr("legacy-replies = true"));
    EXPECT_THAT(text, HasSubstr("the profile's pin fits C=US,O=scep-ca,OU=SCEP CA"));
}

} // namespace
