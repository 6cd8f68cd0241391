#include "bus/systemd.hpp"

#include "base/error.hpp"
#include "bus/source.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <limits>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sdbus-c++/sdbus-c++.h>

namespace scepd::bus {
namespace {

constexpr const char* service = "org.freedesktop.systemd1";
constexpr const char* managerInterface = "org.freedesktop.systemd1.Manager";
constexpr const char* unitInterface = "org.freedesktop.systemd1.Unit";
constexpr const char* serviceInterface = "org.freedesktop.systemd1.Service";
constexpr const char* timerInterface = "org.freedesktop.systemd1.Timer";

using Clock = std::chrono::steady_clock;

/// What is said when a call fails: "try-restart nginx.service: Access denied".
Error failure(const std::string& action, const std::string& unit, const std::string& why) {
    return {Fault::local, fmt::format("{} {}: {}", action, unit, why)};
}

std::string hexOf(const std::vector<std::uint8_t>& bytes) {
    std::string text;
    for (const auto byte : bytes)
        text += fmt::format("{:02x}", byte);
    return text;
}

} // namespace

struct Systemd::Impl {
    std::unique_ptr<sdbus::IConnection> connection = connect();
    std::unique_ptr<sdbus::IProxy> manager = sdbus::createProxy(*connection, service, "/org/freedesktop/systemd1");
    std::map<std::string, std::string> ended; ///< Job to result, of all jobs that ended since we listen.

    Impl() {
        manager->uponSignal("JobRemoved")
            .onInterface(managerInterface)
            .call([this](std::uint32_t, const sdbus::ObjectPath& job, const std::string&, const std::string& result) {
                ended[job] = result;
            });
        manager->finishRegistration();
        manager->callMethod("Subscribe").onInterface(managerInterface);
    }

    [[nodiscard]] sdbus::ObjectPath load(const std::string& unit) const {
        sdbus::ObjectPath path;
        manager->callMethod("LoadUnit").onInterface(managerInterface).withArguments(unit).storeResultsTo(path);
        return path;
    }

    template <typename Value>
    [[nodiscard]] Value property(const std::string& unit, const char* interface, const char* name) const {
        const auto proxy = sdbus::createProxy(*connection, service, load(unit));
        return proxy->getProperty(name).onInterface(interface).get<Value>();
    }

    [[nodiscard]] std::string startJob(const char* method, const std::string& unit) const {
        sdbus::ObjectPath job;
        manager->callMethod(method)
            .onInterface(managerInterface)
            .withArguments(unit, std::string("replace"))
            .storeResultsTo(job);
        return job;
    }

