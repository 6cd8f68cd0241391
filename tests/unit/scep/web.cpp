#include "unit/scep/web.hpp"

#include <array>
#include <csignal>
#include <cstdlib>

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

namespace scepd::test {
namespace {

bool isComplete(const std::string& request) {
    if (request.starts_with('\x16')) return true; // A TLS handshake, which has no end for us.
    const auto end = request.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const auto header = request.find("Content-Length: ");
    const auto length = header == std::string::npos ? 0 : std::strtoul(request.c_str() + header + 16, nullptr, 10);
    return request.size() >= end + 4 + length;
}

std::string answerText(const std::string& status, const std::string& headers, const std::string& body) {
    return fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\n{}\r\n{}", status, body.size(), headers, body);
}

} // namespace

WebAnswer webAnswer(const std::string& status, const std::string& headers, const std::string& body) {
    return {.bytes = answerText(status, "Connection: close\r\n" + headers, body)};
}

WebAnswer keptAnswer(const std::string& status, const std::string& headers, const std::string& body) {
    return {.bytes = answerText(status, headers, body), .keep = true};
}

Identity tlsIdentity(const std::string& commonName, Time notAfter) {
    return selfSigned({.subject = "CN=" + commonName,
                       .ca = true,
                       .notBefore = notAfter - std::chrono::hours(2),
                       .notAfter = notAfter},
                      crypto::Key::generateRsa(2048));
}

/// A connection, in private or not.
class WebServer::Channel {
public:
    Channel(int connection, const std::optional<Tls>& tls) : connection_(connection) {
        if (!tls) return;
        SSL_CTX_use_certificate(context_.get(), tls->identity.certificate.get());
        SSL_CTX_use_PrivateKey(context_.get(), tls->identity.key.get());
        if (tls->clients) {
            X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), tls->clients->get());
            SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
        }
        tls_.reset(SSL_new(context_.get()));
        SSL_set_fd(tls_.get(), connection);
        open_ = SSL_accept(tls_.get()) == 1;
    }
    ~Channel() {
        if (tls_ && open_) SSL_shutdown(tls_.get());
    }
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    [[nodiscard]] bool isOpen() const { return open_; }

    /// Empty when the other side left.
    std::string readRequest() {
        std::string request;
        std::array<char, 4096> buffer{};
        while (!isComplete(request)) {
            const auto got = tls_ ? SSL_read(tls_.get(), buffer.data(), static_cast<int>(buffer.size()))
                                  : ::recv(connection_, buffer.data(), buffer.size(), 0);
            if (got <= 0) return {};
            request.append(buffer.data(), static_cast<std::size_t>(got));
        }
        return request;
    }

    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = tls_ ? SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                                   : ::send(connection_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    /// False when the other side left meanwhile.
    bool pause() const {
        pollfd leaving{connection_, POLLIN | POLLRDHUP, 0};
        return ::poll(&leaving, 1, 20) == 0;
    }

private:
    int connection_;
    bool open_ = true;
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
    std::unique_ptr<SSL, decltype(&SSL_free)> tls_{nullptr, SSL_free};
};

WebServer::WebServer(Handler handler, std::optional<Tls> tls, std::string address)
    : handler_(std::move(handler)), tls_(std::move(tls)), address_(std::move(address)), listener_(address_) {
    std::signal(SIGPIPE, SIG_IGN);
    accepting_ = std::jthread([this] { accept(); });
}

WebServer::WebServer(std::vector<WebAnswer> answers)
    : WebServer([answers = std::move(answers), next = std::size_t{0}](const std::string&) mutable {
          return next < answers.size() ? answers[next++] : WebAnswer{};
      }) {}

WebServer::~WebServer() {
    listener_.close();
    accepting_.join();
    for (const auto& connection : connections_)
        ::shutdown(connection.get(), SHUT_RDWR);
    visitors_.clear();
}

std::string WebServer::url(const std::string& path) const {
    const auto host = address_.contains(':') ? "[" + address_ + "]" : address_;
    return fmt::format("{}://{}:{}{}", tls_ ? "https" : "http", host, port(), path);
}

std::vector<std::string> WebServer::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

void WebServer::accept() {
    for (;;) {
        auto connection = listener_.accept();
        if (!connection) return;
        const int number = connection.get();
        connections_.push_back(std::move(connection));
        visitors_.emplace_back([this, number] { serve(number); });
    }
}

void WebServer::serve(int connection) {
    {
        Channel channel(connection, tls_);
        bool more = channel.isOpen();
        while (more) {
            const auto request = channel.readRequest();
            more = !request.empty() && answer(channel, request);
        }
    }
    ::shutdown(connection, SHUT_RDWR);
}

bool WebServer::answer(Channel& channel, const std::string& request) {
    WebAnswer text;
    {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
        text = handler_(request);
    }
    if (text.slowly) {
        for (const char byte : text.bytes)
            if (!channel.send({&byte, 1}) || !channel.pause()) return false;
        return text.keep;
    }
    do
        if (!channel.send(text.bytes)) return false;
    while (text.endless);
    return text.keep;
}

std::string SilentServer::url(const std::string& path) const {
    return fmt::format("http://127.0.0.1:{}{}", listener_.number(), path);
}

} // namespace scepd::test
