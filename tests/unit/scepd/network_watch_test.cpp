#include "scepd/network_watch.hpp"

#include "own_network.hpp"

#include <chrono>
#include <functional>
#include <string>

#include <gtest/gtest.h>

namespace scepd {
namespace {

using namespace std::chrono_literals;
using test::inOwnNetwork;
using test::shell;

/// A cable with both ends here, and carriers that the kernel has told already: it takes its time with them, up to a
/// second, where addresses and routes are told at once. No link-local addresses, which would come when they like.
constexpr auto cable = R"(
    ip link add inside type veth peer name outside
    ip link set inside addrgenmode none up
    ip link set outside addrgenmode none up
    for end in inside outside; do
        until ip link show $end | grep -q 'LOWER_UP.*state UP'; do :; done
    done
)";
constexpr auto settings = R"(
    ip address add 192.0.2.7/24 dev inside
    ip route add default via 192.0.2.1
)";

/// The watch in a loop, with bursts short enough for a test.
struct Watched {
    static constexpr BurstTimes shortTimes{.quiet = 100ms, .longest = 10s};

    explicit Watched(BurstTimes times = shortTimes)
        : watch(
              loop, [this] { ++calls; }, times) {}

    void runUntil(const std::function<bool()>& condition) {
        bool late = false;
        const auto deadline = loop.after(20s, [&] { late = true; });
        while (!late && !condition())
            loop.turn();
        EXPECT_TRUE(condition()) << "it did not come to that";
    }
    /// Until a burst that has begun is over.
    void runPastTheBurst() {
        bool over = false;
        const auto end = loop.after(4 * shortTimes.quiet, [&] { over = true; });
        runUntil([&] { return over; });
    }
    /// Expects that so many calls come, and not one more.
    void expectCalls(int count) {
        runUntil([=, this] { return calls >= count; });
        runPastTheBurst();
        EXPECT_EQ(calls, count);
    }

    Loop loop;
    int calls = 0;
    NetworkWatch watch;
};

TEST(NetworkWatch, ANetworkThatComesUpIsToldOnce) {
    inOwnNetwork([] {
        shell(cable);
        Watched network;
        EXPECT_FALSE(network.watch.online());
        shell(settings);
        network.expectCalls(1);
        EXPECT_TRUE(network.watch.online());
    });
}

TEST(NetworkWatch, WhatIsThereAtTheStartIsKnownAndNoNews) {
    inOwnNetwork([] {
        shell(cable);
        shell(settings);
        Watched network;
        EXPECT_TRUE(network.watch.online());
        network.expectCalls(0);
    });
}

TEST(NetworkWatch, TheLoopbackInterfaceIsNoNetwork) {
    inOwnNetwork([] {
        Watched network;
        shell("ip link set lo up; ip address add 192.0.2.7/24 dev lo; ip route add 198.51.100.0/24 dev lo");
        network.expectCalls(0);
        EXPECT_FALSE(network.watch.online());
    });
}

TEST(NetworkWatch, AnAddressAndARouteAreToldEach) {
    inOwnNetwork([] {
        shell(cable);
        Watched network;
        shell("ip address add 2001:db8::7/64 dev inside nodad");
        network.expectCalls(1);
        shell("ip route add default via 2001:db8::1");
        network.expectCalls(2);
    });
}

TEST(NetworkWatch, ACarrierIsToldWithoutAnAddress) {
    inOwnNetwork([] {
        Watched network;
        shell(cable);
        network.runUntil([&] { return network.calls > 0; });
        EXPECT_FALSE(network.watch.online());
    });
}

TEST(NetworkWatch, ACableThatIsPulledIsNoGoodNewsAndOneThatIsPluggedInIs) {
    inOwnNetwork([] {
        shell(cable);
        shell(settings);
        Watched network;
        shell("ip link set outside down");
        network.runUntil([&] { return !network.watch.online(); });
        network.expectCalls(0);
        shell("ip link set outside up");
        network.runUntil([&] { return network.calls > 0 && network.watch.online(); });
    });
}

TEST(NetworkWatch, WhatIsRemovedIsNoNewsAndKnownToBeGone) {
    inOwnNetwork([] {
        shell(cable);
        shell(settings);
        Watched network;
        shell("ip route delete default; ip address delete 192.0.2.7/24 dev inside");
        network.runUntil([&] { return !network.watch.online(); });
        network.expectCalls(0);
        shell("ip address add 192.0.2.7/24 dev inside");
        network.expectCalls(1);
    });
}

TEST(NetworkWatch, ARouteThatWentSilentlyWithItsLinkIsNewWhenItComesBack) {
    inOwnNetwork([] {
        shell(cable);
        shell(settings);
        Watched network;
        shell("ip link set inside down");
        network.expectCalls(0);
        shell("ip link set inside up");
        network.runUntil([&] { return network.calls > 0 && network.watch.online(); });
        network.runPastTheBurst();
        const int before = network.calls;
        shell("ip route add default via 192.0.2.1");
        network.expectCalls(before + 1);
    });
}

TEST(NetworkWatch, WhatFlapsIsToldOncePerBurst) {
    inOwnNetwork([] {
        shell(cable);
        shell(settings);
        Watched network;
        const auto flap = [] {
            shell("for i in 1 2 3 4 5; do ip route delete default; "
                  "ip route add default via 192.0.2.1; done");
        };
        flap();
        network.expectCalls(1);
        flap();
        network.expectCalls(2);
    });
}

TEST(NetworkWatch, ALeaseThatIsRefreshedIsNoNews) {
    inOwnNetwork([] {
        shell(cable);
        shell(settings);
        Watched network;
        shell("ip address change 192.0.2.7/24 dev inside valid_lft 3600 preferred_lft 3600");
        network.expectCalls(0);
    });
}

TEST(NetworkWatch, WhatCameAndWentWithinABurstIsNoNews) {
    inOwnNetwork([] {
        shell(cable);
        Watched network;
        shell("ip address add 192.0.2.7/24 dev inside; ip address delete 192.0.2.7/24 dev inside");
        network.expectCalls(0);
    });
}

TEST(NetworkWatch, MoreEventsThanTheQueueHoldsCountAsAChange) {
    inOwnNetwork([] {
        shell(cable);
        Watched network;
        shell(R"(for i in $(seq 2000); do
                     echo address add 192.0.2.7/24 dev inside
                     echo address delete 192.0.2.7/24 dev inside
                 done | ip -batch -)");
        network.expectCalls(1);
    });
}

TEST(NetworkWatch, ABurstThatDoesNotEndIsToldAllTheSame) {
    inOwnNetwork([] {
        shell(cable);
        Watched network({.quiet = 60s, .longest = 500ms});
        Loop::Handle timer;
        int addresses = 0;
        const std::function<void()> another = [&] {
            shell("ip address add 192.0.2." + std::to_string(++addresses) + "/24 dev inside");
            timer = network.loop.after(50ms, another);
        };
        another();
        network.runUntil([&] { return network.calls > 0; });
        EXPECT_GT(addresses, 1);
    });
}

TEST(NetworkWatch, NothingIsDoneWhileNothingHappens) {
    inOwnNetwork([] {
        shell(cable);
        shell(settings);
        Watched network;
        bool over = false;
        const auto end = network.loop.after(1s, [&] { over = true; });
        network.loop.turn();
        EXPECT_TRUE(over) << "the loop was woken by something else";
    });
}

} // namespace
} // namespace scepd
