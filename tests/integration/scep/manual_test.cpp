#include "enroll/manual.hpp"

#include "base/file.hpp"
#include "ca/server.hpp"
#include "crypto/request.hpp"
#include "crypto/text.hpp"
#include "enroll/plan.hpp"
#include "integration/scep/endpoint.hpp"
#include "store/transaction.hpp"
#include "unit/crypto/forge.hpp"

#include <filesystem>
#include <string>

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using namespace scepd::test;
using crypto::Certificate;
using testing::HasSubstr;
using testing::StartsWith;

/// A CA that is asked by hand: an intermediate that signs what it is given, below a root.
class ByHand : public testing::Test {
protected:
    ByHand() { configure(pinOf(root_)); }

    void configure(const std::string& trust, const std::string& certificate = {}) const {
        endpoint_.configure({.urls = "\"http://127.0.0.1:9/scep\"", .trust = trust, .certificate = certificate});
    }
    static std::string pinOf(const Identity& ca) {
        return fmt::format("ca-fingerprint = \"{}\"", crypto::hex(ca.certificate.fingerprint(Digest::sha256)));
    }

    [[nodiscard]] record::Report create() const { return enroll::createRequest(wanted(), silence_); }
    std::string csr() const { return as<record::RequestMade>(create()).pem; }
    [[nodiscard]] record::Report import(const std::string& text) const {
        return enroll::importCertificate(wanted(), text, silence_);
    }
    [[nodiscard]] record::Failed failure(const std::string& text) const { return as<record::Failed>(import(text)); }

    /// The key that lies beside the request.
    [[nodiscard]] crypto::Key key() const {
        return crypto::Key::fromPem(store::readTransaction(endpoint_.root(), "device/manual").value().key);
    }
    [[nodiscard]] Certificate issue(const std::string& subject = "CN=device,O=Example", long serial = 7) const {
        return issued({.subject = subject,
                       .notBefore = start_,
                       .notAfter = start_ + std::chrono::days(90),
                       .serial = serial},
                      key(), issuing_)
            .certificate;
    }
    [[nodiscard]] std::string chain() const { return issuing_.certificate.toPem() + root_.certificate.toPem(); }

    Time start_ = std::chrono::floor<std::chrono::seconds>(now()) - std::chrono::hours(1);
    Identity root_ =
        selfSigned({.subject = "CN=root", .ca = true, .notBefore = start_, .notAfter = later_}, testKey(1));
    Identity issuing_ =
        issued({.subject = "CN=issuing", .ca = true, .notBefore = start_, .notAfter = later_, .serial = 2}, ecTestKey(),
               root_);
    Endpoint endpoint_;

private:
    [[nodiscard]] enroll::Wanted wanted() const { return enroll::findWanted(endpoint_.root(), "device"); }

    static inline const Time later_ = std::chrono::floor<std::chrono::seconds>(now()) + std::chrono::days(3650);
    UniqueFd nowhere_{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
    enroll::Progress silence_{nowhere_.get()};
};

TEST_F(ByHand, TheRequestAsksForWhatTheProfileSaysWithoutAChallenge) {
    const auto pem = csr();
    EXPECT_THAT(pem, StartsWith("-----BEGIN CERTIFICATE REQUEST-----\n"));
    const auto request = crypto::Request::fromDer(crypto::unwrapped(pem));
    EXPECT_EQ(request.subject(), "CN=device,O=Example");
    EXPECT_TRUE(endpoint_.holdsNothing());
}

TEST_F(ByHand, AskedAgainItIsTheSameRequestUntilTheProfileChanges) {
    const auto first = csr();
    EXPECT_EQ(csr(), first);
    configure(pinOf(root_), "san = [\"dns:device.example.com\"]");
    EXPECT_NE(csr(), first);
}

TEST_F(ByHand, WhatTheCaGaveBecomesAGeneration) {
    const auto first = csr();
    const auto leaf = issue();
    const auto held = as<record::Issued>(import(chain() + leaf.toPem())).held;
    EXPECT_EQ(held.generation, 1U);
    EXPECT_EQ(held.profile, "office.toml");
    const auto current = endpoint_.current();
    EXPECT_EQ(Certificate::fromPem(current.certificate), leaf);
    EXPECT_TRUE(leaf.matches(crypto::Key::fromPem(current.key)));
    EXPECT_EQ(current.chain, issuing_.certificate.toPem());
    EXPECT_EQ(current.ca, root_.certificate.toPem());
    EXPECT_EQ(store::readTransaction(endpoint_.root(), "device/manual"), std::nullopt);
    EXPECT_NE(csr(), first) << "the next one has a key of its own";
}

TEST_F(ByHand, Pkcs7IsTakenInDerBase64AndPem) {
    auto list = [this, serial = 7L]() mutable {
        return certificateList({issue("CN=device,O=Example", ++serial), issuing_.certificate, root_.certificate});
    };
    const auto base64 = [](const std::string& der) {
        std::string text;
        std::string padded = der;
        constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const auto pad = (3 - der.size() % 3) % 3;
        padded.append(pad, '\0');
        for (std::size_t i = 0; i < padded.size(); i += 3) {
            const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(padded[at]); };
            const auto bits = static_cast<unsigned>(byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2));
            for (const unsigned shift : {18U, 12U, 6U, 0U})
                text += digits[bits >> shift & 63U];
        }
        return text.replace(text.size() - pad, pad, pad, '=');
    };
    csr();
    as<record::Issued>(import(list()));
    csr();
    as<record::Issued>(import(base64(list())));
    csr();
    as<record::Issued>(import("-----BEGIN PKCS7-----\n" + base64(list()) + "\n-----END PKCS7-----\n"));
    EXPECT_EQ(endpoint_.current().facts.generation, 3U);
}

