#include "profile/network.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <span>
#include <sstream>
#include <string_view>
#include <vector>

namespace scepd::profile {
namespace {

using Value = std::optional<std::string>;

/// All addresses of all interfaces, as the kernel lists them.
class Interfaces {
public:
    Interfaces() {
        if (::getifaddrs(&first_) != 0) first_ = nullptr;
    }
    Interfaces(const Interfaces&) = delete;
    Interfaces& operator=(const Interfaces&) = delete;
    Interfaces(Interfaces&&) = delete;
    Interfaces& operator=(Interfaces&&) = delete;
    ~Interfaces() { ::freeifaddrs(first_); }

    [[nodiscard]] std::vector<const ifaddrs*> addresses(const std::string& interface, sa_family_t family) const {
        std::vector<const ifaddrs*> found;
        for (const auto* entry = first_; entry != nullptr; entry = entry->ifa_next)
            if (entry->ifa_addr != nullptr && entry->ifa_addr->sa_family == family && interface == entry->ifa_name)
                found.push_back(entry);
        return found;
    }

    [[nodiscard]] std::string firstUp() const {
        for (const auto* entry = first_; entry != nullptr; entry = entry->ifa_next)
            if ((entry->ifa_flags & IFF_UP) != 0 && (entry->ifa_flags & IFF_LOOPBACK) == 0) return entry->ifa_name;
        return {};
    }

private:
    ifaddrs* first_ = nullptr;
};

/// The interface of the IPv4 default route with the smallest metric; empty without one.
std::string defaultRoute4() {
    std::ifstream table("/proc/net/route");
    std::string best;
    unsigned long bestMetric = std::numeric_limits<unsigned long>::max();
    for (std::string line; std::getline(table, line);) {
        std::istringstream fields(line);
        const std::vector<std::string> words{std::istream_iterator<std::string>(fields), {}};
        if (words.size() < 8 || words[1] != "00000000" || words[7] != "00000000") continue;
        const unsigned long metric = std::strtoul(words[6].c_str(), nullptr, 10);
        if (metric >= bestMetric) continue;
        best = words[0];
        bestMetric = metric;
    }
    return best;
}

/// The interface of the IPv6 default route; empty without one.
std::string defaultRoute6() {
    std::ifstream table("/proc/net/ipv6_route");
    for (std::string line; std::getline(table, line);) {
        std::istringstream fields(line);
        const std::vector<std::string> words{std::istream_iterator<std::string>(fields), {}};
        const bool isDefault = words.size() == 10 && words[0] == std::string(32, '0') && words[1] == "00";
        if (isDefault && words[9] != "lo") return words[9];
    }
    return {};
}

std::string chosen(const std::string& interface, const Interfaces& interfaces) {
    if (!interface.empty()) return interface;
    if (auto route = defaultRoute4(); !route.empty()) return route;
    if (auto route = defaultRoute6(); !route.empty()) return route;
    return interfaces.firstUp();
}

Value macOf(const ifaddrs& entry) {
    sockaddr_ll link{};
    std::memcpy(&link, entry.ifa_addr, sizeof link);
    const std::span bytes(static_cast<const unsigned char*>(link.sll_addr), std::min<std::size_t>(link.sll_halen, 8));
    const bool allZero = std::ranges::all_of(bytes, [](unsigned char byte) { return byte == 0; });
    return allZero ? std::nullopt : Value(fmt::format("{:02x}", fmt::join(bytes, ":")));
}

Value ip4Of(const ifaddrs& entry) {
    sockaddr_in address{};
    std::memcpy(&address, entry.ifa_addr, sizeof address);
    std::array<char, INET_ADDRSTRLEN> text{};
    return ::inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size()) == nullptr ? std::nullopt
                                                                                        : Value(text.data());
}

Value ip6Of(const ifaddrs& entry) {
    sockaddr_in6 address{};
    std::memcpy(&address, entry.ifa_addr, sizeof address);
    if (IN6_IS_ADDR_LINKLOCAL(&address.sin6_addr)) return std::nullopt;
    std::array<char, INET6_ADDRSTRLEN> text{};
    return ::inet_ntop(AF_INET6, &address.sin6_addr, text.data(), text.size()) == nullptr ? std::nullopt
                                                                                          : Value(text.data());
}

template <typename Read>
Value firstOf(const std::vector<const ifaddrs*>& entries, Read read) {
    for (const auto* entry : entries)
        if (auto value = read(*entry)) return value;
    return std::nullopt;
}

} // namespace

std::optional<std::string> hardwareAddress(const std::string& interface) {
    const Interfaces interfaces;
    return firstOf(interfaces.addresses(chosen(interface, interfaces), AF_PACKET), macOf);
}

std::optional<std::string> networkAddress(const std::string& interface) {
    const Interfaces interfaces;
    const auto name = chosen(interface, interfaces);
    if (auto address = firstOf(interfaces.addresses(name, AF_INET), ip4Of)) return address;
    return firstOf(interfaces.addresses(name, AF_INET6), ip6Of);
}

} // namespace scepd::profile
