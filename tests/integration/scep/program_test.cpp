#include "base/file.hpp"
#include "base/process.hpp"
#include "ca/server.hpp"
#include "integration/scep/endpoint.hpp"
#include "store/report.hpp"

#include <array>
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace scepd;
using namespace scepd::test;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;

constexpr auto secret = "canary-8CE317021F690069";
constexpr auto patience = std::chrono::seconds(60);

/// Two ends of a pipe.
struct Pipe {
    Pipe() {
        std::array<int, 2> ends{-1, -1};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
        out = UniqueFd(ends[0]);
        in = UniqueFd(ends[1]);
    }
    UniqueFd out, in;
};

std::string readToTheEnd(int fd) {
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t got = 0; (got = ::read(fd, buffer.data(), buffer.size())) > 0;)
        text.append(buffer.data(), static_cast<std::size_t>(got));
    return text;
}

process::Command command(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), SCEPD_ENROLL);
    return {.argv = std::move(arguments), .environment = {}, .descriptors = {}};
}

int exitCode(const process::Result& result) {
    return WIFEXITED(result.status) ? WEXITSTATUS(result.status) : -1;
}

class Program : public testing::Test {
protected:
    Program() { configure({}); }

    void configure(const std::string& challenge) const {
        endpoint_.configure({.urls = fmt::format("\"{}\"", authority_.url()),
                             .trust = fmt::format("ca-fingerprint = \"{}\"", authority_.fingerprint()),
                             .challenge = challenge});
    }

    [[nodiscard]] process::Result run(std::vector<std::string> arguments) const {
        arguments.insert(arguments.end(), {"--root", endpoint_.root()});
        return process::run(command(std::move(arguments)), patience);
    }

    ca::TestCa authority_{{.challenge = secret}};
    Endpoint endpoint_;
};

TEST_F(Program, RunByHandShowsWhatItDoesAndNoSecret) {
    configure(secret);
    const auto result = run({"device"});
    EXPECT_EQ(exitCode(result), 0) << result.lastOutput;
    EXPECT_THAT(result.lastOutput, AllOf(HasSubstr("key: RSA 2048"), HasSubstr("authority: http://127.0.0.1"),
                                         HasSubstr("issued: CN=device,O=Example, serial ")));
    EXPECT_THAT(result.lastOutput, Not(HasSubstr(secret)));
}

TEST_F(Program, TakesTheChallengeFromADescriptorAndReportsToAnother) {
    Pipe challenge;
    Pipe report;
    ASSERT_EQ(::write(challenge.in.get(), secret, std::string(secret).size()),
              static_cast<ssize_t>(std::string(secret).size()));
    challenge.in = UniqueFd();
    auto start = command({"device", "--root", endpoint_.root(), "--report-fd", "3", "--challenge-fd", "4"});
    start.descriptors = {{report.in.get(), 3}, {challenge.out.get(), 4}};
    const auto pid = process::spawn(start);
    report.in = UniqueFd();
    const auto text = readToTheEnd(report.out.get());
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);

    EXPECT_EQ(WEXITSTATUS(status), 0);
    EXPECT_THAT(text.substr(0, text.find("report\n")),
                MatchesRegex("phase key\nphase authority\nphase capabilities\ntransaction [0-9a-f]+\nphase request\n"
                             "phase check\nphase commit\n"));
    const auto body = text.substr(text.find("report\n") + 7);
    EXPECT_EQ(as<record::Issued>(store::reportFromText(body)).held, endpoint_.current().facts);
}

