#pragma once

#include "base/loop.hpp"
#include "record/history.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace scepd::bus {

/// What the methods of org.scepd1.Deployer do (dbus/org.scepd1.Deployer.xml says it). Each throws Error for what it
/// cannot do.
struct DeployerHandlers {
    using Targets = std::vector<record::TargetState>;

    std::function<Targets(const std::string& certificate, unsigned generation)> deploy;
    std::function<void(const std::string& certificate, unsigned generation)> confirm;
    std::function<Targets(const std::string& certificate, unsigned generation)> rollback;
    std::function<Targets(const std::string& certificate)> verify;
    std::function<Targets(const std::string& certificate, const std::string& event,
                          const std::vector<std::string>& hooks)>
        runHooks;
    std::function<void(const std::string& certificate)> purge;
};

/// The root helper on the bus: /org/scepd1/Deployer under the name org.scepd1.Deployer. Whoever does not own the name
/// org.scepd1 is answered AccessDenied: the bus's policy says the same, this does not depend on it.
class Deployer {
public:
    /// Connects and takes the name; calls are answered when the loop runs. Throws Error{local} without a bus or when
    /// another deployer has the name.
    Deployer(Loop& loop, DeployerHandlers handlers);
    ~Deployer();
    Deployer(const Deployer&) = delete;
    Deployer& operator=(const Deployer&) = delete;

    /// Gives the name back and answers the calls that had come before: a later one starts a new deployer.
    void retire();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace scepd::bus
