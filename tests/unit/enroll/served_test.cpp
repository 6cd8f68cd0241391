#include "enroll/served.hpp"

#include "base/error.hpp"
#include "loopback.hpp"
#include "store/generation.hpp"
#include "temporary_root.hpp"
#include "unit/crypto/forge.hpp"

#include <csignal>
#include <memory>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

namespace {

using namespace scepd;
using namespace scepd::test;
using namespace std::chrono_literals;
using testing::HasSubstr;

/// A web server that presents one certificate for a number of connections, and then another one until it ends.
class WebServer {
public:
    WebServer(const Identity& first, int times, const Identity& then) {
        std::signal(SIGPIPE, SIG_IGN); // Whoever only looks leaves before the session tickets come.
        thread_ = std::jthread([this, first, times, then] {
            for (int i = 0; serve(i < times ? first : then); ++i) {
            }
        });
    }
    ~WebServer() { listener_.close(); }
    WebServer(const WebServer&) = delete;
    WebServer& operator=(const WebServer&) = delete;

    [[nodiscard]] std::string name() const { return fmt::format("127.0.0.1:{}", listener_.number()); }

private:
    [[nodiscard]] bool serve(const Identity& identity) const {
        const auto connection = listener_.accept();
        if (!connection) return false;
        const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
        SSL_CTX_set_security_level(context.get(), 0);
        SSL_CTX_use_certificate(context.get(), identity.certificate.get());
        SSL_CTX_use_PrivateKey(context.get(), identity.key.get());
        const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context.get()), SSL_free);
        SSL_set_fd(tls.get(), connection.get());
        SSL_accept(tls.get());
        return true;
    }

    Listener listener_;
    std::jthread thread_;
};

/// A root with generation 1 of a certificate "web".
class Look : public testing::Test {
protected:
    Look() {
        wanted_.root = root_.path();
        wanted_.certificate.name = "web";
        store::commit(wanted_.root, "web", {new_.key.toPem(), new_.certificate.toPem(), "", "", {}});
    }

    [[nodiscard]] std::vector<std::string> listeners() const { return enroll::listenersOf(wanted_.certificate); }
    void serveAt(const std::string& served) { wanted_.certificate.targets.emplace_back().served = served; }

    Identity old_ = selfSigned({.subject = "CN=web", .serial = 10}, testKey(1));
    Identity new_ = selfSigned({.subject = "CN=web", .serial = 11}, testKey(2));
    TemporaryRoot root_;
    enroll::Wanted wanted_;
};

TEST_F(Look, FindsTheNewCertificate) {
    const WebServer server(new_, 0, new_);
    serveAt(server.name());
    EXPECT_EQ(enroll::lookAtServed(wanted_, 1, listeners(), 10s), record::Report(record::Served{}));
}

TEST_F(Look, WaitsUntilTheReloadIsDone) {
    const WebServer server(old_, 2, new_);
    serveAt(server.name());
    EXPECT_EQ(enroll::lookAtServed(wanted_, 1, listeners(), 10s), record::Report(record::Served{}));
}

TEST_F(Look, SaysWhoStillPresentsAnotherCertificate) {
    const WebServer good(new_, 0, new_);
    const WebServer bad(old_, 0, old_);
    serveAt(good.name());
    serveAt(bad.name());
    const auto failed = std::get<record::Failed>(enroll::lookAtServed(wanted_, 1, listeners(), 300ms));
    EXPECT_EQ(failed.fault(), Fault::local);
    EXPECT_THAT(failed.reason, HasSubstr(bad.name() + " still presents serial 0a instead of 0b"));
}

TEST_F(Look, SaysWhoIsNotThere) {
    serveAt("127.0.0.1:1");
    const auto failed = std::get<record::Failed>(enroll::lookAtServed(wanted_, 1, listeners(), 0s));
    EXPECT_EQ(failed.fault(), Fault::local);
    EXPECT_THAT(failed.reason, HasSubstr("127.0.0.1:1: Connection refused"));
}

TEST_F(Look, HasNothingToFindWithoutListeners) {
    EXPECT_EQ(enroll::lookAtServed(wanted_, 1, listeners(), 0s), record::Report(record::Served{}));
}

TEST_F(Look, AtAGenerationThatIsNotThereIsAnError) {
    EXPECT_EQ(std::get<record::Failed>(enroll::lookAtServed(wanted_, 7, listeners(), 0s)).fault(), Fault::local);
}

} // namespace
