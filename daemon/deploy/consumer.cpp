#include "deploy/consumer.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "bus/systemd.hpp"
#include "deploy/connection.hpp"
#include "deploy/directory.hpp"
#include "deploy/supplicant.hpp"
#include "deploy/transaction.hpp"
#include "profile/preset.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace scepd::deploy {
namespace {

namespace fs = std::filesystem;
using profile::Action;
using Targets = std::vector<profile::Target>;

/// Longer than a service may take to stop by default (90 s) would block the deployer for nothing.
constexpr Duration jobLimit = std::chrono::seconds(60);
constexpr Duration checkLimit = std::chrono::seconds(30);
/// Some end when their job is long done: Apache over a key that its configuration does not allow, stunnel after a
/// signal.
constexpr Duration moment = std::chrono::seconds(1);

bool runs(const std::string& activeState) {
    return activeState == "active" || activeState == "reloading" || activeState == "activating";
}

/// The former files still lie beside the new ones, under hidden names. A command that reads whole folders, as swanctl
/// does, finds the new ones there as well: strongSwan prefers a former certificate whose key it has.
std::vector<bus::Systemd::Bind> overFormer(const fs::path& root, const Targets& targets) {
    std::vector<bus::Systemd::Bind> binds;
    for (const auto& target : targets)
        for (const auto& file : profile::filesOf(target)) {
            const auto path = below(root, file.path);
            const auto beside = path.parent_path() / nameBeside(path.filename().string());
            if (fs::exists(beside) && fs::exists(path)) binds.push_back({path, beside});
        }
    return binds;
}

void runCommandOf(bus::Systemd& systemd, const profile::Target& target, const std::vector<bus::Systemd::Bind>& binds) {
    const auto command = profile::facts(target.preset).command;
    const auto unit = fmt::format("scepd-tell-{}", *target.unit);
    if (systemd.runCommand(unit, profile::words(command), binds, jobLimit).succeeded) return;
    throw Error(Code::consumerFailed, fmt::format("`{}` fails; journalctl -u {} tells why", command, unit));
}

/// A check that cannot run says nothing.
bool passes(bus::Systemd& systemd, const std::string& unit, const std::vector<std::string>& check) {
    try {
        return systemd.runCommand(unit, check, {}, checkLimit).succeeded;
    } catch (const Error& error) {
        log::warning("the consumer's check is left out: {}", error.what());
        return true;
    }
}

/// A restart ends a consumer whose configuration somebody has broken, whatever its certificate is.
std::optional<std::string> whyNotRestarted(bus::Systemd& systemd, const profile::Target& target) {
    if (!target.check || target.check->empty()) return std::nullopt;
    const auto unit = fmt::format("scepd-check-{}", *target.unit);
    if (passes(systemd, unit, *target.check)) return std::nullopt;
    return fmt::format(
        "{} was not restarted because it would end: `{}` fails, journalctl -u {} tells why; it will read "
        "the certificate when it starts",
        *target.unit, fmt::join(*target.check, " "), unit);
}

/// A unit that was told to use the new certificate.
struct ToldUnit {
    std::string name;
    std::string before;    ///< Its state when it had not been told yet.
    unsigned restarts = 0; ///< When it had.
};

/// A unit that ran before must run afterwards: one that ends over its certificate is a failed deployment, also when
/// systemd starts it again and again.
void expectRunning(bus::Systemd& systemd, const ToldUnit& unit) {
    const auto after = systemd.activeState(unit.name);
    const bool cameBack = runs(after) && (after != "activating" || unit.before == "activating");
    if (cameBack && systemd.restarts(unit.name) <= unit.restarts) return; // fewer: somebody has asked for a restart
    throw Error(Code::consumerFailed,
                fmt::format("{} {} after it was told to use the new certificate; journalctl -u {} tells why", unit.name,
                            cameBack ? "has ended and was started again" : "is " + after, unit.name));
}

/// wpa_supplicant reads its files at the next authentication in any case: what goes wrong here fails nothing.
Told tellSupplicant(const fs::path& root, const std::string& interface) {
    try {
        switch (reauthenticate(root, interface)) {
        case Reauthentication::begun:
            log::debug("wpa_supplicant on {} authenticates with the new certificate", interface);
            return {};
        case Reauthentication::declined:
            return {true,
                    fmt::format("wpa_supplicant on {} does not authenticate anew now: it will use the certificate "
                                "when it does",
                                interface)};
        case Reauthentication::nobodyThere:
            break;
        }
        return {false,
                fmt::format("no wpa_supplicant runs on {}: it will read the certificate when it starts", interface)};
    } catch (const Error& error) {
        return {true, error.what()};
    }
}

/// Connects to systemd and NetworkManager when the first target needs them, and tells nobody the same thing twice.
class Teller {
public:
    Teller(const fs::path& root, const Targets& targets) : root_(root), targets_(targets) {}

