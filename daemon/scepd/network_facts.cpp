#include "scepd/network_facts.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>

namespace scepd::network {
namespace {

using Bytes = std::span<const std::byte>;
using Kind = Fact::Kind;

/// lo has this number in every network namespace.
constexpr int loopback = 1;

/// The structure at the beginning of the bytes; zeroes, which are no fact, where they end before it does.
template <typename Head>
Head headOf(Bytes bytes) {
    Head head{};
    if (!bytes.empty()) std::memcpy(&head, bytes.data(), std::min(sizeof head, bytes.size()));
    return head;
}

/// What follows after so many bytes and their padding.
Bytes after(Bytes bytes, std::size_t length) {
    return bytes.subspan(std::min<std::size_t>(NLMSG_ALIGN(length), bytes.size()));
}

/// The value of an attribute; empty when there is none.
Bytes attribute(Bytes attributes, unsigned type) {
    while (attributes.size() >= sizeof(rtattr)) {
        const auto head = headOf<rtattr>(attributes);
        if (head.rta_len < sizeof head || head.rta_len > attributes.size()) break;
        if ((head.rta_type & NLA_TYPE_MASK) == type) return attributes.subspan(sizeof head, head.rta_len - sizeof head);
        attributes = after(attributes, head.rta_len);
    }
    return {};
}

/// The number that an attribute holds, or this one when it is missing.
std::uint32_t number(Bytes attributes, unsigned type, std::uint32_t otherwise = 0) {
    const auto value = attribute(attributes, type);
    return value.size() == sizeof(std::uint32_t) ? headOf<std::uint32_t>(value) : otherwise;
}

/// "192.0.2.7"; empty for what is no address of the family.
std::string addressText(int family, Bytes address) {
    const std::size_t length = family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr);
    std::array<char, INET6_ADDRSTRLEN> text{};
    if ((family != AF_INET && family != AF_INET6) || address.size() != length) return {};
    ::inet_ntop(family, address.data(), text.data(), text.size());
    return text.data();
}

std::optional<Change> linkChange(bool added, Bytes message) {
    const auto link = headOf<ifinfomsg>(message);
    constexpr unsigned carries = IFF_UP | IFF_RUNNING | IFF_LOWER_UP; // running: not dormant, as before 802.1X is done
    if (link.ifi_family != AF_UNSPEC) return std::nullopt;            // a bridge tells of its ports in this way
    if (link.ifi_index == 0 || (link.ifi_flags & IFF_LOOPBACK) != 0) return std::nullopt;
    return Change{added && (link.ifi_flags & carries) == carries, {Kind::carrier, link.ifi_index, "carrier"}};
}

std::optional<Change> addressChange(bool added, Bytes message) {
    const auto head = headOf<ifaddrmsg>(message);
    const auto attributes = after(message, sizeof head);
    const auto interface = static_cast<int>(head.ifa_index);
    if (head.ifa_scope >= RT_SCOPE_LINK || interface == loopback) return std::nullopt;
    const auto local = attribute(attributes, IFA_LOCAL); // of a point-to-point link the other one is the peer's
    auto text = addressText(head.ifa_family, local.empty() ? attribute(attributes, IFA_ADDRESS) : local);
    if (text.empty()) return std::nullopt;
    constexpr unsigned unused = IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_DEPRECATED;
    const auto flags = number(attributes, IFA_FLAGS, head.ifa_flags);
    return Change{added && (flags & unused) == 0, {Kind::address, interface, std::move(text)}};
}

/// "192.0.2.0/24"; empty for a destination on one link only and for what is no destination.
std::string destinationText(const rtmsg& route, Bytes attributes) {
    constexpr std::array<std::byte, sizeof(in6_addr)> anywhere{};
    auto destination = attribute(attributes, RTA_DST);
    if (destination.empty() && route.rtm_dst_len == 0)
        destination = Bytes(anywhere).first(route.rtm_family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr));
    const auto text = addressText(route.rtm_family, destination);
    if (text.empty()) return {};
    if (route.rtm_family == AF_INET6) {
        const auto address = headOf<in6_addr>(destination);
        if (IN6_IS_ADDR_LINKLOCAL(&address) || IN6_IS_ADDR_MULTICAST(&address)) return {};
    }
    return fmt::format("{}/{}", text, route.rtm_dst_len);
}

std::optional<Change> routeChange(bool added, Bytes message) {
    const auto route = headOf<rtmsg>(message);
    const auto attributes = after(message, sizeof route);
    const auto interface = static_cast<int>(number(attributes, RTA_OIF));
    const bool isWay = route.rtm_type == RTN_UNICAST && (route.rtm_flags & RTM_F_CLONED) == 0;
    auto text = destinationText(route, attributes);
    if (!isWay || interface == loopback || text.empty()) return std::nullopt;
    const auto gateway = addressText(route.rtm_family, attribute(attributes, RTA_GATEWAY));
    if (!gateway.empty()) text += " via " + gateway;
    text += fmt::format(" metric {} table {}", number(attributes, RTA_PRIORITY),
                        number(attributes, RTA_TABLE, route.rtm_table));
    return Change{added, {Kind::route, interface, std::move(text)}};
}

std::optional<Change> changeOf(unsigned type, Bytes message) {
    switch (type) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
        return linkChange(type == RTM_NEWLINK, message);
    case RTM_NEWADDR:
    case RTM_DELADDR:
        return addressChange(type == RTM_NEWADDR, message);
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
        return routeChange(type == RTM_NEWROUTE, message);
    default:
        return std::nullopt;
    }
}

} // namespace

Messages parse(std::span<const std::byte> bytes) {
    Messages result;
    while (!bytes.empty()) {
        const auto head = headOf<nlmsghdr>(bytes);
        if (head.nlmsg_len < sizeof head || head.nlmsg_len > bytes.size()) {
            result.lost = true;
            break;
        }
        const auto message = bytes.subspan(sizeof head, head.nlmsg_len - sizeof head);
        if ((head.nlmsg_flags & NLM_F_DUMP_INTR) != 0) result.torn = true;
        if (head.nlmsg_type == NLMSG_DONE) result.last = true;
        if (head.nlmsg_type == NLMSG_OVERRUN) result.lost = true;
        if (head.nlmsg_type == NLMSG_DONE || head.nlmsg_type == NLMSG_ERROR) result.error = -headOf<int>(message);
        if (auto change = changeOf(head.nlmsg_type, message)) result.changes.push_back(std::move(*change));
        bytes = after(bytes, head.nlmsg_len);
    }
    return result;
}

bool online(const Facts& facts) {
    const auto hasRoute = [&](int interface) {
        return std::ranges::any_of(facts, [=](const Fact& fact) {
            return fact.kind == Kind::route && (fact.interface == interface || fact.interface == 0);
        });
    };
    return std::ranges::any_of(facts, [&](const Fact& fact) {
        return fact.kind == Kind::address && facts.contains({Kind::carrier, fact.interface, "carrier"}) &&
               hasRoute(fact.interface);
    });
}

} // namespace scepd::network
