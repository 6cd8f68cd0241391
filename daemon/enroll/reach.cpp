#include "enroll/reach.hpp"

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "crypto/peer.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

namespace scepd::enroll {
namespace {

using Clock = std::chrono::steady_clock;
using Addresses = std::unique_ptr<addrinfo, decltype([](addrinfo* list) { freeaddrinfo(list); })>;

constexpr auto patience = std::chrono::seconds(5); ///< For one address.
constexpr Duration soon = std::chrono::days(30);

std::string since(Clock::time_point begin) {
    return fmt::format("{:.1f} ms", std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
}

/// "host", "host:443", "[2001:db8::1]:443", without user and password.
Address split(std::string_view authority, const char* usualPort) {
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
    const auto bracket = authority.rfind(']');
    const auto colon = authority.rfind(':');
    const bool hasPort = colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
    auto host = authority.substr(0, hasPort ? colon : authority.size());
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    const auto port = hasPort ? authority.substr(colon + 1) : std::string_view();
    return {.host = std::string(host), .port = port.empty() ? usualPort : std::string(port)};
}

std::string numeric(const addrinfo& address) {
    std::array<char, NI_MAXHOST> text{};
    const int result =
        ::getnameinfo(address.ai_addr, address.ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
    return result == 0 ? text.data() : "an address";
}

std::string listed(const addrinfo* addresses) {
    std::string text;
    for (const auto* one = addresses; one != nullptr; one = one->ai_next)
        text += (text.empty() ? "" : ", ") + numeric(*one);
    return text;
}

Addresses resolve(const Address& address, Findings& findings) {
    const auto begin = Clock::now();
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    const int result = ::getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &list);
    Addresses addresses(list);
    if (result == 0) {
        const auto numbers = listed(addresses.get());
        const bool isNumber = numbers == address.host;
        findings.ok("name", isNumber ? fmt::format("{} is an address", numbers)
                                     : fmt::format("{} is {} ({})", address.host, numbers, since(begin)));
        return addresses;
    }
    if (result == EAI_NONAME || result == EAI_NODATA)
        findings.problem("name", fmt::format("there is no name {} ({})", address.host, gai_strerror(result)),
                         fmt::format("Check how {0} is spelled, and whether this machine's name servers know it "
                                     "(\"getent hosts {0}\").",
                                     address.host));
    else if (result == EAI_SERVICE)
        findings.problem("name", fmt::format("there is no port {}", address.port), "Write the port as a number.");
    else
        findings.problem("name", fmt::format("{} cannot be looked up: {}", address.host, gai_strerror(result)),
                         "The name servers do not answer: check this machine's network and /etc/resolv.conf.");
    return nullptr;
}

/// 0, or the errno of the failure.
int connectTo(const addrinfo& address) {
    const UniqueFd socket(::socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return errno;
    if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) == 0) return 0;
    if (errno != EINPROGRESS) return errno;
    pollfd waiting{socket.get(), POLLOUT, 0};
    const auto limit = static_cast<int>(std::chrono::milliseconds(patience).count());
    int ready = 0;
    while ((ready = ::poll(&waiting, 1, limit)) < 0 && errno == EINTR) {
    }
    if (ready == 0) return ETIMEDOUT;
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

void explain(int error, const std::string& where, bool isProxy, Findings& findings) {
    if (error == ECONNREFUSED)
        return findings.problem("connection", fmt::format("{} refuses: nothing listens there", where),
                                isProxy
                                    ? "Check name and port of the proxy."
                                    : "Check the port of the URL, and whether the SCEP service runs on that server.");
    if (error == ETIMEDOUT)
        return findings.problem("connection", fmt::format("{} does not answer within 5 s", where),
                                "The server is down, or a firewall on the way drops the packets: ask for the way to be "
                                "opened, or whether a proxy is needed (--proxy).");
    findings.problem("connection", fmt::format("{}: {}", where, std::generic_category().message(error)),
                     "Check this machine's network and its routes.");
}

} // namespace

Address serverOf(std::string_view url) {
    const bool tls = url.starts_with("https://");
    if (!tls && !url.starts_with("http://"))
        throw Error(Fault::configuration, "a SCEP server's URL begins with http:// or https://");
    url.remove_prefix(tls ? 8 : 7);
    auto address = split(url.substr(0, url.find_first_of("/?#")), tls ? "443" : "80");
    if (address.host.empty()) throw Error(Fault::configuration, "the URL names no server");
    address.tls = tls;
    return address;
}

Address proxyOf(std::string_view proxy) {
    if (const auto scheme = proxy.find("://"); scheme != std::string_view::npos) proxy.remove_prefix(scheme + 3);
    auto address = split(proxy.substr(0, proxy.find('/')), "1080");
    if (address.host.empty()) throw Error(Fault::configuration, "the proxy names no server");
    address.isProxy = true;
    return address;
}

bool canReach(const Address& address, Findings& findings) {
    const auto addresses = resolve(address, findings);
    int error = 0;
    std::string last;
    std::string failed;
    for (const auto* one = addresses.get(); one != nullptr; one = one->ai_next) {
        const auto begin = Clock::now();
        last = fmt::format("{} port {}", numeric(*one), address.port);
        error = connectTo(*one);
        if (error == 0) {
            findings.ok("connection", fmt::format("{} answers after {}", last, since(begin)));
            if (!failed.empty())
                findings.warning("", fmt::format("but {}: every connection may try that first", failed));
            return true;
        }
        failed = fmt::format("{} does not ({})", last, std::generic_category().message(error));
    }
    if (addresses) explain(error, last, address.isProxy, findings);
    return false;
}

bool showsCertificate(const Address& address, Findings& findings) {
    try {
        const auto certificate = crypto::presentedCertificate(address.host, address.port, patience);
        const auto until = rfc3339(certificate.notAfter());
        findings.note("tls", fmt::format("{}, issued by {}", certificate.subject(), certificate.issuer()));
        if (certificate.notAfter() <= now())
            findings.problem("", fmt::format("it expired at {}", until),
                             "The operator of the server must renew its TLS certificate.");
        else if (certificate.notAfter() - now() < soon)
            findings.warning("", fmt::format("it expires soon, at {}", until));
        else
            findings.note("", fmt::format("valid until {}", until));
        return true;
    } catch (const Error& error) {
        findings.problem("tls", error.what(), "Is it http:// on that port?");
        return false;
    }
}

} // namespace scepd::enroll
