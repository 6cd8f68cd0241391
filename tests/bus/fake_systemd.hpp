#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include <sdbus-c++/sdbus-c++.h>

namespace scepd::test {

/// What looks like systemd on a private bus: units with states, jobs that end with a signal. It answers from its own
/// thread, over its own connection, as systemd does from its own process.
class FakeSystemd {
public:
    struct Unit {
        std::string activeState = "active";
        std::string afterJob = "active"; ///< The state that a job leaves.
        std::string jobResult = "done";  ///< Empty: the job never ends.
        std::string result = "success";
        std::int32_t exitStatus = 0;
        std::uint64_t nextElapse = 0, lastTrigger = 0; ///< Of a timer.
        std::function<void()> onJob = [] {};           ///< While the job runs.
        unsigned jobs = 0;                             ///< That it had.
        std::string aMomentLater = {};                 ///< The state when it is asked for a second time after the job.
        std::uint32_t restarts = 0, restartsLater = 0; ///< By itself, and at that moment.
    };

    FakeSystemd() : connection_(sdbus::createSystemBusConnection()) {
        manager_ = sdbus::createObject(*connection_, "/org/freedesktop/systemd1");
        const std::string name = interface("Manager");
        manager_->registerMethod("Subscribe").onInterface(name).implementedAs([] {});
        manager_->registerMethod("RefUnit").onInterface(name).implementedAs(
            [this](const std::string& u) { called("RefUnit", u); });
        manager_->registerMethod("UnrefUnit").onInterface(name).implementedAs([this](const std::string& u) {
            called("UnrefUnit", u);
        });
        manager_->registerMethod("LoadUnit").onInterface(name).implementedAs([this](const std::string& u) {
            return load(u);
        });
        manager_->registerMethod("KillUnit")
            .onInterface(name)
            .implementedAs([this](const std::string& u, const std::string& whom, std::int32_t signal) {
                called("KillUnit " + whom + " " + std::to_string(signal), u);
            });
        manager_->registerMethod("StartTransientUnit")
            .onInterface(name)
            .implementedAs([this](const std::string& u, const std::string&, const Properties& properties,
                                  const std::vector<sdbus::Struct<std::string, Properties>>&) {
                return runTransient(u, properties);
            });
        manager_->registerMethod("Reload").onInterface(name).implementedAs([this] { called("Reload", "everything"); });
        manager_->registerMethod("EnableUnitFiles")
            .onInterface(name)
            .implementedAs([this](const std::vector<std::string>& units, bool, bool) {
                for (const auto& u : units)
                    called("EnableUnitFiles", u);
                return std::make_tuple(true, Changes{});
            });
        manager_->registerMethod("DisableUnitFiles")
            .onInterface(name)
            .implementedAs([this](const std::vector<std::string>& units, bool) {
                for (const auto& u : units)
                    called("DisableUnitFiles", u);
                return Changes{};
            });
        manager_->registerMethod("CleanUnit")
            .onInterface(name)
            .implementedAs([this](const std::string& u, const std::vector<std::string>&) { called("CleanUnit", u); });
        for (const auto* method : {"TryRestartUnit", "ReloadOrTryRestartUnit", "StartUnit", "StopUnit"})
            manager_->registerMethod(method).onInterface(name).implementedAs(
                [this, method](const std::string& u, const std::string&) { return job(method, u); });
        manager_->registerSignal("JobRemoved")
            .onInterface(name)
            .withParameters<std::uint32_t, sdbus::ObjectPath, std::string, std::string>();
        manager_->finishRegistration();
        connection_->requestName("org.freedesktop.systemd1");
        connection_->enterEventLoopAsync();
    }
    ~FakeSystemd() { connection_->leaveEventLoop(); }
    FakeSystemd(const FakeSystemd&) = delete;
    FakeSystemd& operator=(const FakeSystemd&) = delete;

    /// What a command comes to that is run as a transient unit, with the files that it finds in the place of others:
    /// its exit code.
    std::function<int(const std::vector<std::string>& command, const std::map<std::string, std::string>& binds)>
        onCommand = [](const auto&, const auto&) { return 0; };

    /// What a unit is like from now on. One that was never given is not installed.
    void set(const std::string& unit, Unit state) {
        const std::lock_guard lock(mutex_);
        units_[unit] = std::move(state);
    }

    /// "TryRestartUnit nginx.service" and so on, in their order.
    std::vector<std::string> calls() {
        const std::lock_guard lock(mutex_);
        return calls_;
    }

private:
    using Changes = std::vector<sdbus::Struct<std::string, std::string, std::string>>;

    using Properties = std::vector<sdbus::Struct<std::string, sdbus::Variant>>;

