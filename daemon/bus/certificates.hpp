#pragma once

#include "bus/certificate_object.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <sdbus-c++/sdbus-c++.h>
#include <systemd/sd-bus.h>

namespace scepd::bus {

/// /org/scepd1/certificate with one object for each certificate that applies here. One table of members serves all of
/// them: an object of sdbus-c++ 1.2 has a table of its own, which takes 12 KiB, too much for thousands.
class Certificates {
public:
    /// The object manager that lists them and tells of them is made before and dies after them.
    Certificates(sdbus::IConnection& connection, Handlers& handlers, Access& access);
    ~Certificates() = default;
    Certificates(const Certificates&) = delete;
    Certificates& operator=(const Certificates&) = delete;

    /// The object appears. The status is kept, not copied; it may change in its place.
    void add(const record::Status& status);
    /// The object disappears; what its status was must still be there. Fine for one that is not there.
    void remove(const std::string& name);
    /// Emits one PropertiesChanged for what has changed in its status.
    void changed(const std::string& name, const std::vector<std::string>& properties);
    [[nodiscard]] bool contains(const std::string& name) const { return objects_.contains(name); }

private:
    struct Calls;
    /// What libsystemd gets for a path.
    struct Found {
        CertificateObject object;
        const sdbus::Message& connection;
    };
    struct Release {
        void operator()(sd_bus_slot* slot) const noexcept { sd_bus_slot_unref(slot); }
    };
    using Slot = std::unique_ptr<sd_bus_slot, Release>;

    Handlers& handlers_;
    Access& access_;
    sdbus::MethodCall connection_; ///< Never sent: it stands for the connection.
    std::map<std::string, Found> objects_;
    Slot members_, paths_;
};

} // namespace scepd::bus
