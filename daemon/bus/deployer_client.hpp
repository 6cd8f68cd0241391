#pragma once

#include "base/error.hpp"
#include "record/history.hpp"

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sdbus {
class IConnection;
class IProxy;
} // namespace sdbus

namespace scepd::bus {

/// Calls to org.scepd1.Deployer, which the bus starts on demand. None of them waits; `done` is called from the loop.
class DeployerClient {
public:
    using Targets = std::vector<record::TargetState>;
    using Done = std::function<void(std::expected<Targets, Error>)>;

    explicit DeployerClient(sdbus::IConnection& connection);
    ~DeployerClient();
    DeployerClient(const DeployerClient&) = delete;
    DeployerClient& operator=(const DeployerClient&) = delete;

    void deploy(const std::string& certificate, unsigned generation, const Done& done);
    /// The targets given to `done` are empty.
    void confirm(const std::string& certificate, unsigned generation, const Done& done);
    /// Generation 0: the last one that was confirmed.
    void rollback(const std::string& certificate, unsigned generation, const Done& done);
    void verify(const std::string& certificate, const Done& done);
    /// `hooks` of the certificate, all when empty; `done` gets a row for each that failed.
    void runHooks(const std::string& certificate, const std::string& event, const std::vector<std::string>& hooks,
                  const Done& done);
    /// The targets given to `done` are empty.
    void purge(const std::string& certificate, const Done& done);

private:
    std::unique_ptr<sdbus::IProxy> proxy_;
};

} // namespace scepd::bus