TEST_F(Program, ShowsWhoeverLooksOnEveryMessageAndNoSecret) {
    configure(secret);
    Pipe trace;
    auto start = command({"device", "--root", endpoint_.root(), "--trace-fd", "3"});
    start.descriptors = {{trace.in.get(), 3}};
    const auto pid = process::spawn(start);
    trace.in = UniqueFd();
    const auto text = readToTheEnd(trace.out.get());
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);

    EXPECT_EQ(WEXITSTATUS(status), 0);
    EXPECT_THAT(text,
                AllOf(HasSubstr("GET http://127.0.0.1"), HasSubstr("?operation=GetCACert\n"), HasSubstr("HTTP 200, "),
                      HasSubstr("subject:             CN=scepd test CA\n"), HasSubstr("key usage:           "),
                      HasSubstr("understood:          SCEPStandard, "), HasSubstr("messageType:         19 (PKCSReq)"),
                      HasSubstr("challenge:           carried, not shown")));
    EXPECT_THAT(text, AllOf(HasSubstr("pkiStatus:           0 (SUCCESS)"), HasSubstr("recipientNonce:      "),
                            HasSubstr("passed:              it chains to the CA"), HasSubstr("issued: CN=device")));
    EXPECT_THAT(text, Not(HasSubstr(secret)));
}

TEST_F(Program, IsNotHeldUpByWhoeverLooksOnAndDoesNotRead) {
    configure(secret);
    Pipe trace;
    ASSERT_GT(::fcntl(trace.in.get(), F_SETPIPE_SZ, 4096), 0);
    auto start = command({"device", "--root", endpoint_.root(), "--trace-fd", "3"});
    start.descriptors = {{trace.in.get(), 3}};
    const auto pid = process::spawn(start);
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(Program, ExitsAsScepctlDoes) {
    EXPECT_EQ(exitCode(run({"device"})), 1) << "the challenge is missing";
    EXPECT_EQ(exitCode(run({"nobody"})), 1);
    EXPECT_EQ(exitCode(run({})), 2);
    EXPECT_EQ(exitCode(run({"device", "--renew", "--served", "1"})), 2);
    authority_.setFaults("pending");
    configure(secret);
    EXPECT_EQ(exitCode(run({"device"})), 6);
    EXPECT_EQ(exitCode(run({"--help"})), 0);
    EXPECT_EQ(exitCode(run({"--version"})), 0);
}

TEST_F(Program, TellsWhatItWouldAskForAndNeitherAsksNorWrites) {
    configure(secret);
    const auto first = run({"--plan", "device"});
    EXPECT_EQ(exitCode(first), 0);
    EXPECT_THAT(first.lastOutput,
                AllOf(HasSubstr("request\tsubject\t"), HasSubstr("request\tkey\tRSA 2048\n"),
                      HasSubstr("exchange\tmessage\tPKCSReq, signed with the new key, with the challenge\n"),
                      Not(HasSubstr(secret))));
    EXPECT_FALSE(std::filesystem::exists(endpoint_.directory())) << "nothing was written";

    ASSERT_EQ(exitCode(run({"device"})), 0);
    const auto renewal = run({"--plan", "device"}).lastOutput;
    EXPECT_THAT(
        renewal,
        HasSubstr("exchange\tmessage\tRenewalReq, signed with the certificate that is held, without a challenge"));
    EXPECT_THAT(renewal, HasSubstr("exchange\twithout Renewal\tPKCSReq, signed with the certificate that is held"));
    EXPECT_EQ(exitCode(run({"--plan", "nobody"})), 1);
}

TEST_F(Program, WritesOnlyInTheFolderOfItsCertificate) {
    configure(secret);
    ASSERT_EQ(exitCode(run({"device"})), 0);
    std::vector<std::string> elsewhere;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(endpoint_.root() / "var"))
        if (entry.is_regular_file() && !entry.path().string().starts_with(endpoint_.directory().string()))
            elsewhere.push_back(entry.path());
    EXPECT_THAT(elsewhere, IsEmpty());
    for (const auto& entry : std::filesystem::recursive_directory_iterator(endpoint_.directory())) {
        if (!entry.is_regular_file()) continue;
        const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
        EXPECT_EQ(entry.status().permissions() & others, std::filesystem::perms::none) << entry.path();
    }
}

} // namespace
