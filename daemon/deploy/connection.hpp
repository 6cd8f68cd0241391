#pragma once

#include "bus/network_manager.hpp"
#include "deploy/consumer.hpp"

#include <filesystem>
#include <memory>
#include <vector>

/// NetworkManager's connections as consumers. Its wpa_supplicant is never told anything: on SIGHUP it ends, and on
/// RECONFIGURE too.
namespace scepd::deploy {

/// NetworkManager as it concerns this root, by the rule of findSystemd(); nullptr when it is not on the bus.
std::unique_ptr<bus::NetworkManager> findNetworkManager(const std::filesystem::path& root);

/// Activates the target's connection anew wherever it is active, on the target's interface only when that is named, and
/// waits for the outcome. One that is not active is left alone. Throws Error{local} when it is not active afterwards.
Told tellConnection(bus::NetworkManager& manager, const profile::Target& target);

/// The connections that tellConnection() would activate.
std::vector<bus::NetworkManager::Active> activeConnections(const std::filesystem::path& root,
                                                           const std::vector<profile::Target>& targets);

/// Activates those that are not active any more, and waits for the outcome: what comes next may need the network.
/// Returns what goes wrong, for people.
std::vector<std::string> activateAgain(const std::filesystem::path& root,
                                       const std::vector<bus::NetworkManager::Active>& connections);

} // namespace scepd::deploy
