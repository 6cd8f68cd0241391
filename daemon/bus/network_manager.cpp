#include "bus/network_manager.hpp"

#include "base/error.hpp"
#include "bus/source.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <sdbus-c++/sdbus-c++.h>

namespace scepd::bus {
namespace {

constexpr const char* service = "org.freedesktop.NetworkManager";
constexpr const char* managerPath = "/org/freedesktop/NetworkManager";
constexpr const char* settingsPath = "/org/freedesktop/NetworkManager/Settings";
constexpr const char* settingsInterface = "org.freedesktop.NetworkManager.Settings";
constexpr const char* connectionInterface = "org.freedesktop.NetworkManager.Settings.Connection";
constexpr const char* activeInterface = "org.freedesktop.NetworkManager.Connection.Active";
constexpr const char* deviceInterface = "org.freedesktop.NetworkManager.Device";

using Paths = std::vector<sdbus::ObjectPath>;
using Values = std::map<std::string, sdbus::Variant>;
using Outcome = NetworkManager::Outcome;

/// NMActiveConnectionState: 1 is activating, 2 activated, 3 deactivating, 4 deactivated.
constexpr std::uint32_t activating = 1, activated = 2;

Outcome outcomeOf(std::uint32_t state) {
    if (state == activated) return Outcome::active;
    return state > activated ? Outcome::failed : Outcome::pending;
}

/// Runs a body that talks to NetworkManager; what sdbus throws leaves as an Error.
template <typename Body>
auto talk(const std::string& action, Body&& body) -> decltype(body()) {
    try {
        return body();
    } catch (const sdbus::Error& error) {
        throw Error(Fault::local, fmt::format("{}: {}", action, error.getMessage()));
    }
}

} // namespace

struct NetworkManager::Impl {
    std::unique_ptr<sdbus::IConnection> connection = connect();

    [[nodiscard]] std::unique_ptr<sdbus::IProxy> at(const std::string& path) const {
        return sdbus::createProxy(*connection, service, path);
    }

    template <typename Value>
    [[nodiscard]] Value property(const std::string& path, const char* interface, const char* name) const {
        return at(path)->getProperty(name).onInterface(interface).get<Value>();
    }

    /// nullopt when it is on its way out, has no device (a VPN's beginning), or went while it was looked at.
    [[nodiscard]] std::optional<Active> look(const std::string& path) const {
        try {
            Values values;
            at(path)
                ->callMethod("GetAll")
                .onInterface("org.freedesktop.DBus.Properties")
                .withArguments(activeInterface)
                .storeResultsTo(values);
            const auto state = values.at("State").get<std::uint32_t>();
            const auto devices = values.at("Devices").get<Paths>();
            if (devices.empty() || state < activating || state > activated) return std::nullopt;
            auto interface = property<std::string>(devices.front(), deviceInterface, "Interface");
            return Active{values.at("Id").get<std::string>(), values.at("Uuid").get<std::string>(),
                          std::move(interface), values.at("Connection").get<sdbus::ObjectPath>(), devices.front()};
        } catch (const std::exception&) {
            return std::nullopt;
        }
    }

    [[nodiscard]] bool isCalled(const std::string& path, const std::string& name) const {
        std::map<std::string, Values> settings;
        at(path)->callMethod("GetSettings").onInterface(connectionInterface).storeResultsTo(settings);
        const auto& values = settings["connection"];
        const auto is = [&](const char* key) {
            return values.contains(key) && values.at(key).get<std::string>() == name;
        };
        return is("id") || is("uuid");
    }

    [[nodiscard]] Outcome outcome(const std::string& path, Duration limit) const {
        const auto deadline = std::chrono::steady_clock::now() + limit;
        auto state = Outcome::pending;
        const auto proxy = at(path);
        proxy->uponSignal("StateChanged").onInterface(activeInterface).call([&](std::uint32_t now, std::uint32_t) {
            state = outcomeOf(now);
        });
        proxy->finishRegistration();
        // What came before we listened.
        try {
            state = outcomeOf(proxy->getProperty("State").onInterface(activeInterface).get<std::uint32_t>());
        } catch (const sdbus::Error&) { // it has ended, and is gone
            return Outcome::failed;
        }
        handleUntil(*connection, deadline, [&] { return state != Outcome::pending; });
        return state;
    }
};

NetworkManager::NetworkManager(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
NetworkManager::~NetworkManager() = default;

std::unique_ptr<NetworkManager> NetworkManager::find() {
    try {
        auto impl = std::make_unique<Impl>();
        const auto bus = sdbus::createProxy(*impl->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus");
        bool isThere = false;
        bus->callMethod("NameHasOwner")
            .onInterface("org.freedesktop.DBus")
            .withArguments(service)
            .storeResultsTo(isThere);
        return isThere ? std::unique_ptr<NetworkManager>(new NetworkManager(std::move(impl))) : nullptr;
    } catch (const Error&) {
        return nullptr;
    } catch (const sdbus::Error&) {
        return nullptr;
    }
}

bool NetworkManager::knows(const std::string& connection) {
    return talk("look for connection " + connection, [&] {
        Paths all;
        impl_->at(settingsPath)->callMethod("ListConnections").onInterface(settingsInterface).storeResultsTo(all);
        return std::ranges::any_of(all, [&](const auto& path) { return impl_->isCalled(path, connection); });
    });
}

std::vector<NetworkManager::Active> NetworkManager::active() {
    return talk("look at active connections", [&] {
        std::vector<Active> found;
        for (const auto& path : impl_->property<Paths>(managerPath, service, "ActiveConnections"))
            if (auto active = impl_->look(path)) found.push_back(std::move(*active));
        return found;
    });
}

NetworkManager::Outcome NetworkManager::activate(const Active& connection, Duration limit) {
    return talk("activate connection " + connection.id, [&] {
        sdbus::ObjectPath active;
        impl_->at(managerPath)
            ->callMethod("ActivateConnection")
            .onInterface(service)
            .withArguments(sdbus::ObjectPath(connection.connection), sdbus::ObjectPath(connection.device),
                           sdbus::ObjectPath("/"))
            .storeResultsTo(active);
        return impl_->outcome(active, limit);
    });
}

} // namespace scepd::bus
