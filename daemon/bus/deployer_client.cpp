#include "bus/deployer_client.hpp"

#include "base/log.hpp"

#include <chrono>
#include <exception>
#include <utility>

#include <sdbus-c++/sdbus-c++.h>

namespace scepd::bus {
namespace {

using namespace std::chrono_literals;
using Rows = std::vector<sdbus::Struct<std::string, std::string, std::string>>;

constexpr auto interfaceName = "org.scepd1.Deployer";

/// Longer than consumers, their checks and hooks may take together; the deployer bounds each of them itself.
constexpr auto longest = std::chrono::microseconds(15min);

Error errorOf(const sdbus::Error& error) {
    const std::string prefix = "org.scepd1.Error.";
    if (error.getName() == prefix + "Configuration") return {Fault::configuration, error.getMessage()};
    if (error.getName() == prefix + "Protocol") return {Fault::protocol, error.getMessage()};
    return {Fault::local, error.getMessage()};
}

/// The wall between sd-bus and the engine: nothing may be thrown through it.
void finish(const DeployerClient::Done& done, std::expected<DeployerClient::Targets, Error> result) noexcept {
    try {
        done(std::move(result));
    } catch (const std::exception& error) {
        log::error("after a call to the deployer: {}", error.what());
    }
}

} // namespace

DeployerClient::DeployerClient(sdbus::IConnection& connection)
    : proxy_(sdbus::createProxy(connection, interfaceName, "/org/scepd1/Deployer")) {}

DeployerClient::~DeployerClient() = default;

namespace {

void callForTargets(sdbus::IProxy& proxy, const char* method, const std::string& certificate, unsigned generation,
                    DeployerClient::Done done) {
    proxy.callMethodAsync(method)
        .onInterface(interfaceName)
        .withTimeout(longest)
        .withArguments(certificate, std::uint32_t{generation})
        .uponReplyInvoke([done = std::move(done)](const sdbus::Error* error, const Rows& rows) {
            if (error != nullptr) return finish(done, std::unexpected(errorOf(*error)));
            DeployerClient::Targets targets;
            for (const auto& row : rows)
                targets.push_back({row.get<0>(), row.get<1>(), row.get<2>()});
            finish(done, std::move(targets));
        });
}

} // namespace

void DeployerClient::deploy(const std::string& certificate, unsigned generation, Done done) {
    callForTargets(*proxy_, "Deploy", certificate, generation, std::move(done));
}

void DeployerClient::rollback(const std::string& certificate, unsigned generation, Done done) {
    callForTargets(*proxy_, "Rollback", certificate, generation, std::move(done));
}

void DeployerClient::confirm(const std::string& certificate, unsigned generation, Done done) {
    proxy_->callMethodAsync("Confirm")
        .onInterface(interfaceName)
        .withTimeout(longest)
        .withArguments(certificate, std::uint32_t{generation})
        .uponReplyInvoke([done = std::move(done)](const sdbus::Error* error) {
            if (error != nullptr) return finish(done, std::unexpected(errorOf(*error)));
            finish(done, Targets{});
        });
}

} // namespace scepd::bus
