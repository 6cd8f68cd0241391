#include "bus/objects.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "bus/access.hpp"
#include "bus/answer.hpp"
#include "bus/changes.hpp"

#include <certificate_adaptor.hpp>
#include <manager_adaptor.hpp>

#include <cstdlib>
#include <set>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sdbus-c++/sdbus-c++.h>
#include <systemd/sd-bus.h>

namespace scepd::bus {
namespace {

using record::Held;
using record::Status;
using Options = std::map<std::string, sdbus::Variant>;
using Rows = std::vector<sdbus::Struct<std::string, std::string, std::string>>;

constexpr auto managerPath = "/org/scepd1";

std::string objectPath(const std::string& name) {
    char* path = nullptr;
    if (sd_bus_path_encode("/org/scepd1/certificate", name.c_str(), &path) < 0)
        throw Error(Fault::local, "no memory for an object path");
    std::string result(path);
    std::free(path);
    return result;
}

[[noreturn]] void invalid(const std::string& text) {
    throw sdbus::Error("org.freedesktop.DBus.Error.InvalidArgs", text);
}

template <typename Value>
Value valueOf(const std::string& option, const sdbus::Variant& variant) {
    if (!variant.containsValueOfType<Value>()) invalid(fmt::format("the option {} has the wrong type", option));
    return variant.get<Value>();
}

/// A descriptor of our own: the one in the message is closed with it.
UniqueFd keep(const sdbus::UnixFd& fd) {
    UniqueFd copy(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
    if (!copy) throw systemError("keep the challenge's file descriptor");
    return copy;
}

record::RequestOptions parse(const Options& options) {
    record::RequestOptions result;
    for (const auto& [name, value] : options) {
        if (name == "renew")
            result.renew = valueOf<bool>(name, value);
        else if (name == "force")
            result.force = valueOf<bool>(name, value);
        else if (name == "challenge")
            result.challenge = keep(valueOf<sdbus::UnixFd>(name, value));
        else if (name == "groups")
            result.groups = valueOf<std::vector<std::string>>(name, value);
        else
            invalid(fmt::format("there is no option {}: renew, force, challenge and groups are known", name));
    }
    return result;
}

/// Runs an action once polkit has allowed it, and answers the call with its result or its error.
template <typename Result, typename Body>
void whenAllowed(Access& access, const sdbus::Message& call, const std::string& action, Result&& result, Body body) {
    auto shared = std::make_shared<std::decay_t<Result>>(std::forward<Result>(result));
    access.check(call, action, [shared, body = std::move(body)](const std::optional<sdbus::Error>& refusal) {
        if (refusal) return shared->returnError(*refusal);
        try {
            answer([&] { body(*shared); });
        } catch (const sdbus::Error& error) {
            shared->returnError(error);
        }
    });
}

class ManagerObject final : public sdbus::AdaptorInterfaces<org::scepd1::Manager_adaptor, sdbus::ObjectManager_adaptor,
                                                            sdbus::Properties_adaptor> {
public:
    ManagerObject(sdbus::IConnection& connection, std::string version, Handlers& handlers, Access& access)
        : AdaptorInterfaces(connection, managerPath),
          version_(std::move(version)),
          handlers_(handlers),
          access_(access) {
        registerAdaptor();
    }
    ManagerObject(const ManagerObject&) = delete;
    ManagerObject& operator=(const ManagerObject&) = delete;
    ~ManagerObject() { unregisterAdaptor(); }

    std::map<std::string, Status> statuses;

    void show(const record::Overview& overview) {
        Changes changes;
        changes.compare("Groups", overview_.groups, overview.groups);
        changes.compare("Queue", overview_.queue, overview.queue);
        changes.compare("Diagnostics", overview_.findings, overview.findings);
        overview_ = overview;
        if (!changes.names().empty())
            emitPropertiesChangedSignal(org::scepd1::Manager_adaptor::INTERFACE_NAME, changes.names());
    }

private:
    void Request(sdbus::Result<std::vector<sdbus::ObjectPath>>&& result, std::vector<std::string> names,
                 Options options) override {
        auto parsed = std::make_shared<record::RequestOptions>(parse(options));
        if (parsed->challenge && names.size() != 1) invalid("a challenge belongs to exactly one certificate: name it");
        for (const auto& name : names)
            GetCertificate(name);
        const auto action = parsed->renew ? "org.scepd1.renew" : "org.scepd1.request";
        whenAllowed(access_, *getObject().getCurrentlyProcessedMessage(), action, std::move(result),
                    [this, parsed, names = std::move(names)](const auto& reply) {
                        std::vector<sdbus::ObjectPath> paths;
                        for (const auto& name : handlers_.request(names, std::move(*parsed)))
                            paths.emplace_back(objectPath(name));
                        reply.returnResults(paths);
                    });
    }

    std::vector<
        sdbus::Struct<std::string, std::string, std::string, std::string, std::uint64_t, std::uint64_t, std::string>>
    List() override {
        return answer([&] {
            decltype(List()) rows;
            rows.reserve(statuses.size());
            for (const auto& [name, status] : statuses)
                rows.emplace_back(name, status.usage, std::string(record::name(status.state)), status.reason,
                                  status.held ? microseconds(status.held->notAfter) : 0,
                                  microseconds(status.nextActionTime), std::string(record::name(status.nextAction)));
            return rows;
        });
    }

    std::vector<sdbus::Struct<std::string, bool, std::vector<std::string>, std::string, std::vector<std::string>,
                              std::string, std::vector<std::string>>>
    ListProfiles() override {
        return answer([&] {
            decltype(ListProfiles()) rows;
            for (const auto& rule : overview_.rules)
                rows.emplace_back(rule.file, rule.applies, rule.groups, rule.description, rule.urls, rule.trust,
                                  rule.certificates);
            return rows;
        });
    }

    void Reload(
        sdbus::Result<std::vector<sdbus::Struct<std::string, std::uint32_t, std::uint32_t, std::string, std::string>>>&&
            result) override {
        whenAllowed(access_, *getObject().getCurrentlyProcessedMessage(), "org.scepd1.manage", std::move(result),
                    [this](const auto& reply) {
                        handlers_.reload();
                        reply.returnResults(Diagnostics());
                    });
    }

    sdbus::ObjectPath GetCertificate(const std::string& name) override {
        return answer([&] {
            const auto found = statuses.find(name);
            if (found == statuses.end()) throw noSuchCertificate(name);
            if (found->second.state == record::State::notApplicable) throw notApplicable(name);
            return sdbus::ObjectPath(objectPath(name));
        });
    }

    std::string Version() override { return version_; }
    std::vector<std::string> Groups() override { return overview_.groups; }
    std::vector<std::string> Queue() override { return overview_.queue; }
    std::vector<sdbus::Struct<std::string, std::uint32_t, std::uint32_t, std::string, std::string>>
    Diagnostics() override {
        decltype(Diagnostics()) rows;
        for (const auto& finding : overview_.findings)
            rows.emplace_back(finding.file, finding.line, finding.column, finding.severity, finding.text);
        return rows;
    }

    std::string version_;
    Handlers& handlers_;
    Access& access_;
    record::Overview overview_;
};

class CertificateObject final
    : public sdbus::AdaptorInterfaces<org::scepd1::Certificate_adaptor, sdbus::Properties_adaptor,
                                      sdbus::ManagedObject_adaptor> {
public:
    CertificateObject(sdbus::IConnection& connection, Status status, Handlers& handlers, Access& access)
        : AdaptorInterfaces(connection, objectPath(status.name)),
          status_(std::move(status)),
          handlers_(handlers),
          access_(access) {
        registerAdaptor();
        emitInterfacesAddedSignal();
    }
    CertificateObject(const CertificateObject&) = delete;
    CertificateObject& operator=(const CertificateObject&) = delete;
    ~CertificateObject() { unregisterAdaptor(); }

    /// Emitting this from the destructor would throw in sdbus-c++ 1.2.
    void announceRemoval() { emitInterfacesRemovedSignal(); }

    void show(const Status& status) {
        const auto changed = changedProperties(status_, status);
        status_ = status;
        if (!changed.empty()) emitPropertiesChangedSignal(org::scepd1::Certificate_adaptor::INTERFACE_NAME, changed);
    }

private:
    void Request(sdbus::Result<>&& result, Options options) override {
        auto parsed = std::make_shared<record::RequestOptions>(parse(options));
        const auto action = parsed->renew ? "org.scepd1.renew" : "org.scepd1.request";
        whenAllowed(access_, *getObject().getCurrentlyProcessedMessage(), action, std::move(result),
                    [handlers = &handlers_, parsed, name = status_.name](const auto& reply) {
                        handlers->request({name}, std::move(*parsed));
                        reply.returnResults();
                    });
    }

    void Cancel(sdbus::Result<>&& result) override {
        whenAllowed(access_, *getObject().getCurrentlyProcessedMessage(), "org.scepd1.manage", std::move(result),
                    [handlers = &handlers_, name = status_.name](const auto& reply) {
                        handlers->cancel(name);
                        reply.returnResults();
                    });
    }

    std::string GetPem(const std::string& what) override {
        return answer([&] { return handlers_.pem(status_.name, what); });
    }

    template <typename Value>
    Value held(Value Held::*member) {
        return status_.held ? (*status_.held).*member : Value();
    }

    std::string Name() override { return status_.name; }
    std::string Profile() override { return status_.profile; }
    std::string Usage() override { return status_.usage; }
    std::string State() override { return std::string(record::name(status_.state)); }
    std::string Reason() override { return status_.reason; }
    std::string Remedy() override { return status_.remedy; }
    std::string Subject() override { return held(&Held::subject); }
    std::string Issuer() override { return held(&Held::issuer); }
    std::string SerialNumber() override { return held(&Held::serialNumber); }
    std::string Fingerprint() override { return held(&Held::fingerprint); }
    std::vector<std::string> SubjectAlternativeNames() override { return held(&Held::san); }
    std::uint64_t NotBefore() override { return microseconds(held(&Held::notBefore)); }
    std::uint64_t NotAfter() override { return microseconds(held(&Held::notAfter)); }
    std::string KeyType() override { return held(&Held::keyType); }
    std::uint32_t Generation() override { return held(&Held::generation); }
    std::string NextAction() override { return std::string(record::name(status_.nextAction)); }
    std::uint64_t NextActionTime() override { return microseconds(status_.nextActionTime); }
    std::string NextActionReason() override { return status_.nextActionReason; }
    std::uint64_t LastAttemptTime() override { return microseconds(status_.lastAttempt); }
    std::string LastErrorCode() override { return status_.lastErrorCode; }
    std::string LastError() override { return status_.lastError; }
    std::uint32_t Attempts() override { return status_.attempts; }
    std::string AttemptPhase() override { return status_.phase; }
    Rows Targets() override {
        Rows rows;
        for (const auto& target : status_.targets)
            rows.emplace_back(target.target, target.state, target.detail);
        return rows;
    }

    Status status_;
    Handlers& handlers_;
    Access& access_;
};

} // namespace

/// Members die in reverse: the certificates before the manager that lists them.
struct Objects::Impl {
    sdbus::IConnection& connection;
    Handlers handlers;
    Access access;
    ManagerObject manager;
    std::map<std::string, std::unique_ptr<CertificateObject>> certificates;

