#include "ctl/daemon.hpp"

#include "base/error.hpp"
#include "bus/source.hpp"

#include <chrono>
#include <cstdlib>
#include <utility>

#include <certificate_proxy.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <manager_proxy.hpp>
#include <systemd/sd-bus.h>

namespace scepd::ctl {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::microseconds readingTakes = 10s; ///< At most; the daemon answers within a tenth of a second.
constexpr std::chrono::microseconds personTakes = 150s; ///< Longer than polkit waits for a password.

Time time(std::uint64_t microseconds) {
    return Time(Duration(static_cast<std::int64_t>(microseconds)));
}

std::unique_ptr<sdbus::IConnection> connect() {
    try {
        return bus::connect();
    } catch (const Error& error) {
        throw sdbus::Error("org.freedesktop.DBus.Error.NoServer", error.what());
    }
}

/// sdbus-c++ 1.2 has no word for this flag; a member pointer named through a derived class may reach the protected
/// message.
class Interactive : public sdbus::Message {
public:
    static void allow(sdbus::Message& message) {
        auto* raw = static_cast<sd_bus_message*>(message.*(&Interactive::msg_));
        sd_bus_message_set_allow_interactive_authorization(raw, 1);
    }
};

using Finding = sdbus::Struct<std::string, std::uint32_t, std::uint32_t, std::string, std::string>;

std::vector<profile::Diagnostic> diagnosticsFrom(const std::vector<Finding>& findings) {
    std::vector<profile::Diagnostic> result;
    result.reserve(findings.size());
    for (const auto& finding : findings) {
        const bool warns = finding.get<3>() == "warning";
        result.push_back({finding.get<0>(), finding.get<1>(), finding.get<2>(),
                          warns ? profile::Diagnostic::Severity::warning : profile::Diagnostic::Severity::error,
                          finding.get<4>()});
    }
    return result;
}

std::vector<std::string> namesFrom(const std::vector<sdbus::ObjectPath>& paths) {
    std::vector<std::string> names;
    names.reserve(paths.size());
    for (const auto& path : paths)
        names.push_back(nameOf(path));
    return names;
}

UniqueFd openChallenge(const std::string& file) {
    UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!fd) throw systemError(fmt::format("open the challenge file {}", file));
    return fd;
}

} // namespace

/// The generated proxy; it subscribes to signals only when somebody wants them: a subscription is one more round trip.
class Daemon::Manager final : public sdbus::ProxyInterfaces<org::scepd1::Manager_proxy> {
public:
    explicit Manager(sdbus::IConnection& connection) : ProxyInterfaces(connection, service, path) {}
    virtual ~Manager() { unregisterProxy(); }
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;

    void subscribe(OnEvent callback) {
        callback_ = std::move(callback);
        registerProxy();
    }
    sdbus::IProxy& raw() { return getProxy(); }

private:
    void onEvent(const std::string& certificate, const std::string& event, const Properties& details) override {
        callback_(certificate, event, details);
    }
    OnEvent callback_;
};

class Daemon::Object final : public sdbus::ProxyInterfaces<org::scepd1::Certificate_proxy> {
public:
    Object(sdbus::IConnection& connection, const std::string& at) : ProxyInterfaces(connection, service, at) {}

    Properties all() {
        Properties properties;
        auto reply = getProxy().callMethod(getAll(), readingTakes);
        reply >> properties;
        return properties;
    }

    void allLater(Read then) {
        const auto call = getAll();
        const auto answered = [then = std::move(then)](sdbus::MethodReply& reply, const sdbus::Error* error) {
            Properties properties;
            if (error == nullptr) reply >> properties;
            then(properties, error);
        };
        getProxy().callMethod(call, answered, readingTakes);
    }

    sdbus::IProxy& raw() { return getProxy(); }

private:
    sdbus::MethodCall getAll() {
        auto call = getProxy().createMethodCall("org.freedesktop.DBus.Properties", "GetAll");
        call << std::string(INTERFACE_NAME);
        return call;
    }
};

std::string pathOf(const std::string& name) {
    char* encoded = nullptr;
    if (sd_bus_path_encode(Daemon::certificates, name.c_str(), &encoded) < 0) throw systemError("encode a bus path");
    const std::unique_ptr<char, decltype(&std::free)> owned(encoded, &std::free);
    return encoded;
}

std::string nameOf(const std::string& path) {
    char* decoded = nullptr;
    if (sd_bus_path_decode(path.c_str(), Daemon::certificates, &decoded) <= 0) return {};
    const std::unique_ptr<char, decltype(&std::free)> owned(decoded, &std::free);
    return decoded;
}

Daemon::Daemon(bool interactive)
    : connection_(connect()), manager_(std::make_unique<Manager>(*connection_)), interactive_(interactive) {
    connection_->setMethodCallTimeout(readingTakes);
}

Daemon::~Daemon() = default;

std::vector<Listed> Daemon::list() {
    std::vector<Listed> result;
    for (const auto& row : manager_->List())
        result.push_back({row.get<0>(), row.get<1>(), row.get<2>(), row.get<3>(), time(row.get<4>()),
                          time(row.get<5>()), row.get<6>()});
    return result;
}

Certificate Daemon::certificate(const std::string& name) {
    Certificate result;
    update(result, Object(*connection_, manager_->GetCertificate(name)).all());
    return result;
}

