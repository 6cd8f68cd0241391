#include "base/error.hpp"
#include "base/file.hpp"
#include "base/process.hpp"
#include "crypto/certificate.hpp"
#include "enroll/plan.hpp"
#include "enroll/probe.hpp"
#include "integration/scep/endpoint.hpp"
#include "loopback.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

namespace {

using namespace scepd;
using namespace scepd::test;
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
    EXPECT_EQ(failed.fault, Fault::protocol);
    EXPECT_THAT(failed.reason, HasSubstr("legacy-replies = true"));
    EXPECT_TRUE(endpoint.holdsNothing());
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