    Told tell(const profile::Target& target) {
        const auto action = profile::actionOf(target);
        if (action == Action::none) return {};
        if (action == Action::reauthenticate) return tellSupplicant(root_, *target.interface);
        const auto& whom = action == Action::activate ? target.connection : target.unit;
        if (!whom)
            throw Error(Fault::configuration, fmt::format("the target of preset {} says reload and names no unit",
                                                          profile::name(target.preset)));
        const auto [told, isNew] = told_.try_emplace({*whom, action});
        if (isNew) told->second = action == Action::activate ? tellManager(target) : tellOnce(target, action);
        return told->second;
    }

    /// Throws as tell() does.
    void lookAMomentLater() const {
        if (toldUnits_.empty()) return;
        std::this_thread::sleep_for(moment);
        for (const auto& unit : toldUnits_)
            expectRunning(*systemd_, unit);
    }

private:
    Told tellManager(const profile::Target& target) const {
        if (const auto manager = findNetworkManager(root_)) return tellConnection(*manager, target);
        return {false, fmt::format("NetworkManager is not on the bus: connection {} was not told", *target.connection)};
    }

    Told tellOnce(const profile::Target& target, Action action) {
        if (!std::exchange(looked_, true)) systemd_ = findSystemd(root_);
        if (systemd_) return tellUnit(target, action);
        return {true, fmt::format("systemd is not on the bus: {} was not told", *target.unit)};
    }

    Told tellUnit(const profile::Target& target, Action action) {
        const auto& unit = *target.unit;
        const auto before = systemd_->activeState(unit);
        if (!runs(before))
            return {false, fmt::format("{} is {}: it will read the certificate when it starts", unit, before)};
        if (action == Action::tryRestart)
            if (auto why = whyNotRestarted(*systemd_, target)) return {false, std::move(*why)};
        act(target, action);
        toldUnits_.push_back({unit, before, systemd_->restarts(unit)});
        expectRunning(*systemd_, toldUnits_.back());
        log::debug("{} was told to use the new certificate", unit);
        return {};
    }

    void act(const profile::Target& target, Action action) {
        const auto& unit = *target.unit;
        if (action == Action::reload)
            systemd_->reloadOrTryRestart(unit, jobLimit);
        else if (action == Action::tryRestart)
            systemd_->tryRestart(unit, jobLimit);
        else if (action == Action::hangUp)
            systemd_->kill(unit, SIGHUP);
        // Also after these: they have read the former files as well.
        if (!profile::facts(target.preset).command.empty())
            runCommandOf(*systemd_, target, overFormer(root_, targets_));
    }

    const fs::path& root_;
    const Targets& targets_;
    std::unique_ptr<bus::Systemd> systemd_;
    bool looked_ = false;
    std::map<std::pair<std::string, Action>, Told> told_;
    std::vector<ToldUnit> toldUnits_;
};

std::vector<std::string> runningUnits(const fs::path& root, const Targets& targets) {
    std::vector<std::string> units;
    const auto isTold = [](const auto& target) {
        const auto action = profile::actionOf(target);
        return target.unit && action != Action::none && action != Action::activate;
    };
    if (std::ranges::none_of(targets, isTold)) return units;
    const auto systemd = findSystemd(root);
    for (const auto& target : targets)
        if (systemd && isTold(target) && isRunning(*systemd, *target.unit)) units.push_back(*target.unit);
    return units;
}

void startUnit(bus::Systemd& systemd, const std::string& unit) {
    if (systemd.activeState(unit) != "failed") return;
    log::debug("{} has ended over the new certificate; starting it with the former one", unit);
    systemd.start(unit, jobLimit);
}

} // namespace

bool isRunning(bus::Systemd& systemd, const std::string& unit) {
    return runs(systemd.activeState(unit));
}

std::unique_ptr<bus::Systemd> findSystemd(const fs::path& root) {
    if (root != "/" && std::getenv("DBUS_SYSTEM_BUS_ADDRESS") == nullptr) return nullptr;
    return bus::Systemd::find();
}

std::vector<Told> tellConsumers(const fs::path& root, const Targets& targets) {
    Teller teller(root, targets);
    std::vector<Told> answers;
    for (const auto& target : targets) {
        answers.push_back(teller.tell(target));
        if (!answers.back().note.empty()) log::debug("{}", answers.back().note);
    }
    teller.lookAMomentLater();
    return answers;
}

Running runningConsumers(const fs::path& root, const Targets& targets) {
    return {runningUnits(root, targets), activeConnections(root, targets)};
}

std::vector<std::string> startAgain(const fs::path& root, const Running& ran) {
    std::vector<std::string> troubles;
    // One that cannot be started keeps no other from it.
    const auto noted = [&](const auto& start) {
        try {
            start();
        } catch (const Error& error) {
            troubles.emplace_back(error.what());
        }
    };
    const auto systemd = ran.units.empty() ? nullptr : findSystemd(root);
    for (const auto& unit : ran.units)
        if (systemd) noted([&] { startUnit(*systemd, unit); });
    noted([&] { std::ranges::move(activateAgain(root, ran.connections), std::back_inserter(troubles)); });
    return troubles;
}

} // namespace scepd::deploy
