#include "bus/objects.hpp"

#include "base/error.hpp"
#include "bus/access.hpp"
#include "bus/certificates.hpp"
#include "bus/changes.hpp"
#include "bus/manager_object.hpp"

#include <utility>

#include <fmt/format.h>
#include <sdbus-c++/sdbus-c++.h>

namespace scepd::bus {

/// Members die in reverse: the certificates before the manager that lists them.
struct Objects::Impl {
    sdbus::IConnection& connection;
    Handlers handlers;
    Access access;
    ManagerObject manager;
    Certificates certificates;

    Impl(sdbus::IConnection& bus, std::string version, Handlers callbacks)
        : connection(bus),
          handlers(std::move(callbacks)),
          access(bus),
          manager(bus, std::move(version), handlers, access),
          certificates(bus, handlers, access) {}
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

void Objects::keepOnly(const std::set<std::string>& names) {
    std::erase_if(impl_->manager.statuses, [&](const auto& shown) {
        const bool gone = !names.contains(shown.first);
        if (gone) impl_->certificates.remove(shown.first);
        return gone;
    });
}

void Objects::show(const record::Status& status) {
    auto& manager = impl_->manager;
    auto& certificates = impl_->certificates;
    if (status.state == record::State::notApplicable) certificates.remove(status.name);
    auto& shown = manager.statuses[status.name];
    const auto changed = changedProperties(shown, status);
    shown = status;
    if (status.state == record::State::notApplicable) return;
    if (!certificates.contains(status.name)) return certificates.add(shown);
    if (!changed.empty()) certificates.changed(status.name, changed);
}

void Objects::show(const record::Overview& overview) {
    impl_->manager.show(overview);
}

void Objects::announce(const std::string& certificate, const std::string& event, const std::string& reason,
                       const std::optional<record::Held>& held) {
    std::map<std::string, sdbus::Variant> details;
    if (!reason.empty()) details.emplace("reason", reason);
    if (held) {
        details.emplace("generation", held->generation);
        details.emplace("serial", held->serialNumber);
    }
    impl_->manager.emitEvent(certificate, event, details);
}

} // namespace scepd::bus