    sdbus::ObjectPath runTransient(const std::string& unit, const Properties& properties) {
        using Exec = sdbus::Struct<std::string, std::vector<std::string>, bool>;
        using Mount = sdbus::Struct<std::string, std::string, bool, std::uint64_t>;
        std::vector<std::string> command;
        std::map<std::string, std::string> binds;
        for (const auto& property : properties) {
            if (property.get<0>() == "ExecStart") command = property.get<1>().get<std::vector<Exec>>()[0].get<1>();
            if (property.get<0>() == "BindReadOnlyPaths")
                for (const auto& mount : property.get<1>().get<std::vector<Mount>>())
                    binds[mount.get<1>()] = mount.get<0>();
        }
        const auto status = onCommand(command, binds);
        set(unit, {.activeState = "inactive",
                   .jobResult = status == 0 ? "done" : "failed",
                   .result = status == 0 ? "success" : "exit-code",
                   .exitStatus = status});
        return job("StartTransientUnit", unit);
    }

    static std::string interface(const std::string& name) { return "org.freedesktop.systemd1." + name; }

    void called(const std::string& method, const std::string& unit) {
        const std::lock_guard lock(mutex_);
        calls_.push_back(method + " " + unit);
    }

    Unit get(const std::string& unit) {
        const std::lock_guard lock(mutex_);
        return units_.at(unit);
    }
    std::string lookAt(const std::string& unit) {
        const std::lock_guard lock(mutex_);
        auto& state = units_.at(unit);
        const auto seen = state.activeState;
        if (state.jobs > 0 && !state.aMomentLater.empty()) {
            state.activeState = state.aMomentLater;
            state.restarts = state.restartsLater;
        }
        return seen;
    }
    bool isInstalled(const std::string& unit) {
        const std::lock_guard lock(mutex_);
        return units_.contains(unit);
    }

    sdbus::ObjectPath load(const std::string& unit) {
        if (objects_.contains(unit)) return objects_.at(unit)->getObjectPath();
        auto object =
            sdbus::createObject(*connection_, "/org/freedesktop/systemd1/unit/u" + std::to_string(objects_.size()));
        object->registerProperty("LoadState").onInterface(interface("Unit")).withGetter([this, unit] {
            return std::string(isInstalled(unit) ? "loaded" : "not-found");
        });
        object->registerProperty("ActiveState").onInterface(interface("Unit")).withGetter([this, unit] {
            return isInstalled(unit) ? lookAt(unit) : "inactive";
        });
        object->registerProperty("InvocationID").onInterface(interface("Unit")).withGetter([] {
            return std::vector<std::uint8_t>(16, 0xab);
        });
        object->registerProperty("Result").onInterface(interface("Service")).withGetter([this, unit] {
            return get(unit).result;
        });
        object->registerProperty("ExecMainStatus").onInterface(interface("Service")).withGetter([this, unit] {
            return get(unit).exitStatus;
        });
        object->registerProperty("NRestarts").onInterface(interface("Service")).withGetter([this, unit] {
            return get(unit).restarts;
        });
        object->registerProperty("NextElapseUSecRealtime").onInterface(interface("Timer")).withGetter([this, unit] {
            return get(unit).nextElapse;
        });
        object->registerProperty("LastTriggerUSec").onInterface(interface("Timer")).withGetter([this, unit] {
            return get(unit).lastTrigger;
        });
        object->finishRegistration();
        return objects_.emplace(unit, std::move(object)).first->second->getObjectPath();
    }

    sdbus::ObjectPath job(const std::string& method, const std::string& unit) {
        called(method, unit);
        if (!isInstalled(unit))
            throw sdbus::Error("org.freedesktop.systemd1.NoSuchUnit", "Unit " + unit + " not found.");
        auto state = get(unit);
        state.onJob();
        state.activeState = state.afterJob;
        ++state.jobs;
        set(unit, state);
        const auto number = ++jobs_;
        const sdbus::ObjectPath path("/org/freedesktop/systemd1/job/" + std::to_string(number));
        // The signal may overtake the reply: whoever waits must cope with that.
        if (!state.jobResult.empty())
            manager_->emitSignal("JobRemoved")
                .onInterface(interface("Manager"))
                .withArguments(number, path, unit, state.jobResult);
        return path;
    }

    std::mutex mutex_;
    std::map<std::string, Unit> units_;
    std::vector<std::string> calls_;
    std::uint32_t jobs_ = 0;
    std::unique_ptr<sdbus::IConnection> connection_;
    std::unique_ptr<sdbus::IObject> manager_;
    std::map<std::string, std::unique_ptr<sdbus::IObject>> objects_;
};

} // namespace scepd::test