    Impl(sdbus::IConnection& bus, std::string version, Handlers callbacks)
        : connection(bus),
          handlers(std::move(callbacks)),
          access(bus),
          manager(bus, std::move(version), handlers, access) {}

    void remove(const std::string& name) {
        const auto found = certificates.find(name);
        if (found == certificates.end()) return;
        found->second->announceRemoval();
        certificates.erase(found);
    }
};

Objects::Objects(sdbus::IConnection& connection, std::string version, Handlers handlers)
    : impl_(std::make_unique<Impl>(connection, std::move(version), std::move(handlers))) {}

Objects::~Objects() = default;

void Objects::claimName() {
    try {
        impl_->connection.requestName("org.scepd1");
    } catch (const sdbus::Error& error) {
        throw Error(Fault::local,
                    fmt::format("take the name org.scepd1 on the bus: {}: another scepd runs, or the bus policy "
                                "/usr/share/dbus-1/system.d/org.scepd1.conf is missing",
                                error.getMessage()));
    }
}

void Objects::show(const std::vector<Status>& statuses) {
    std::set<std::string> gone;
    for (const auto& [name, status] : impl_->manager.statuses)
        gone.insert(name);
    for (const auto& status : statuses) {
        gone.erase(status.name);
        show(status);
    }
    for (const auto& name : gone) {
        impl_->remove(name);
        impl_->manager.statuses.erase(name);
    }
}

void Objects::show(const Status& status) {
    impl_->manager.statuses.insert_or_assign(status.name, status);
    if (status.state == record::State::notApplicable) return impl_->remove(status.name);
    auto& object = impl_->certificates[status.name];
    if (object) return object->show(status);
    object = std::make_unique<CertificateObject>(impl_->connection, status, impl_->handlers, impl_->access);
}

void Objects::show(const record::Overview& overview) {
    impl_->manager.show(overview);
}

void Objects::announce(const std::string& certificate, const std::string& event, const std::string& reason,
                       const std::optional<Held>& held) {
    std::map<std::string, sdbus::Variant> details;
    if (!reason.empty()) details.emplace("reason", reason);
    if (held) {
        details.emplace("generation", held->generation);
        details.emplace("serial", held->serialNumber);
    }
    impl_->manager.emitEvent(certificate, event, details);
}

} // namespace scepd::bus
