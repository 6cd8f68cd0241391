#pragma once

#include "loopback.hpp"
#include "unit/crypto/forge.hpp"

#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

/// Web servers on this machine that answer whatever a test wants, over real sockets.
namespace scepd::test {

/// What a server sends for one request.
struct WebAnswer {
    std::string bytes;    ///< All of the answer; none: the connection is closed without one.
    bool keep = false;    ///< The connection stays open for the next request.
    bool slowly = false;  ///< A byte every 20 ms.
    bool endless = false; ///< The bytes again and again, until nobody listens.
};

/// An answer with its length, after which the connection is closed. `headers` end with line ends.
WebAnswer webAnswer(const std::string& status, const std::string& headers = {}, const std::string& body = {});

/// As webAnswer(), and the connection stays open.
WebAnswer keptAnswer(const std::string& status, const std::string& headers = {}, const std::string& body = {});

/// A certificate for a TLS server on 127.0.0.1 that is its own authority. TLS libraries want keys of 2048 bits and
/// believe the clock.
Identity tlsIdentity(const std::string& commonName = "127.0.0.1", Time notAfter = now() + std::chrono::hours(1));

/// A server of its own threads, from construction to destruction.
class WebServer {
public:
    using Handler = std::function<WebAnswer(const std::string& request)>;
    struct Tls {
        Identity identity;
        std::optional<crypto::Certificate> clients = {}; ///< Whoever shows no certificate of this one is sent away.
    };

    /// Answers by the handler, which runs on several threads but never on two at once. `address` is 127.0.0.1 or ::1.
    explicit WebServer(Handler handler, std::optional<Tls> tls = {}, std::string address = "127.0.0.1");
    /// Answers with these, in their order, then by closing.
    explicit WebServer(std::vector<WebAnswer> answers);
    ~WebServer();
    WebServer(const WebServer&) = delete;
    WebServer& operator=(const WebServer&) = delete;

    [[nodiscard]] unsigned port() const { return listener_.number(); }
    [[nodiscard]] std::string url(const std::string& path = "/scep") const;

    /// The whole requests that came so far, in their order.
    [[nodiscard]] std::vector<std::string> requests() const;

private:
    class Channel;

    void accept();
    void serve(int connection);
    bool answer(Channel& channel, const std::string& request);

    Handler handler_;
    std::optional<Tls> tls_;
    std::string address_;
    Listener listener_;
    mutable std::mutex mutex_;
    std::vector<std::string> requests_;
    std::list<UniqueFd> connections_;
    std::vector<std::jthread> visitors_;
    std::jthread accepting_;
};

/// Accepts connections and says nothing.
class SilentServer {
public:
    [[nodiscard]] std::string url(const std::string& path = "/scep") const;

private:
    Listener listener_;
};

} // namespace scepd::test
