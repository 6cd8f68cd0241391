#include "bus/deployer.hpp"

#include "base/error.hpp"
#include "bus/answer.hpp"
#include "bus/source.hpp"

#include <tuple>
#include <utility>

#include <deployer_adaptor.hpp>
#include <fmt/format.h>

namespace scepd::bus {
namespace {

constexpr const char* busName = "org.scepd1.Deployer";
constexpr const char* objectPath = "/org/scepd1/Deployer";
constexpr const char* onlyCaller = "org.scepd1";

using BusTargets = std::vector<sdbus::Struct<std::string, std::string, std::string>>;

BusTargets toBus(const std::vector<record::TargetState>& targets) {
    BusTargets result;
    result.reserve(targets.size());
    for (const auto& [target, state, detail] : targets)
        result.emplace_back(std::make_tuple(target, state, detail));
    return result;
}

class Object final : public sdbus::AdaptorInterfaces<org::scepd1::Deployer_adaptor> {
public:
    Object(sdbus::IConnection& connection, DeployerHandlers handlers)
        : AdaptorInterfaces(connection, objectPath),
          bus_(sdbus::createProxy(connection, "org.freedesktop.DBus", "/org/freedesktop/DBus")),
          handlers_(std::move(handlers)) {
        registerAdaptor();
    }
    virtual ~Object() { unregisterAdaptor(); }
    Object(const Object&) = delete;
    Object& operator=(const Object&) = delete;

private:
    BusTargets Deploy(const std::string& certificate, const std::uint32_t& generation) override {
        return permitted([&] { return toBus(handlers_.deploy(certificate, generation)); });
    }
    void Confirm(const std::string& certificate, const std::uint32_t& generation) override {
        permitted([&] { handlers_.confirm(certificate, generation); });
    }
    BusTargets Rollback(const std::string& certificate, const std::uint32_t& generation) override {
        return permitted([&] { return toBus(handlers_.rollback(certificate, generation)); });
    }
    BusTargets Verify(const std::string& certificate) override {
        return permitted([&] { return toBus(handlers_.verify(certificate)); });
    }
    BusTargets RunHooks(const std::string& certificate, const std::string& event,
                        const std::vector<std::string>& hooks) override {
        return permitted([&] { return toBus(handlers_.runHooks(certificate, event, hooks)); });
    }
    void Purge(const std::string& certificate) override {
        permitted([&] { handlers_.purge(certificate); });
    }

    template <typename Body>
    auto permitted(Body&& body) -> decltype(body()) {
        return answer([&] {
            refuseOthers();
            return body();
        });
    }

    void refuseOthers() {
        const auto* call = getObject().getCurrentlyProcessedMessage();
        if (call == nullptr || call->getSender() != ownerOf(onlyCaller))
            throw sdbus::Error("org.freedesktop.DBus.Error.AccessDenied",
                               fmt::format("only the owner of {} may ask for deployments", onlyCaller));
    }

    /// The unique name behind a well-known one; empty when nobody has it.
    std::string ownerOf(const std::string& name) {
        try {
            std::string owner;
            bus_->callMethod("GetNameOwner")
                .onInterface("org.freedesktop.DBus")
                .withArguments(name)
                .storeResultsTo(owner);
            return owner;
        } catch (const sdbus::Error&) {
            return {};
        }
    }

    std::unique_ptr<sdbus::IProxy> bus_;
    DeployerHandlers handlers_;
};

} // namespace

struct Deployer::Impl {
    std::unique_ptr<sdbus::IConnection> connection = connect();
    Object object;
    Source source;

    Impl(Loop& loop, DeployerHandlers handlers) : object(*connection, std::move(handlers)), source(loop, *connection) {
        try {
            connection->requestName(busName);
        } catch (const sdbus::Error& error) {
            throw Error(Fault::local, fmt::format("take the name {} on the bus: {}", busName, error.getMessage()));
        }
    }
};

Deployer::Deployer(Loop& loop, DeployerHandlers handlers) : impl_(std::make_unique<Impl>(loop, std::move(handlers))) {}
Deployer::~Deployer() = default;

void Deployer::retire() {
    try {
        impl_->connection->releaseName(busName);
        while (impl_->connection->processPendingRequest()) {
        }
    } catch (const sdbus::Error& error) {
        throw Error(Fault::local, fmt::format("give the name {} back: {}", busName, error.getMessage()));
    }
}

} // namespace scepd::bus
