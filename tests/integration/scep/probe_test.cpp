#include "enroll/probe.hpp"

#include "base/process.hpp"
#include "ca/server.hpp"
#include "enroll/plan.hpp"
#include "integration/scep/endpoint.hpp"
#include "unit/scep/web.hpp"

#include <chrono>
#include <csignal>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

namespace {

using namespace scepd;
using namespace scepd::test;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Answers every request with one page.
WebServer::Handler always(const std::string& status, const std::string& headers = {}, const std::string& body = {}) {
    return [=](const std::string&) { return webAnswer(status, headers, body); };
}

/// What a probe said, a line each, and whether enrollment could work.
struct Diagnosis {
    bool works = false;
    std::string text;
};

Diagnosis diagnose(const enroll::Probed& probed) {
    Diagnosis diagnosis;
    diagnosis.works = enroll::probe(probed, [&](const enroll::Finding& finding) {
        diagnosis.text += fmt::format("{}|{}|{}\n", enroll::name(finding.mark), finding.check, finding.text);
    });
    return diagnosis;
}

enroll::Probed at(const std::string& url) {
    enroll::Probed probed;
    probed.scep.urls = {url};
    probed.root = "/";
    return probed;
}

TEST(ProbeOfATestCa, ShowsEveryCertificateAndAProfileToPaste) {
    const ca::TestCa authority({.ra = true});
    const auto [works, text] = diagnose(at(authority.url()));
    EXPECT_TRUE(works) << text;
    EXPECT_THAT(text, AllOf(HasSubstr("ok|name|127.0.0.1 is an address\n"), HasSubstr("ok|connection|127.0.0.1 port "),
                            HasSubstr("ok|capabilities|AES POSTPKIOperation Renewal SHA-256 SCEPStandard\n"),
                            HasSubstr("ok|certificates|3 certificates as application/x-x509-ca-ra-cert\n"),
                            HasSubstr("note|root CA|CN=scepd test CA\nnote||RSA 2048, keyCertSign, cRLSign\n")));
    EXPECT_THAT(text, AllOf(HasSubstr("note|RA, signs|"), HasSubstr("note|RA, decrypts|"),
                            HasSubstr("ok|recipient|requests are encrypted to CN=scepd test CA RA encryption\n"),
                            HasSubstr("ok|result|enrollment could work\n"),
                            HasSubstr(fmt::format("profile||[scep]\nprofile||url = \"{}\"\n", authority.url())),
                            HasSubstr(fmt::format("ca-fingerprint = \"sha256:{}\"\n", authority.fingerprint()))));
}

TEST(ProbeOfATestCa, TellsWhatIsMissing) {
    const ca::TestCa authority({.capabilities = "DES3,SHA-1"});
    const auto [works, text] = diagnose(at(authority.url()));
    EXPECT_TRUE(works) << text;
    EXPECT_THAT(text, AllOf(HasSubstr("warning||no Renewal"), HasSubstr("warning||no POSTPKIOperation"),
                            HasSubstr("warning||no SHA-256\n"), HasSubstr("warning||no AES\n"),
                            HasSubstr("security = \"legacy\""), HasSubstr("profile||# legacy-replies = true\n")));
}

TEST(ProbeOfAProfile, ComparesThePin) {
    const ca::TestCa authority;
    const Endpoint endpoint;
    const auto probed = [&](const std::string& pin) {
        endpoint.configure(
            {.urls = fmt::format("\"{}\"", authority.url()), .trust = fmt::format("ca-fingerprint = \"{}\"", pin)});
        return diagnose(enroll::probedBy(enroll::findWanted(endpoint.root(), "device")));
    };
    const auto right = probed(authority.fingerprint());
    EXPECT_TRUE(right.works);
    EXPECT_THAT(right.text,
                AllOf(HasSubstr("ok|pin|the profile's pin fits CN=scepd test CA\n"), Not(HasSubstr("profile||"))));
    const auto wrong = probed(std::string(64, '0'));
    EXPECT_FALSE(wrong.works);
    EXPECT_THAT(wrong.text,
                AllOf(HasSubstr("problem|pin|the CA is another one"), HasSubstr("advice||Ask the operator")));
}

TEST(ProbeOfNobody, SaysThatNothingListens) {
    const Port closed;
    const auto [works, text] = diagnose(at(fmt::format("http://127.0.0.1:{}/scep", closed.number())));
    EXPECT_FALSE(works);
    EXPECT_THAT(text,
                AllOf(HasSubstr("refuses: nothing listens there\n"), HasSubstr("advice||Check the port of the URL")));
    auto proxied = at("http://ca.invalid/scep");
    proxied.scep.proxy = fmt::format("127.0.0.1:{}", closed.number());
    EXPECT_THAT(diagnose(proxied).text, HasSubstr("advice||Check name and port of the proxy."));
}

TEST(ProbeOfNobody, SaysThatThereIsNoSuchName) {
    const auto [works, text] = diagnose(at("http://no-such-name.invalid/scep"));
    EXPECT_FALSE(works);
    EXPECT_THAT(text, AllOf(HasSubstr("problem|name|"), HasSubstr("no-such-name.invalid"), HasSubstr("advice||")));
}

TEST(ProbeOfAWebServer, RecognisesAPageThatIsNoScep) {
    const WebServer server(always("200 OK", "Server: Example/1\r\nDate: Fri, 20 Nov 2020 12:00:00 GMT\r\n", "<html>"));
    const auto [works, text] = diagnose(at(server.url()));
    EXPECT_FALSE(works);
    EXPECT_THAT(text, AllOf(HasSubstr("ok|http|spoken: status 200 from Example/1 without an operation\n"),
                            HasSubstr("warning|clock|the server says 2020-11-20T12:00:00Z, this machine "),
                            HasSubstr("warning|capabilities|none: HTTP 200, a web page"),
                            HasSubstr("problem|certificates|the answer is a web page"),
                            HasSubstr("/certsrv/mscep/mscep.dll (Microsoft NDES)")));
}

TEST(ProbeOfAWebServer, SuggestsAnIdentifierOn404) {
    const WebServer server(always("404 Not Found", "", "<html>"));
    EXPECT_THAT(diagnose(at(server.url())).text,
                AllOf(HasSubstr("problem|certificates|HTTP 404\n"), HasSubstr("try --ca-identifier NAME")));
    auto named = at(server.url());
    named.scep.caIdentifier = "corp";
    EXPECT_THAT(diagnose(named).text, HasSubstr("compare ca-identifier"));
}

TEST(ProbeOfAWebServer, KnowsWhatNdesAnswersWithoutAnOperation) {
    const WebServer server(always("403 Forbidden", "Server: Microsoft-IIS/10.0\r\n", "<html>"));
    EXPECT_THAT(diagnose(at(server.url())).text,
                AllOf(HasSubstr("without an operation, as a healthy NDES answers\n"),
                      HasSubstr("advice||The server wants to know who asks, which SCEP does not")));
}

TEST(ProbeOfAWebServer, SaysThatThereIsNoTlsOnAPortWithout) {
    const WebServer server(always("200 OK", "", ""));
    const auto [works, text] = diagnose(at("https" + server.url().substr(4)));
    EXPECT_FALSE(works);
    EXPECT_THAT(text, AllOf(HasSubstr("problem|tls|"), HasSubstr("advice||Is it http:// on that port?")));
}

/// openssl's server for tests, with a certificate that it signed itself.
class TlsServer {
public:
    explicit TlsServer(const std::filesystem::path& directory) : directory_(directory) {
        run({"/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=tls", "-addext",
             "subjectAltName=IP:127.0.0.1", "-days", "90", "-keyout", directory / "tls.key", "-out", certificate()});
        port_ = Port().number();
        pid_ = process::spawn({.argv = {"/usr/bin/openssl", "s_server", "-accept", fmt::format("127.0.0.1:{}", port_),
                                        "-key", directory / "tls.key", "-cert", certificate(), "-www", "-quiet"},
                               .environment = {},
                               .descriptors = {}});
        awaitListener(port_);
    }
    ~TlsServer() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    TlsServer(const TlsServer&) = delete;
    TlsServer& operator=(const TlsServer&) = delete;

