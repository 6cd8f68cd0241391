#include "deploy/connection.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "profile/preset.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace scepd::deploy {
namespace {

namespace fs = std::filesystem;
using Active = bus::NetworkManager::Active;
using Outcome = bus::NetworkManager::Outcome;

/// NetworkManager gives an authentication 25 s, an address 45 s.
constexpr Duration limit = std::chrono::seconds(80);

bool isMeant(const Active& active, const profile::Target& target) {
    const bool called = active.id == *target.connection || active.uuid == *target.connection;
    return called && (!target.interface || active.interface == *target.interface);
}

std::vector<Active> activeOf(bus::NetworkManager& manager, const profile::Target& target) {
    auto all = manager.active();
    std::erase_if(all, [&](const Active& active) { return !isMeant(active, target); });
    return all;
}

Told notActive(bus::NetworkManager& manager, const std::string& connection) {
    if (!manager.knows(connection))
        return {false, fmt::format("NetworkManager has no connection {}: nothing was activated", connection)};
    return {false,
            fmt::format("connection {} is not active: it will read the certificate when it is activated", connection)};
}

/// Authentication with a certificate that the network refuses ends the connection that worked until then.
Told activateAnew(bus::NetworkManager& manager, const Active& active) {
    switch (manager.activate(active, limit)) {
    case Outcome::active:
        log::info("connection {} is active on {} with the new certificate", active.id, active.interface);
        return {};
    case Outcome::pending:
        return {true, fmt::format("connection {} is still being activated on {} with the new certificate", active.id,
                                  active.interface)};
    case Outcome::failed:
        break;
    }
    throw Error(Code::consumerFailed, fmt::format("connection {} cannot be activated on {} with the new certificate; "
                                                  "journalctl -u NetworkManager tells why",
                                                  active.id, active.interface));
}

/// A switch that has refused a certificate does not listen for a while, for a minute by IEEE 802.1X.
bool comesBack(bus::NetworkManager& manager, const Active& one) {
    constexpr int attempts = 5;
    for (int attempt = 0; attempt < attempts; ++attempt)
        if (manager.activate(one, limit) != Outcome::failed) return true;
    return false;
}

} // namespace

std::unique_ptr<bus::NetworkManager> findNetworkManager(const fs::path& root) {
    if (root != "/" && std::getenv("DBUS_SYSTEM_BUS_ADDRESS") == nullptr) return nullptr;
    return bus::NetworkManager::find();
}

Told tellConnection(bus::NetworkManager& manager, const profile::Target& target) {
    const auto connections = activeOf(manager, target);
    if (connections.empty()) return notActive(manager, *target.connection);
    Told told;
    for (const auto& active : connections)
        if (auto answer = activateAnew(manager, active); !answer.note.empty()) told = std::move(answer);
    return told;
}

std::vector<Active> activeConnections(const fs::path& root, const std::vector<profile::Target>& targets) {
    std::vector<Active> found;
    const auto isTold = [](const auto& target) { return profile::actionOf(target) == profile::Action::activate; };
    if (std::ranges::none_of(targets, isTold)) return found;
    const auto manager = findNetworkManager(root);
    for (const auto& target : targets)
        if (manager && isTold(target)) std::ranges::move(activeOf(*manager, target), std::back_inserter(found));
    return found;
}

std::vector<std::string> activateAgain(const fs::path& root, const std::vector<Active>& connections) {
    std::vector<std::string> troubles;
    const auto manager = connections.empty() ? nullptr : findNetworkManager(root);
    if (!manager) return troubles;
    const auto all = manager->active();
    for (const auto& one : connections) {
        if (std::ranges::find(all, one) != all.end()) continue;
        log::debug("connection {} has ended over the new certificate; activating it with the former one", one.id);
        if (!comesBack(*manager, one))
            troubles.push_back(fmt::format("connection {} cannot be activated on {} with the former certificate either",
                                           one.id, one.interface));
    }
    return troubles;
}

} // namespace scepd::deploy
