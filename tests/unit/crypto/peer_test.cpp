#include "crypto/peer.hpp"

#include "base/error.hpp"
#include "crypto/openssl.hpp"
#include "loopback.hpp"
#include "unit/crypto/forge.hpp"

#include <csignal>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using namespace scepd::crypto;
using namespace scepd::test;
using testing::HasSubstr;
using namespace std::chrono_literals;

/// A TLS server for one connection, in a thread of its own.
class TlsServer {
public:
    TlsServer(const Identity& identity, int version, bool wantsCertificate)
        : thread_([this, identity, version, wantsCertificate] { serve(identity, version, wantsCertificate); }) {}
    [[nodiscard]] std::string port() const { return std::to_string(listener_.number()); }

private:
    void serve(const Identity& identity, int version, bool wantsCertificate) const {
        std::signal(SIGPIPE, SIG_IGN); // Whoever only looks leaves before the session tickets come.
        const Owned<SSL_CTX, SSL_CTX_free> context(SSL_CTX_new(TLS_server_method()));
        SSL_CTX_set_security_level(context.get(), 0);
        SSL_CTX_set_max_proto_version(context.get(), version);
        SSL_CTX_use_certificate(context.get(), identity.certificate.get());
        SSL_CTX_use_PrivateKey(context.get(), identity.key.get());
        if (wantsCertificate)
            SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
        const auto connection = listener_.accept();
        const Owned<SSL, SSL_free> tls(SSL_new(context.get()));
        SSL_set_fd(tls.get(), connection.get());
        SSL_accept(tls.get());
    }

    Listener listener_;
    std::jthread thread_;
};

const Identity& web() {
    static const auto identity = selfSigned({.subject = "CN=web", .serial = 5}, testKey(1));
    return identity;
}

TEST(Peer, ShowsItsCertificate) {
    const TlsServer server(web(), TLS1_3_VERSION, false);
    EXPECT_EQ(presentedCertificate("127.0.0.1", server.port(), 5s), web().certificate);
}

TEST(Peer, ShowsItsCertificateEvenWhenItWantsOneOfOurs) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        const TlsServer server(web(), version, true);
        EXPECT_EQ(presentedCertificate("localhost", server.port(), 5s), web().certificate);
    }
}

TEST(Peer, ThatIsNotThereIsAnErrorThatNamesIt) {
    const auto port = std::to_string(Listener().number());
    try {
        presentedCertificate("127.0.0.1", port, 5s);
        FAIL() << "somebody answered";
    } catch (const Error& error) {
        EXPECT_EQ(error.fault(), Fault::local);
        EXPECT_THAT(error.what(), HasSubstr("127.0.0.1:" + port + ": Connection refused"));
    }
}

TEST(Peer, ThatDoesNotSpeakTlsIsAnError) {
    const Listener listener;
    const std::jthread server([&] {
        const auto connection = listener.accept();
        EXPECT_EQ(::send(connection.get(), "220 mail\r\n", 10, MSG_NOSIGNAL), 10);
    });
    EXPECT_THROW(presentedCertificate("127.0.0.1", std::to_string(listener.number()), 5s), Error);
}

TEST(Peer, ThatSaysNothingIsAnErrorInTime) {
    const Listener listener;
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_THROW(presentedCertificate("127.0.0.1", std::to_string(listener.number()), 100ms), Error);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

} // namespace
