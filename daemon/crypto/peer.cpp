#include "crypto/peer.hpp"

#include "base/file.hpp"
#include "crypto/openssl.hpp"

#include <array>
#include <cerrno>
#include <optional>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <openssl/err.h>
#include <sys/socket.h>

namespace scepd::crypto {
namespace {

using Addresses = Owned<addrinfo, freeaddrinfo>;

Addresses resolve(const std::string& host, const std::string& port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
    if (error != 0) throw Error(Fault::local, fmt::format("{}:{}: {}", host, port, gai_strerror(error)));
    return Addresses(found);
}

void setTimeout(int socket, Duration timeout) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(timeout);
    const timeval value{seconds.count(), (timeout - seconds).count()};
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &value, sizeof value);
    setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &value, sizeof value); // Counts for connect() too.
}

UniqueFd connectTo(const std::string& host, const std::string& port, Duration timeout) {
    const auto addresses = resolve(host, port);
    int reason = 0;
    for (const auto* address = addresses.get(); address != nullptr; address = address->ai_next) {
        UniqueFd socket(::socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, address->ai_protocol));
        if (!socket) continue;
        setTimeout(socket.get(), timeout);
        if (::connect(socket.get(), address->ai_addr, address->ai_addrlen) == 0) return socket;
        reason = errno;
    }
    errno = reason == EINPROGRESS ? ETIMEDOUT : reason;
    throw systemError(fmt::format("{}:{}", host, port));
}

bool isAddress(const std::string& host) {
    std::array<unsigned char, 16> octets{};
    return inet_pton(AF_INET, host.c_str(), octets.data()) == 1 ||
           inet_pton(AF_INET6, host.c_str(), octets.data()) == 1;
}

/// Keeps the leaf while the handshake goes on: with TLS 1.2 it may still fail, for want of a certificate of ours.
int keepLeaf(X509_STORE_CTX* context, void* kept) {
    X509* leaf = X509_STORE_CTX_get0_cert(context);
    X509_up_ref(leaf);
    static_cast<std::optional<Certificate>*>(kept)->emplace(leaf);
    return 1;
}

} // namespace

Certificate presentedCertificate(const std::string& host, const std::string& port, Duration timeout) {
    const auto socket = connectTo(host, port, timeout);
    const Owned<SSL_CTX, SSL_CTX_free> context(made(SSL_CTX_new(TLS_client_method()), "prepare TLS"));
    std::optional<Certificate> leaf;
    SSL_CTX_set_cert_verify_callback(context.get(), keepLeaf, &leaf);
    SSL_CTX_set_security_level(context.get(), 0);
    const Owned<SSL, SSL_free> tls(made(SSL_new(context.get()), "prepare TLS"));
    if (!isAddress(host)) succeeded(static_cast<int>(SSL_set_tlsext_host_name(tls.get(), host.c_str())), "prepare TLS");
    succeeded(SSL_set_fd(tls.get(), socket.get()), "prepare TLS");
    ERR_clear_error();
    const bool connected = SSL_connect(tls.get()) == 1;
    if (!leaf) throw opensslError(Fault::local, fmt::format("{}:{} shows no certificate", host, port));
    if (connected) SSL_shutdown(tls.get());
    ERR_clear_error();
    return *leaf;
}

} // namespace scepd::crypto