    [[nodiscard]] std::string url() const { return fmt::format("https://127.0.0.1:{}/scep", port_); }
    [[nodiscard]] std::string certificate() const { return directory_ / "tls.pem"; }

private:
    static void run(std::vector<std::string> argv) {
        const auto result =
            process::run({.argv = std::move(argv), .environment = {}, .descriptors = {}}, std::chrono::seconds(60));
        if (!result.succeeded()) throw std::runtime_error(result.lastOutput);
    }

    std::filesystem::path directory_;
    unsigned port_ = 0;
    pid_t pid_ = -1;
};

TEST(ProbeOfATlsServer, TellsItsCertificateAndWhetherItIsTrusted) {
    const Endpoint endpoint;
    const TlsServer server(endpoint.root());
    const auto stranger = diagnose(at(server.url()));
    EXPECT_FALSE(stranger.works);
    EXPECT_THAT(
        stranger.text,
        AllOf(HasSubstr("note|tls|CN=tls, issued by CN=tls\n"), HasSubstr("problem|http|"),
              HasSubstr("advice||Name the CA that issued the server's TLS certificate in tls.ca-certificates")));
    auto known = at(server.url());
    known.scep.tlsCaCertificates = server.certificate();
    EXPECT_THAT(diagnose(known).text, HasSubstr("ok|http|spoken: status 200"));
}

TEST(ProbeByProgram, PrintsALineForEachFindingAndExitsWithTheVerdict) {
    const ca::TestCa authority;
    const Endpoint endpoint;
    const auto run = [&](const std::string& option) {
        return process::run(
            {.argv = {SCEPD_ENROLL, option, "--root", endpoint.root()}, .environment = {}, .descriptors = {}},
            std::chrono::seconds(60));
    };
    const auto good = run("--probe=" + authority.url());
    EXPECT_EQ(WEXITSTATUS(good.status), 0) << good.lastOutput;
    EXPECT_THAT(good.lastOutput, HasSubstr("ok\tresult\tenrollment could work\n"));
    EXPECT_EQ(WEXITSTATUS(run("--probe=gopher://x").status), 1);
    EXPECT_EQ(WEXITSTATUS(run("--probe-name=nobody").status), 1);
    EXPECT_EQ(WEXITSTATUS(run("--proxy=x").status), 2);
    EXPECT_FALSE(std::filesystem::exists(endpoint.root() / "var")) << "it keeps nothing";
}

} // namespace
