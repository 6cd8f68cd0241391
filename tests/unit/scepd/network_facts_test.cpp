#include "scepd/network_facts.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <ostream>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

namespace scepd::network {

void PrintTo(const Change& change, std::ostream* out) {
    *out << (change.holds ? "+" : "-") << change.fact.interface << " " << change.fact.what;
}

namespace {

using Bytes = std::vector<std::byte>;
using Kind = Fact::Kind;
using testing::ElementsAre;
using testing::IsEmpty;

void append(Bytes& bytes, const void* data, std::size_t size) {
    const auto* first = static_cast<const std::byte*>(data);
    bytes.insert(bytes.end(), first, first + size);
    bytes.resize(NLMSG_ALIGN(bytes.size()));
}

void attribute(Bytes& bytes, unsigned short type, const Bytes& value) {
    const rtattr head{static_cast<unsigned short>(RTA_LENGTH(value.size())), type};
    append(bytes, &head, sizeof head);
    append(bytes, value.data(), value.size());
}

Bytes number(std::uint32_t value) {
    Bytes bytes;
    append(bytes, &value, sizeof value);
    return bytes;
}

Bytes address(const std::string& text) {
    Bytes bytes(text.contains(':') ? 16 : 4);
    EXPECT_EQ(::inet_pton(bytes.size() == 16 ? AF_INET6 : AF_INET, text.c_str(), bytes.data()), 1);
    return bytes;
}

/// A message of this type; `body` is its head with the attributes.
Bytes message(unsigned short type, const Bytes& body, unsigned short flags = 0) {
    nlmsghdr head{};
    head.nlmsg_len = static_cast<std::uint32_t>(NLMSG_LENGTH(body.size()));
    head.nlmsg_type = type;
    head.nlmsg_flags = flags;
    Bytes bytes;
    append(bytes, &head, sizeof head);
    append(bytes, body.data(), body.size());
    return bytes;
}

constexpr unsigned carries = IFF_UP | IFF_RUNNING | IFF_LOWER_UP;

Bytes link(unsigned short type, int index, unsigned flags, unsigned char family = AF_UNSPEC) {
    ifinfomsg head{};
    head.ifi_family = family;
    head.ifi_index = index;
    head.ifi_flags = flags;
    Bytes body;
    append(body, &head, sizeof head);
    attribute(body, IFLA_IFNAME, Bytes(5, std::byte{'e'}));
    return message(type, body);
}

Bytes addressMessage(unsigned short type, int index, const std::string& text, std::uint32_t flags = IFA_F_PERMANENT,
                     unsigned char scope = RT_SCOPE_UNIVERSE) {
    ifaddrmsg head{};
    head.ifa_family = text.contains(':') ? AF_INET6 : AF_INET;
    head.ifa_scope = scope;
    head.ifa_index = static_cast<std::uint32_t>(index);
    Bytes body;
    append(body, &head, sizeof head);
    attribute(body, IFA_ADDRESS, address(text));
    attribute(body, IFA_FLAGS, number(flags));
    return message(type, body);
}

rtmsg routeHead(unsigned char family, unsigned char length) {
    rtmsg head{};
    head.rtm_family = family;
    head.rtm_dst_len = length;
    head.rtm_table = RT_TABLE_MAIN;
    head.rtm_type = RTN_UNICAST;
    return head;
}

Bytes route(const rtmsg& head, const std::vector<std::pair<unsigned short, Bytes>>& attributes,
            unsigned short type = RTM_NEWROUTE) {
    Bytes body;
    append(body, &head, sizeof head);
    for (const auto& [kind, value] : attributes)
        attribute(body, kind, value);
    return message(type, body);
}

std::vector<Change> changes(const Bytes& bytes) {
    const auto messages = parse(bytes);
    EXPECT_FALSE(messages.lost);
    return messages.changes;
}

Change carrier(bool holds, int index) {
    return {holds, {Kind::carrier, index, "carrier"}};
}

TEST(NetworkFacts, ALinkHasACarrierWhenItIsUpAndRunning) {
    EXPECT_THAT(changes(link(RTM_NEWLINK, 2, carries)), ElementsAre(carrier(true, 2)));
    EXPECT_THAT(changes(link(RTM_NEWLINK, 2, IFF_UP)), ElementsAre(carrier(false, 2)));
    EXPECT_THAT(changes(link(RTM_DELLINK, 2, carries)), ElementsAre(carrier(false, 2)));
}

TEST(NetworkFacts, APortThatWaitsFor8021xHasNoCarrierYet) {
    EXPECT_THAT(changes(link(RTM_NEWLINK, 2, IFF_UP | IFF_LOWER_UP | IFF_DORMANT)), ElementsAre(carrier(false, 2)));
}

TEST(NetworkFacts, TheLoopbackInterfaceIsNoFact) {
    EXPECT_THAT(changes(link(RTM_NEWLINK, 1, carries | IFF_LOOPBACK)), IsEmpty());
    EXPECT_THAT(changes(addressMessage(RTM_NEWADDR, 1, "192.0.2.7")), IsEmpty());
    EXPECT_THAT(changes(route(routeHead(AF_INET, 24), {{RTA_DST, address("192.0.2.0")}, {RTA_OIF, number(1)}})),
                IsEmpty());
}

TEST(NetworkFacts, WhatABridgeTellsOfItsPortsIsNotThePortsState) {
    EXPECT_THAT(changes(link(RTM_DELLINK, 2, carries, AF_BRIDGE)), IsEmpty());
}

TEST(NetworkFacts, AnAddressIsOneAsSoonAsTheKernelUsesIt) {
    const auto fact = [](bool holds) { return Change{holds, {Kind::address, 2, "2001:db8::7"}}; };
    EXPECT_THAT(changes(addressMessage(RTM_NEWADDR, 2, "2001:db8::7", IFA_F_TENTATIVE)), ElementsAre(fact(false)));
    EXPECT_THAT(changes(addressMessage(RTM_NEWADDR, 2, "2001:db8::7")), ElementsAre(fact(true)));
    EXPECT_THAT(changes(addressMessage(RTM_NEWADDR, 2, "2001:db8::7", IFA_F_DEPRECATED)), ElementsAre(fact(false)));
    EXPECT_THAT(changes(addressMessage(RTM_NEWADDR, 2, "2001:db8::7", IFA_F_TENTATIVE | IFA_F_DADFAILED)),
                ElementsAre(fact(false)));
    EXPECT_THAT(changes(addressMessage(RTM_DELADDR, 2, "2001:db8::7")), ElementsAre(fact(false)));
}

TEST(NetworkFacts, AnAddressOfOneLinkOnlyIsNone) {
    EXPECT_THAT(changes(addressMessage(RTM_NEWADDR, 2, "fe80::7", IFA_F_PERMANENT, RT_SCOPE_LINK)), IsEmpty());
    EXPECT_THAT(changes(addressMessage(RTM_NEWADDR, 2, "169.254.3.4", IFA_F_PERMANENT, RT_SCOPE_LINK)), IsEmpty());
    EXPECT_THAT(changes(addressMessage(RTM_NEWADDR, 2, "127.0.0.2", IFA_F_PERMANENT, RT_SCOPE_HOST)), IsEmpty());
}

TEST(NetworkFacts, OfAPointToPointLinkOurOwnAddressCounts) {
    ifaddrmsg head{};
    head.ifa_family = AF_INET;
    head.ifa_index = 3;
    Bytes body;
    append(body, &head, sizeof head);
    attribute(body, IFA_ADDRESS, address("192.0.2.1"));
    attribute(body, IFA_LOCAL, address("192.0.2.7"));

    EXPECT_THAT(changes(message(RTM_NEWADDR, body)), ElementsAre(Change{true, {Kind::address, 3, "192.0.2.7"}}));
}

TEST(NetworkFacts, ARouteIsToldApartByDestinationGatewayMetricAndTable) {
    EXPECT_THAT(
        changes(route(routeHead(AF_INET, 0),
                      {{RTA_GATEWAY, address("192.0.2.1")}, {RTA_OIF, number(2)}, {RTA_PRIORITY, number(100)}})),
        ElementsAre(Change{true, {Kind::route, 2, "0.0.0.0/0 via 192.0.2.1 metric 100 table 254"}}));
    EXPECT_THAT(changes(route(routeHead(AF_INET6, 32),
                              {{RTA_DST, address("2001:db8::")}, {RTA_OIF, number(3)}, {RTA_TABLE, number(1000)}},
                              RTM_DELROUTE)),
                ElementsAre(Change{false, {Kind::route, 3, "2001:db8::/32 metric 0 table 1000"}}));
}

TEST(NetworkFacts, ARouteOverSeveralInterfacesBelongsToNone) {
    EXPECT_THAT(changes(route(routeHead(AF_INET6, 0), {{RTA_MULTIPATH, Bytes(16)}})),
                ElementsAre(Change{true, {Kind::route, 0, "::/0 metric 0 table 254"}}));
}

TEST(NetworkFacts, ARouteThatLeadsNowhereIsNone) {
    for (const unsigned char type : {RTN_UNREACHABLE, RTN_BLACKHOLE, RTN_LOCAL, RTN_BROADCAST, RTN_MULTICAST}) {
        auto head = routeHead(AF_INET, 24);
        head.rtm_type = type;
        EXPECT_THAT(changes(route(head, {{RTA_DST, address("192.0.2.0")}, {RTA_OIF, number(2)}})), IsEmpty());
    }
    auto cached = routeHead(AF_INET6, 128);
    cached.rtm_flags = RTM_F_CLONED;
    EXPECT_THAT(changes(route(cached, {{RTA_DST, address("2001:db8::1")}, {RTA_OIF, number(2)}})), IsEmpty());
    for (const auto* destination : {"fe80::", "ff00::"})
        EXPECT_THAT(changes(route(routeHead(AF_INET6, 10), {{RTA_DST, address(destination)}, {RTA_OIF, number(2)}})),
                    IsEmpty());
}

TEST(NetworkFacts, ADatagramMayHoldSeveralMessages) {
    auto bytes = link(RTM_NEWLINK, 2, carries);
    const auto second = addressMessage(RTM_NEWADDR, 2, "192.0.2.7");
    bytes.insert(bytes.end(), second.begin(), second.end());

    EXPECT_THAT(changes(bytes), ElementsAre(carrier(true, 2), Change{true, {Kind::address, 2, "192.0.2.7"}}));
}

TEST(NetworkFacts, TheEndOfAListIsTold) {
    EXPECT_TRUE(parse(message(NLMSG_DONE, number(0))).last);
    EXPECT_FALSE(parse(link(RTM_NEWLINK, 2, carries)).last);
}

TEST(NetworkFacts, AListThatWasTornOrRefusedSaysSo) {
    EXPECT_TRUE(parse(message(NLMSG_DONE, number(0), NLM_F_DUMP_INTR)).torn);
    EXPECT_EQ(parse(message(NLMSG_ERROR, number(static_cast<std::uint32_t>(-EPERM)))).error, EPERM);
    EXPECT_EQ(parse(message(NLMSG_DONE, number(static_cast<std::uint32_t>(-ENOMEM)))).error, ENOMEM);
}

TEST(NetworkFacts, WhatTheKernelCouldNotTellIsLost) {
    EXPECT_TRUE(parse(message(NLMSG_OVERRUN, {})).lost);
}

TEST(NetworkFacts, MessagesOfOtherKindsAndFamiliesAreSkipped) {
    EXPECT_EQ(parse(message(RTM_NEWNEIGH, Bytes(64, std::byte{1}))), Messages{});
    EXPECT_EQ(parse(message(RTM_NEWROUTE, Bytes(64, std::byte{1}))), Messages{});
    EXPECT_EQ(parse(message(RTM_NEWADDR, Bytes(64, std::byte{1}))), Messages{});
}

TEST(NetworkFacts, AMessageThatEndsInTheMiddleIsLostAndTheOnesBeforeItAreRead) {
    const auto first = link(RTM_NEWLINK, 2, carries);
    const auto second = addressMessage(RTM_NEWADDR, 2, "192.0.2.7");
    for (std::size_t size = 1; size < second.size(); ++size) {
        auto bytes = first;
        bytes.insert(bytes.end(), second.begin(), second.begin() + static_cast<std::ptrdiff_t>(size));
        const auto messages = parse(bytes);
        EXPECT_TRUE(messages.lost) << size;
        EXPECT_THAT(messages.changes, ElementsAre(carrier(true, 2)));
    }
}

TEST(NetworkFacts, AMessageThatIsShorterThanItsHeadIsNoFact) {
    for (const unsigned short type : {RTM_NEWLINK, RTM_NEWADDR, RTM_NEWROUTE})
        for (std::size_t size = 0; size < 8; ++size)
            EXPECT_THAT(changes(message(type, Bytes(size, std::byte{2}))), IsEmpty()) << type << " " << size;
}

TEST(NetworkFacts, AnAttributeOfAWrongLengthIsNotRead) {
    for (const std::uint16_t length : {std::uint16_t{0}, std::uint16_t{3}, std::uint16_t{200}, std::uint16_t{65535}}) {
        auto bytes = addressMessage(RTM_NEWADDR, 2, "192.0.2.7");
        std::memcpy(bytes.data() + sizeof(nlmsghdr) + sizeof(ifaddrmsg), &length, sizeof length);
        EXPECT_THAT(changes(bytes), IsEmpty()) << length;
    }
    EXPECT_THAT(changes(route(routeHead(AF_INET, 24), {{RTA_DST, Bytes(3)}, {RTA_OIF, number(2)}})), IsEmpty());
    EXPECT_THAT(changes(route(routeHead(AF_INET6, 24), {{RTA_DST, address("192.0.2.0")}})), IsEmpty());
}

TEST(NetworkFacts, AnyByteMayBeWrong) {
    const auto good =
        route(routeHead(AF_INET6, 32),
              {{RTA_DST, address("2001:db8::")}, {RTA_GATEWAY, address("fe80::1")}, {RTA_OIF, number(3)}});
    for (std::size_t i = 0; i < good.size(); ++i)
        for (const unsigned value : {0U, 1U, 4U, 16U, 0x7fU, 0x80U, 0xffU}) {
            auto bytes = good;
            bytes[i] = static_cast<std::byte>(value);
            EXPECT_LE(parse(bytes).changes.size(), 1U) << i << " " << value;
        }
}

const Fact carrier2{Kind::carrier, 2, "carrier"};
const Fact address2{Kind::address, 2, "192.0.2.7"};
const Fact route2{Kind::route, 2, "192.0.2.0/24 metric 0 table 254"};

TEST(NetworkFacts, OnlineIsAnInterfaceWithACarrierAnAddressAndARoute) {
    EXPECT_TRUE(online({carrier2, address2, route2}));
    EXPECT_TRUE(online({carrier2, address2, {Kind::route, 0, "0.0.0.0/0 metric 0 table 254"}}));
    EXPECT_FALSE(online({address2, route2}));
    EXPECT_FALSE(online({carrier2, route2}));
    EXPECT_FALSE(online({carrier2, address2}));
    EXPECT_FALSE(online({}));
}

TEST(NetworkFacts, ARouteOfAnotherInterfaceDoesNotMakeOneOnline) {
    EXPECT_FALSE(online({carrier2, address2, {Kind::route, 3, "0.0.0.0/0 metric 0 table 254"}}));
}

} // namespace
} // namespace scepd::network
