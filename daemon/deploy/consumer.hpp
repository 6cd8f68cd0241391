#pragma once

#include "bus/network_manager.hpp"
#include "profile/profile.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace scepd::bus {
class Systemd;
}

namespace scepd::deploy {

/// systemd as it concerns this root: nullptr when it is not on the bus, and below another root unless a bus of its own
/// is named by DBUS_SYSTEM_BUS_ADDRESS, because the machine's services do not read what lies there.
std::unique_ptr<bus::Systemd> findSystemd(const std::filesystem::path& root);

/// True when the unit is active or on its way there.
bool isRunning(bus::Systemd& systemd, const std::string& unit);

/// What became of telling a consumer.
struct Told {
    bool runs = true; ///< False when it does not run, or must not be restarted: it uses the new one when started.
    std::string note; ///< Why it was not told; empty when it was, or has nothing to be told.

    bool operator==(const Told&) const = default;
};

/// Makes the consumers of these resolved targets use what lies on them, each unit once. A consumer that does not run is
/// not started, and one that would not start again (its check fails) is not restarted. Returns one answer for each
/// target, a moment after the last unit was told. Throws Error{local} when a consumer fails, does not come back or ends
/// within that moment.
std::vector<Told> tellConsumers(const std::filesystem::path& root, const std::vector<profile::Target>& targets);

/// Consumers that ran at one time.
struct Running {
    std::vector<std::string> units;
    std::vector<bus::NetworkManager::Active> connections;
};

/// Those that tellConsumers() would tell, as far as they run now.
Running runningConsumers(const std::filesystem::path& root, const std::vector<profile::Target>& targets);

/// Starts those that ended since they were seen running: units that have failed (Apache ends at a reload with a
/// certificate that its configuration does not allow, at once or a moment later), connections that are not active any
/// more. Returns what goes wrong, for people.
std::vector<std::string> startAgain(const std::filesystem::path& root, const Running& ran);

} // namespace scepd::deploy
