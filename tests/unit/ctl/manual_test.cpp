#include "ctl/failure.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

#include "console_support.hpp"
#include "fake_daemon.hpp"
#include "temporary_root.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd::ctl {
namespace {

using test::FakeSystem;
using test::Shown;
using test::Written;
using testing::HasSubstr;

constexpr std::uint64_t farAway = 7'258'118'400'000'000; // 2200-01-01, days away whenever this runs

class ByHand : public testing::Test {
protected:
    Exit importFrom(const std::string& content) {
        root.write("answer", content);
        return run([&] { return import(written.console, "wifi", root / "answer"); });
    }
    Exit run(const std::function<Exit()>& verb) {
        system.answer();
        const auto code = guarded(written.console, verb);
        system.rest();
        return code;
    }
    const std::string& imported() { return system.daemon.certificates.at("wifi")->imported; }

    scepd::test::TemporaryRoot root;
    FakeSystem system{{Shown{.name = "wifi", .state = "valid", .notAfter = farAway, .generation = 3}}};
    Written written;
};

TEST_F(ByHand, CsrPrintsTheRequestAndNothingElse) {
    EXPECT_EQ(run([&] { return csr(written.console, "wifi"); }), Exit::done);
    EXPECT_EQ(written.out.str(), "-----BEGIN CERTIFICATE REQUEST-----\nMII=\n-----END CERTIFICATE REQUEST-----\n");
    EXPECT_EQ(written.err.str(), "");
}

TEST_F(ByHand, CsrOfAnUnknownNamePrintsNothingToTheFile) {
    EXPECT_EQ(run([&] { return csr(written.console, "wify"); }), Exit::noSuchCertificate);
    EXPECT_EQ(written.out.str(), "");
}

TEST_F(ByHand, ImportSendsTextAsItIsAndTellsWhatIsHeld) {
    const std::string text = "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n";
    EXPECT_EQ(importFrom(text), Exit::done);
    EXPECT_EQ(imported(), text);
    EXPECT_TRUE(written.out.str().starts_with("wifi: imported, generation 4, valid until 2200-01-01 (in "))
        << written.out.str();
    EXPECT_TRUE(written.out.str().ends_with("\"scepctl status wifi\" tells how its deployment goes.\n"));
}

TEST_F(ByHand, ImportSendsDerAsBase64) {
    EXPECT_EQ(importFrom(std::string("\x30\x82\x00\xff", 4)), Exit::done);
    EXPECT_EQ(imported(), "MIIA/w==");
}

TEST_F(ByHand, ImportSendsNoPrivateKey) {
    EXPECT_EQ(importFrom("-----BEGIN CERTIFICATE-----\n-----BEGIN RSA PRIVATE KEY-----\nMII=\n"), Exit::failed);
    EXPECT_EQ(imported(), "");
    EXPECT_THAT(written.err.str(), HasSubstr("holds a private key, which is not sent anywhere"));
}

TEST_F(ByHand, ImportNamesAFileThatIsMissingOrEmpty) {
    EXPECT_EQ(run([&] { return import(written.console, "wifi", "/nowhere/cert.pem"); }), Exit::failed);
    EXPECT_THAT(written.err.str(), HasSubstr("/nowhere/cert.pem: No such file or directory"));
    EXPECT_EQ(importFrom(""), Exit::failed);
    EXPECT_THAT(written.err.str(), HasSubstr("answer is empty"));
}

} // namespace
} // namespace scepd::ctl