    /// The job's result, or an empty text when the deadline came first.
    std::string waitFor(const std::string& job, Clock::time_point deadline) {
        const auto hasEnded = [&] { return ended.contains(job); };
        if (!handleUntil(*connection, deadline, hasEnded)) return {};
        return ended[job];
    }
};

namespace {

/// Runs a body that talks to systemd; what sdbus throws leaves as an Error.
template <typename Body>
auto talk(const std::string& action, const std::string& unit, Body&& body) -> decltype(body()) {
    try {
        return body();
    } catch (const sdbus::Error& error) {
        throw failure(action, unit, error.getMessage());
    }
}

using Property = sdbus::Struct<std::string, sdbus::Variant>;
using Properties = std::vector<Property>;

/// As org.freedesktop.systemd1(5) has them; AddRef holds the unit until its end was looked at.
Properties transientProperties(const std::vector<std::string>& command, const std::vector<Systemd::Bind>& binds) {
    using Exec = sdbus::Struct<std::string, std::vector<std::string>, bool>;
    using Mount = sdbus::Struct<std::string, std::string, bool, std::uint64_t>;
    std::vector<Mount> mounts;
    for (const auto& [source, destination] : binds)
        mounts.emplace_back(source, destination, false, 0);
    return {
        Property{"Type", std::string("oneshot")},
        Property{"ExecStart", std::vector<Exec>{{command.front(), command, false}}},
        Property{"BindReadOnlyPaths", mounts},
        Property{"AddRef", true},
        Property{"CollectMode", std::string("inactive-or-failed")},
    };
}

void expectDone(const std::string& action, const std::string& unit, const std::string& result, Duration limit) {
    if (result.empty()) throw failure(action, unit, fmt::format("no end after {}", humanDuration(limit)));
    if (result == "done" || result == "skipped") return;
    throw failure(action, unit, fmt::format("systemd says {}; journalctl -u {} tells more", result, unit));
}

} // namespace

Systemd::Systemd(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Systemd::~Systemd() = default;

std::unique_ptr<Systemd> Systemd::find() {
    try {
        const auto connection = connect();
        const auto bus = sdbus::createProxy(*connection, "org.freedesktop.DBus", "/org/freedesktop/DBus");
        bool isThere = false;
        bus->callMethod("NameHasOwner")
            .onInterface("org.freedesktop.DBus")
            .withArguments(service)
            .storeResultsTo(isThere);
        if (!isThere) return nullptr;
        return std::unique_ptr<Systemd>(new Systemd(std::make_unique<Impl>()));
    } catch (const Error&) {
        return nullptr;
    } catch (const sdbus::Error&) {
        return nullptr;
    }
}

std::string Systemd::activeState(const std::string& unit) {
    return talk("look at", unit, [&]() -> std::string {
        auto loaded = impl_->property<std::string>(unit, unitInterface, "LoadState");
        if (loaded == "not-found") return loaded;
        return impl_->property<std::string>(unit, unitInterface, "ActiveState");
    });
}

unsigned Systemd::restarts(const std::string& unit) {
    if (!unit.ends_with(".service")) return 0;
    return talk("look at", unit, [&] { return impl_->property<std::uint32_t>(unit, serviceInterface, "NRestarts"); });
}

std::string Systemd::unitFileState(const std::string& unit) {
    return talk("look at", unit, [&] { return impl_->property<std::string>(unit, unitInterface, "UnitFileState"); });
}

std::vector<std::string> Systemd::failedUnits(const std::string& pattern) {
    using Unit = sdbus::Struct<std::string, std::string, std::string, std::string, std::string, std::string,
                               sdbus::ObjectPath, std::uint32_t, std::string, sdbus::ObjectPath>;
    return talk("list", pattern, [&] {
        std::vector<Unit> units;
        impl_->manager->callMethod("ListUnitsByPatterns")
            .onInterface(managerInterface)
            .withArguments(std::vector<std::string>{"failed"}, std::vector<std::string>{pattern})
            .storeResultsTo(units);
        std::vector<std::string> names;
        for (const auto& unit : units)
            names.push_back(unit.get<0>());
        return names;
    });
}

std::string Systemd::version() {
    return talk("ask", "systemd's version", [&] {
        return impl_->manager->getProperty("Version").onInterface(managerInterface).get<std::string>();
    });
}

void Systemd::reload() {
    talk("reload", "systemd's unit files", [&] { impl_->manager->callMethod("Reload").onInterface(managerInterface); });
}

void Systemd::enable(const std::vector<std::string>& units) {
    constexpr bool onlyUntilBoot = false;
    constexpr bool replaceOthers = false;
    talk("enable", fmt::format("{}", fmt::join(units, " ")), [&] {
        impl_->manager->callMethod("EnableUnitFiles")
            .onInterface(managerInterface)
            .withArguments(units, onlyUntilBoot, replaceOthers);
    });
}

void Systemd::disable(const std::vector<std::string>& units) {
    constexpr bool onlyUntilBoot = false;
    talk("disable", fmt::format("{}", fmt::join(units, " ")), [&] {
        impl_->manager->callMethod("DisableUnitFiles")
            .onInterface(managerInterface)
            .withArguments(units, onlyUntilBoot);
    });
}

void Systemd::runJob(const char* method, const std::string& action, const std::string& unit, Duration limit) {
    const auto deadline = Clock::now() + limit;
    const auto result = talk(action, unit, [&] { return impl_->waitFor(impl_->startJob(method, unit), deadline); });
    expectDone(action, unit, result, limit);
}

void Systemd::start(const std::string& unit, Duration limit) {
    runJob("StartUnit", "start", unit, limit);
}

void Systemd::stop(const std::string& unit, Duration limit) {
    runJob("StopUnit", "stop", unit, limit);
}

void Systemd::tryRestart(const std::string& unit, Duration limit) {
    runJob("TryRestartUnit", "try-restart", unit, limit);
}

void Systemd::reloadOrTryRestart(const std::string& unit, Duration limit) {
    runJob("ReloadOrTryRestartUnit", "reload", unit, limit);
}

Systemd::Elapses Systemd::elapses(const std::string& timer) {
    return talk("look at", timer, [&] {
        const auto moment = [&](const char* property) {
            const auto value = impl_->property<std::uint64_t>(timer, timerInterface, property);
            constexpr auto infinity = std::numeric_limits<std::uint64_t>::max();
            return value == infinity ? never : Time(Duration(static_cast<std::int64_t>(value)));
        };
        return Elapses{moment("NextElapseUSecRealtime"), moment("LastTriggerUSec")};
    });
}

void Systemd::forgetElapses(const std::string& timer) {
    talk("clean the state of", timer, [&] {
        try {
            impl_->manager->callMethod("CleanUnit")
                .onInterface(managerInterface)
                .withArguments(timer, std::vector<std::string>{"state"});
        } catch (const sdbus::Error& error) { // an administrator made it one that is not persistent
            if (error.getName() != "org.freedesktop.systemd1.NothingToClean") throw;
        }
    });
}

void Systemd::kill(const std::string& unit, int signal) {
    talk("signal", unit, [&] {
        impl_->manager->callMethod("KillUnit")
            .onInterface(managerInterface)
            .withArguments(unit, std::string("main"), static_cast<std::int32_t>(signal));
    });
}

/// Waits for the job of a unit that is held, and lets the unit go.
Systemd::End Systemd::endOf(const std::string& unit, const std::string& job, Duration limit) {
    auto result = impl_->waitFor(job, Clock::now() + limit);
    if (result.empty()) {
        impl_->manager->callMethod("KillUnit")
            .onInterface(managerInterface)
            .withArguments(unit, std::string("all"), static_cast<std::int32_t>(SIGKILL));
        result = "timeout";
    }
    End end;
    end.succeeded = result == "done";
    end.result = result == "timeout" ? result : impl_->property<std::string>(unit, serviceInterface, "Result");
    end.status = impl_->property<std::int32_t>(unit, serviceInterface, "ExecMainStatus");
    end.invocation = hexOf(impl_->property<std::vector<std::uint8_t>>(unit, unitInterface, "InvocationID"));
    impl_->manager->callMethod("UnrefUnit").onInterface(managerInterface).withArguments(unit);
    return end;
}

Systemd::End Systemd::runToEnd(const std::string& unit, Duration limit) {
    return talk("run", unit, [&] {
        // Held, or systemd would forget the unit and how it ended at the moment it ends.
        impl_->manager->callMethod("RefUnit").onInterface(managerInterface).withArguments(unit);
        return endOf(unit, impl_->startJob("StartUnit", unit), limit);
    });
}

Systemd::End Systemd::runCommand(const std::string& unit, const std::vector<std::string>& command,
                                 const std::vector<Bind>& binds, Duration limit) {
    return talk("run", unit, [&] {
        sdbus::ObjectPath job;
        impl_->manager->callMethod("StartTransientUnit")
            .onInterface(managerInterface)
            .withArguments(unit, std::string("replace"), transientProperties(command, binds),
                           std::vector<sdbus::Struct<std::string, Properties>>())
            .storeResultsTo(job);
        return endOf(unit, job, limit);
    });
}

} // namespace scepd::bus
