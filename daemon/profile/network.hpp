#pragma once

#include <optional>
#include <string>

namespace scepd::profile {

/// The MAC address of an interface as "00:16:3e:01:02:03"; with an empty name that of the interface of the default
/// route, without a route that of the first one that is up. nullopt when there is none.
std::optional<std::string> hardwareAddress(const std::string& interface);

/// An interface's IP address, chosen in the same way: IPv4 if it has one, else IPv6 beyond the link.
std::optional<std::string> networkAddress(const std::string& interface);

} // namespace scepd::profile