TEST_F(ByHand, TheSecondTimeTheCaIsKnown) {
    csr();
    as<record::Issued>(import(issue().toPem() + chain()));
    csr();
    EXPECT_EQ(as<record::Issued>(import(issue("CN=device,O=Example", 8).toPem())).held.generation, 2U);
}

TEST_F(ByHand, TheCaMustBeTheOneThatTheProfilePins) {
    csr();
    EXPECT_THAT(failure(issue().toPem() + issuing_.certificate.toPem()).reason,
                HasSubstr("the CA that ca-fingerprint names is not in the file"));
    const auto stranger = selfSigned({.subject = "CN=root", .ca = true}, testKey(3));
    configure(pinOf(stranger));
    EXPECT_THAT(failure(issue().toPem() + chain() + stranger.certificate.toPem()).reason, HasSubstr("CN=root"));
    EXPECT_TRUE(endpoint_.holdsNothing());
}

TEST_F(ByHand, WhatAnAttemptWouldNotUseIsNotUsedHere) {
    EXPECT_THAT(failure(chain()).reason, HasSubstr("no request waits for a certificate; \"scepctl csr device\""));
    csr();
    EXPECT_THAT(failure(chain()).reason, HasSubstr("none for the key that was requested"));
    EXPECT_THAT(failure(chain() + issue("CN=other").toPem()).reason, HasSubstr("its subject is CN=other"));
    EXPECT_THAT(failure("<html>").reason, HasSubstr("web page"));
    EXPECT_EQ(failure("nonsense").fault(), Fault::protocol);
    EXPECT_EQ(as<record::Issued>(import(chain() + issue().toPem())).held.generation, 1U) << "the key is still there";
}

TEST_F(ByHand, AChangedProfileWantsANewRequest) {
    csr();
    const auto answer = chain() + issue().toPem();
    configure(pinOf(root_), "san = [\"dns:device.example.com\"]");
    const auto failed = failure(answer);
    EXPECT_EQ(failed.fault(), Fault::local);
    EXPECT_THAT(failed.reason, HasSubstr("the profile asks for something else now"));
    configure(pinOf(root_));
    as<record::Issued>(import(answer));
}

TEST_F(ByHand, ACaOfFirstUseIsRemembered) {
    configure("trust = \"first-use\"");
    csr();
    as<record::Issued>(import(issue().toPem() + chain()));
    EXPECT_EQ(Certificate::fromPem(file::read(endpoint_.directory() / "first-use.pem")), root_.certificate);
    csr();
    const auto other = selfSigned({.subject = "CN=else", .ca = true, .notBefore = start_}, testKey(3));
    const auto foreign = issued({.subject = "CN=device,O=Example", .notBefore = start_}, key(), other);
    EXPECT_THAT(failure(foreign.certificate.toPem() + other.certificate.toPem()).reason,
                HasSubstr("the issued certificate is not used"));
}

TEST_F(ByHand, AnAttemptOverTheNetworkNeitherSendsNorTouchesTheRequest) {
    const ca::TestCa online({.pending = true});
    endpoint_.configure({.urls = fmt::format("\"{}\"", online.url()),
                         .trust = fmt::format("ca-fingerprint = \"{}\"", online.fingerprint())});
    const auto first = csr();
    as<record::Pending>(endpoint_.enroll());
    EXPECT_EQ(csr(), first);
    online.approveAll();
    as<record::Issued>(endpoint_.enroll());
    EXPECT_EQ(csr(), first) << "its answer may still come";
}

TEST_F(ByHand, WhatIsImportedEndsTheTransactionOverTheNetwork) {
    csr();
    store::saveTransaction(endpoint_.root(), "device",
                           {.id = "ab12",
                            .key = Secret("key"),
                            .request = "r",
                            .signer = {},
                            .signerKey = {},
                            .messageType = 19,
                            .renews = 0,
                            .pending = true,
                            .configuration = "c"});
    as<record::Issued>(import(issue().toPem() + chain()));
    EXPECT_EQ(store::readTransaction(endpoint_.root(), "device"), std::nullopt);
}

} // namespace