record::Explanation Daemon::explain(const std::string& name) {
    auto facts = Object(*connection_, manager_->GetCertificate(name)).Explain();
    const auto at = [&](const char* key) {
        return facts.contains(key) ? time(facts[key].get<std::uint64_t>()) : never;
    };
    return {.rule = facts["Rule"],
            .due = at("Due"),
            .expected = at("Expected"),
            .before = facts["Before"],
            .overtakes = at("Overtakes"),
            .emergency = at("Emergency"),
            .changes = facts["Changes"]};
}

std::vector<record::Kept> Daemon::generations(const std::string& name) {
    std::vector<record::Kept> result;
    for (const auto& row : Object(*connection_, manager_->GetCertificate(name)).ListGenerations()) {
        record::Kept kept{.facts = {}, .use = row.get<1>()};
        kept.facts.generation = row.get<0>();
        kept.facts.serialNumber = row.get<2>();
        kept.facts.fingerprint = row.get<3>();
        kept.facts.issued = time(row.get<4>());
        kept.facts.notBefore = time(row.get<5>());
        kept.facts.notAfter = time(row.get<6>());
        result.push_back(std::move(kept));
    }
    return result;
}

void Daemon::expect(const std::string& name) {
    manager_->GetCertificate(name);
}

std::vector<record::Rule> Daemon::profiles() {
    std::vector<record::Rule> result;
    for (const auto& rule : manager_->ListProfiles())
        result.push_back(
            {rule.get<0>(), rule.get<1>(), rule.get<2>(), rule.get<3>(), rule.get<4>(), rule.get<5>(), rule.get<6>()});
    return result;
}

std::vector<record::KnownAuthority> Daemon::authorities() {
    std::vector<record::KnownAuthority> result;
    for (const auto& row : manager_->ListAuthorities())
        result.push_back({row.get<0>(),
                          {row.get<1>(), row.get<2>(), row.get<3>(), time(row.get<4>()), time(row.get<5>())},
                          row.get<6>()});
    return result;
}

std::vector<profile::Diagnostic> Daemon::diagnostics() {
    return diagnosticsFrom(manager_->Diagnostics());
}

std::vector<profile::Diagnostic> Daemon::reload() {
    auto call = manager_->raw().createMethodCall(Manager::INTERFACE_NAME, "Reload");
    if (interactive_) Interactive::allow(call);
    std::vector<Finding> findings;
    auto reply = manager_->raw().callMethod(call, personTakes);
    reply >> findings;
    return diagnosticsFrom(findings);
}

std::string Daemon::version() {
    return manager_->Version();
}

std::string Daemon::metrics() {
    return manager_->GetMetrics();
}

sdbus::MethodCall Daemon::requestCall(const Ask& ask) {
    Properties options;
    if (ask.renew) options.emplace("renew", true);
    if (ask.force) options.emplace("force", true);
    if (!ask.groups.empty()) options.emplace("groups", ask.groups);
    if (ask.challengeFile) options.emplace("challenge", sdbus::UnixFd(openChallenge(*ask.challengeFile).get()));
    if (ask.trace >= 0) options.emplace("trace", sdbus::UnixFd(ask.trace));
    auto call = manager_->raw().createMethodCall(Manager::INTERFACE_NAME, "Request");
    call << ask.names << options;
    if (interactive_) Interactive::allow(call);
    return call;
}

std::vector<std::string> Daemon::request(const Ask& ask) {
    std::vector<sdbus::ObjectPath> paths;
    auto reply = manager_->raw().callMethod(requestCall(ask), personTakes);
    reply >> paths;
    return namesFrom(paths);
}

/// What a person may be asked to authorize, of one certificate's object.
template <typename... Arguments>
sdbus::MethodReply Daemon::act(const std::string& name, const char* method, const Arguments&... arguments) {
    Object object(*connection_, manager_->GetCertificate(name));
    auto call = object.raw().createMethodCall(Object::INTERFACE_NAME, method);
    ((call << arguments), ...);
    if (interactive_) Interactive::allow(call);
    return object.raw().callMethod(call, personTakes);
}

std::string Daemon::createRequest(const std::string& name) {
    std::string pem;
    act(name, "CreateRequest") >> pem;
    return pem;
}

void Daemon::import(const std::string& name, const std::string& text) {
    act(name, "Import", text);
}

void Daemon::redeploy(const std::string& name) {
    act(name, "Redeploy");
}

void Daemon::rollback(const std::string& name, std::uint32_t generation) {
    act(name, "Rollback", generation);
}

void Daemon::purge(const std::string& name) {
    auto call = manager_->raw().createMethodCall(Manager::INTERFACE_NAME, "Purge");
    call << name;
    if (interactive_) Interactive::allow(call);
    manager_->raw().callMethod(call, personTakes);
}

void Daemon::requestLater(const Ask& ask, Requested then) {
    const auto answered = [then = std::move(then)](sdbus::MethodReply& reply, const sdbus::Error* error) {
        std::vector<sdbus::ObjectPath> paths;
        if (error == nullptr) reply >> paths;
        then(namesFrom(paths), error);
    };
    manager_->raw().callMethod(requestCall(ask), answered, personTakes);
}

void Daemon::readLater(const std::string& name, Read then) {
    auto& object = objects_[name];
    if (!object) object = std::make_unique<Object>(*connection_, pathOf(name));
    object->allLater(std::move(then));
}

void Daemon::onEvent(OnEvent callback) {
    manager_->subscribe(std::move(callback));
}

} // namespace scepd::ctl
