#include "bus/deployer_client.hpp"

#include "base/code.hpp"
#include "base/log.hpp"

#include <chrono>
#include <cstdint>
#include <exception>
#include <tuple>
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
    if (error.getName() == prefix + "Configuration") return errorFrom(Fault::configuration, error.getMessage());
    if (error.getName() == prefix + "Protocol") return errorFrom(Fault::protocol, error.getMessage());
    return errorFrom(Fault::local, error.getMessage());
}

/// What the bus says when the deployer dies with a call in its hands.
bool died(const sdbus::Error& error) {
    return error.getName() == "org.freedesktop.DBus.Error.NoReply";
}

/// The wall between sd-bus and the engine: nothing may be thrown through it.
void finish(const DeployerClient::Done& done, std::expected<DeployerClient::Targets, Error> result) noexcept {
    try {
        done(std::move(result));
    } catch (const std::exception& error) {
        log::error("after a call to the deployer: {}", error.what());
    }
}

DeployerClient::Targets targetsFrom(const Rows& rows) {
    DeployerClient::Targets targets;
    for (const auto& row : rows)
        targets.push_back({row.get<0>(), row.get<1>(), row.get<2>()});
    return targets;
}

/// What a call says: the certificate's name, and a generation where one matters.
using ForGeneration = std::tuple<std::string, std::uint32_t>;
using ForAll = std::tuple<std::string>;

/// A call that answers with `Answer...`, which `read` makes targets of.
template <typename... Answer, typename Arguments, typename Read>
void call(sdbus::IProxy& proxy, const char* method, const Arguments& arguments, const DeployerClient::Done& done,
          Read read, bool mayDie = true) {
    const auto answered = [&proxy, method, arguments, done, read, mayDie](const sdbus::Error* error,
                                                                          const Answer&... answer) {
        if (error == nullptr) return finish(done, read(answer...));
        if (!mayDie || !died(*error)) return finish(done, std::unexpected(errorOf(*error)));
        // The bus starts another one, which goes on where the dead one stopped.
        log::warning("{}: scepd-deploy died while it worked; it is asked again", std::get<0>(arguments));
        call<Answer...>(proxy, method, arguments, done, read, false);
    };
    try {
        std::apply(
            [&](const auto&... argument) {
                proxy.callMethodAsync(method)
                    .onInterface(interfaceName)
                    .withTimeout(longest)
                    .withArguments(argument...)
                    .uponReplyInvoke(answered);
            },
            arguments);
    } catch (const sdbus::Error& error) {
        finish(done, std::unexpected(errorOf(error)));
    }
}

} // namespace

DeployerClient::DeployerClient(sdbus::IConnection& connection)
    : proxy_(sdbus::createProxy(connection, interfaceName, "/org/scepd1/Deployer")) {}

DeployerClient::~DeployerClient() = default;

void DeployerClient::deploy(const std::string& certificate, unsigned generation, const Done& done) {
    call<Rows>(*proxy_, "Deploy", ForGeneration(certificate, generation), done, targetsFrom);
}

void DeployerClient::rollback(const std::string& certificate, unsigned generation, const Done& done) {
    call<Rows>(*proxy_, "Rollback", ForGeneration(certificate, generation), done, targetsFrom);
}

void DeployerClient::verify(const std::string& certificate, const Done& done) {
    call<Rows>(*proxy_, "Verify", ForAll(certificate), done, targetsFrom);
}

void DeployerClient::confirm(const std::string& certificate, unsigned generation, const Done& done) {
    call<>(*proxy_, "Confirm", ForGeneration(certificate, generation), done, [] { return Targets{}; });
}

void DeployerClient::runHooks(const std::string& certificate, const std::string& event,
                              const std::vector<std::string>& hooks, const Done& done) {
    call<Rows>(*proxy_, "RunHooks", std::tuple(certificate, event, hooks), done, targetsFrom);
}

void DeployerClient::purge(const std::string& certificate, const Done& done) {
    call<>(*proxy_, "Purge", ForAll(certificate), done, [] { return Targets{}; });
}

} // namespace scepd::bus
