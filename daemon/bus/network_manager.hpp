#pragma once

#include "base/clock.hpp"

#include <memory>
#include <string>
#include <vector>

namespace scepd::bus {

/// NetworkManager, over a connection of its own as Systemd has one. All calls block; errors are Error{local} naming
/// what was wanted and the cause.
class NetworkManager {
public:
    /// nullptr when there is no bus, or no NetworkManager on it.
    static std::unique_ptr<NetworkManager> find();

    ~NetworkManager();
    NetworkManager(const NetworkManager&) = delete;
    NetworkManager& operator=(const NetworkManager&) = delete;

    /// Is there a connection with this id or UUID?
    bool knows(const std::string& connection);

    /// A connection on a device; these two are paths on the bus.
    struct Active {
        std::string id, uuid, interface;
        std::string connection, device;

        bool operator==(const Active&) const = default;
    };

    /// All that are active or on their way there.
    std::vector<Active> active();

    enum class Outcome { active, failed, pending };

    /// Activates it, anew when it is active: its files are read, its network is away meanwhile. Waits for the outcome,
    /// at most `limit`.
    Outcome activate(const Active& connection, Duration limit);

private:
    struct Impl;
    explicit NetworkManager(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace scepd::bus
