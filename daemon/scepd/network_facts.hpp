#pragma once

#include <compare>
#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <vector>

/// What the kernel tells of the network by rtnetlink (rtnetlink(7)), as values: pure functions of its bytes.
namespace scepd::network {

/// One thing that a network is made of: what lets bytes leave this machine, and nothing else. The loopback interface,
/// addresses and routes of one link only (fe80::, 169.254), addresses that the kernel does not use (tentative,
/// deprecated, found twice), and routes that are no way (unreachable, local, multicast, cached) are no facts.
struct Fact {
    enum class Kind { carrier, address, route };
    Kind kind = Kind::carrier;
    int interface = 0; ///< The kernel's number; 0 for a route over several.
    std::string what;  ///< "carrier", "192.0.2.7", "0.0.0.0/0 via 192.0.2.1 metric 100 table 254"

    auto operator<=>(const Fact&) const = default;
};
using Facts = std::set<Fact>;

/// A fact that holds from now on, or no more.
struct Change {
    bool holds = false;
    Fact fact;

    bool operator==(const Change&) const = default;
};

/// What one datagram tells.
struct Messages {
    std::vector<Change> changes; ///< In their order.
    bool last = false;           ///< The list that was asked for ends here.
    bool torn = false;           ///< The network changed while the list was made: it may lack something.
    bool lost = false;           ///< Some of it could not be read: the state is not known any more.
    int error = 0;               ///< The errno by which the kernel refuses what it was asked.

    bool operator==(const Messages&) const = default;
};

/// Reads a datagram. What is of no interest is skipped; where a length is wrong the rest is `lost`.
Messages parse(std::span<const std::byte> bytes);

/// True when some interface has a carrier, an address and a route: a server can be reached, as far as this machine
/// knows.
bool online(const Facts& facts);

} // namespace scepd::network
