#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <sdbus-c++/sdbus-c++.h>

namespace scepd::test {

/// What looks like NetworkManager on a private bus: connections, each for one device, and activations that go as the
/// test has said. It answers from its own thread, over its own connection.
class FakeNetworkManager {
public:
    struct Connection {
        std::string id; ///< Its UUID is "uuid-of-ID".
        std::string interface;
        bool active = true;
    };

    /// An activation succeeds, fails after a while, fails before anybody can look, or does not end.
    enum class Way { well, badly, badlyAtOnce, endless };

    explicit FakeNetworkManager(const std::vector<Connection>& connections) : bus_(sdbus::createSystemBusConnection()) {
        for (const auto& connection : connections)
            add(connection);
        object("/Settings").registerMethod("ListConnections").onInterface(name("Settings")).implementedAs([this] {
            return paths("/Settings/", [](const auto&) { return true; });
        });
        auto& manager = object("");
        manager.registerProperty("ActiveConnections").onInterface(name()).withGetter([this] {
            return paths("/ActiveConnection/", [](const auto& entry) { return entry.state <= activated; });
        });
        manager.registerMethod("ActivateConnection")
            .onInterface(name())
            .implementedAs([this](const sdbus::ObjectPath& profile, const sdbus::ObjectPath& device,
                                  const sdbus::ObjectPath&) { return activate(profile, device); });
        for (const auto& one : objects_)
            one.second->finishRegistration();
        bus_->requestName(name());
        bus_->enterEventLoopAsync();
    }
    ~FakeNetworkManager() { bus_->leaveEventLoop(); }
    FakeNetworkManager(const FakeNetworkManager&) = delete;
    FakeNetworkManager& operator=(const FakeNetworkManager&) = delete;

    /// How the next activations go, in their order; those after them go well.
    void next(std::vector<Way> ways) {
        const std::lock_guard lock(mutex_);
        ways_ = std::move(ways);
    }

    /// "office on eth0" and so on, in their order.
    std::vector<std::string> activations() {
        const std::lock_guard lock(mutex_);
        return calls_;
    }

private:
    static constexpr std::uint32_t activating = 1, activated = 2, deactivated = 4;
    using Paths = std::vector<sdbus::ObjectPath>;

    struct Entry {
        Connection connection;
        std::uint32_t state = activated;
        std::uint32_t outcome = activated; ///< What it comes to after the first look at its state.
    };

    static std::string name(const std::string& part = {}) {
        return "org.freedesktop.NetworkManager" + (part.empty() ? part : "." + part);
    }
    static sdbus::ObjectPath path(const std::string& part) { return "/org/freedesktop/NetworkManager" + part; }

    sdbus::IObject& object(const std::string& part) {
        auto& made = objects_[part];
        if (!made) made = sdbus::createObject(*bus_, path(part));
        return *made;
    }

    template <typename Wanted>
    Paths paths(const std::string& folder, Wanted&& wanted) {
        const std::lock_guard lock(mutex_);
        Paths found;
        for (std::size_t i = 0; i < entries_.size(); ++i)
            if (wanted(entries_[i])) found.push_back(path(folder + std::to_string(i)));
        return found;
    }

    void add(const Connection& connection) {
        const auto number = entries_.size();
        const auto id = connection.id;
        const auto state = connection.active ? activated : deactivated;
        entries_.push_back({connection, state, state});
        object("/Settings/" + std::to_string(number))
            .registerMethod("GetSettings")
            .onInterface(name("Settings.Connection"))
            .implementedAs([id] {
                using Values = std::map<std::string, sdbus::Variant>;
                const Values values{{"id", sdbus::Variant(id)}, {"uuid", sdbus::Variant("uuid-of-" + id)}};
                return std::map<std::string, Values>{{"connection", values}};
            });
        object("/Devices/" + std::to_string(number))
            .registerProperty("Interface")
            .onInterface(name("Device"))
            .withGetter([interface = connection.interface] { return interface; });
        addActive(number, id);
    }

    void addActive(std::size_t number, const std::string& id) {
        auto& active = object("/ActiveConnection/" + std::to_string(number));
        const auto has = [&](const char* property, auto getter) {
            active.registerProperty(property).onInterface(name("Connection.Active")).withGetter(std::move(getter));
        };
        has("Id", [id] { return id; });
        has("Uuid", [id] { return "uuid-of-" + id; });
        has("Connection", [number] { return path("/Settings/" + std::to_string(number)); });
        has("Devices", [number] { return Paths{path("/Devices/" + std::to_string(number))}; });
        has("State", [this, number, &active] { return look(number, active); });
        active.registerSignal("StateChanged")
            .onInterface(name("Connection.Active"))
            .withParameters<std::uint32_t, std::uint32_t>();
    }

    /// Its state; what an activation comes to is told after the first look.
    std::uint32_t look(std::size_t number, sdbus::IObject& active) {
        const std::lock_guard lock(mutex_);
        auto& entry = entries_[number];
        const auto before = std::exchange(entry.state, entry.outcome);
        if (before != entry.state)
            active.emitSignal("StateChanged")
                .onInterface(name("Connection.Active"))
                .withArguments(entry.state, std::uint32_t{0});
        return before;
    }

    sdbus::ObjectPath activate(const std::string& profile, const std::string& device) {
        const std::lock_guard lock(mutex_);
        const auto number = std::stoul(profile.substr(profile.rfind('/') + 1));
        auto& entry = entries_.at(number);
        if (device != path("/Devices/" + std::to_string(number)))
            throw sdbus::Error(name("UnknownDevice"), "no such device");
        calls_.push_back(entry.connection.id + " on " + entry.connection.interface);
        const auto way = ways_.empty() ? Way::well : ways_.front();
        if (!ways_.empty()) ways_.erase(ways_.begin());
        entry.state = way == Way::badlyAtOnce ? deactivated : activating;
        entry.outcome = way == Way::well ? activated : way == Way::endless ? activating : deactivated;
        return path((way == Way::badlyAtOnce ? "/Gone/" : "/ActiveConnection/") + std::to_string(number));
    }

    std::mutex mutex_;
    std::vector<Entry> entries_;
    std::vector<Way> ways_;
    std::vector<std::string> calls_;
    std::unique_ptr<sdbus::IConnection> bus_;
    std::map<std::string, std::unique_ptr<sdbus::IObject>> objects_;
};

} // namespace scepd::test
