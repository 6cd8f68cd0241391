#include "enroll/served.hpp"

#include "base/error.hpp"
#include "crypto/peer.hpp"
#include "enroll/failure.hpp"
#include "store/generation.hpp"

#include <string>
#include <thread>

#include <fmt/format.h>

namespace scepd::enroll {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto stepTimeout = std::chrono::seconds(2);
constexpr auto pause = std::chrono::milliseconds(100);

struct Listener {
    std::string host, port;
};

/// "host:443", "192.0.2.1:443" or "[2001:db8::1]:443".
Listener listenerOf(const std::string& served) {
    const auto colon = served.rfind(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == served.size())
        throw Error(Fault::configuration, fmt::format("served = \"{}\" is not HOST:PORT", served));
    auto host = served.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    return {host, served.substr(colon + 1)};
}

/// What is wrong with a listener now; empty when it presents the certificate.
std::string complaint(const std::string& served, const crypto::Certificate& expected) {
    const auto [host, port] = listenerOf(served);
    try {
        const auto presented = crypto::presentedCertificate(host, port, stepTimeout);
        if (presented == expected) return {};
        return fmt::format("{} still presents serial {} instead of {}", served, presented.serialNumber(),
                           expected.serialNumber());
    } catch (const Error& error) {
        return error.what();
    }
}

void wait(const std::string& served, const crypto::Certificate& expected, Clock::time_point deadline) {
    for (;;) {
        const auto wrong = complaint(served, expected);
        if (wrong.empty()) return;
        if (Clock::now() + pause >= deadline) throw Error(Code::notServed, wrong);
        std::this_thread::sleep_for(pause);
    }
}

} // namespace

record::Report lookAtServed(const Wanted& wanted, unsigned generation, const std::vector<std::string>& listeners,
                            Duration patience) {
    const auto deadline = Clock::now() + patience;
    const auto& name = wanted.certificate.name;
    try {
        const auto expected =
            crypto::Certificate::fromPem(store::readGeneration(wanted.root, name, generation).certificate);
        for (const auto& listener : listeners)
            wait(listener, expected, deadline);
        return record::Served{};
    } catch (const Error& error) {
        return failed(error.during(fmt::format("look at what {} serves", name)));
    }
}

std::vector<std::string> listenersOf(const profile::Certificate& certificate) {
    std::vector<std::string> listeners;
    for (const auto& target : certificate.targets)
        if (target.served) listeners.push_back(*target.served);
    return listeners;
}

} // namespace scepd::enroll
