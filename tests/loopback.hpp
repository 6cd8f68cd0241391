#pragma once

#include "base/file.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

/// Ports of this machine, for servers in tests.
namespace scepd::test {

/// A free port of 127.0.0.1 or ::1, taken while this lives. Nobody listens there: connections are refused.
class Port {
public:
    explicit Port(const std::string& address = "127.0.0.1") {
        sockaddr_storage storage{};
        auto* generic = reinterpret_cast<sockaddr*>(&storage);
        auto* six = reinterpret_cast<sockaddr_in6*>(&storage);
        auto* four = reinterpret_cast<sockaddr_in*>(&storage);
        const bool isSix = address.contains(':');
        storage.ss_family = isSix ? AF_INET6 : AF_INET;
        void* host = isSix ? static_cast<void*>(&six->sin6_addr) : &four->sin_addr;
        socklen_t length = isSix ? sizeof *six : sizeof *four;
        socket_ = UniqueFd(::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (::inet_pton(storage.ss_family, address.c_str(), host) != 1 || ::bind(socket_.get(), generic, length) != 0 ||
            ::getsockname(socket_.get(), generic, &length) != 0)
            throw std::runtime_error("no free port on " + address);
        number_ = ntohs(isSix ? six->sin6_port : four->sin_port);
    }

    [[nodiscard]] unsigned number() const { return number_; }

protected:
    [[nodiscard]] int socket() const { return socket_.get(); }

private:
    UniqueFd socket_;
    unsigned number_ = 0;
};

/// A port at which this listens.
class Listener : public Port {
public:
    explicit Listener(const std::string& address = "127.0.0.1") : Port(address) {
        if (::listen(socket(), 16) != 0) throw std::runtime_error("cannot listen on " + address);
    }

    /// Waits for the next connection; none after close().
    [[nodiscard]] UniqueFd accept() const { return UniqueFd(::accept4(socket(), nullptr, nullptr, SOCK_CLOEXEC)); }

    /// No connection comes any more, and nobody waits for one.
    void close() const { ::shutdown(socket(), SHUT_RDWR); }
};

/// True when somebody listens at the port of 127.0.0.1.
inline bool isListened(unsigned port) {
    const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<in_port_t>(port));
    return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

/// Waits until a program that was started listens at the port of 127.0.0.1. Throws when it does not within 30 s.
inline void awaitListener(unsigned port) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!isListened(port)) {
        if (std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error("nobody listens at port " + std::to_string(port));
        std::this_thread::yield();
    }
}

} // namespace scepd::test
