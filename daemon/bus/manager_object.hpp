#pragma once

#include "bus/access.hpp"
#include "bus/arguments.hpp"
#include "bus/objects.hpp"
#include "record/overview.hpp"
#include "record/status.hpp"

#include <manager_adaptor.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <sdbus-c++/sdbus-c++.h>

namespace scepd::bus {

/// /org/scepd1: all certificates, and what is asked of all of them.
class ManagerObject final : public sdbus::AdaptorInterfaces<org::scepd1::Manager_adaptor, sdbus::ObjectManager_adaptor,
                                                            sdbus::Properties_adaptor> {
public:
    ManagerObject(sdbus::IConnection& connection, std::string version, Handlers& handlers, Access& access);
    ManagerObject(const ManagerObject&) = delete;
    ManagerObject& operator=(const ManagerObject&) = delete;
    ~ManagerObject() { unregisterAdaptor(); }

    std::map<std::string, record::Status> statuses; ///< What List and GetCertificate answer with.

    /// Emits one PropertiesChanged for what is different.
    void show(const record::Overview& overview);

private:
    using Row =
        sdbus::Struct<std::string, std::string, std::string, std::string, std::uint64_t, std::uint64_t, std::string>;
    using ProfileRow = sdbus::Struct<std::string, bool, std::vector<std::string>, std::string, std::vector<std::string>,
                                     std::string, std::vector<std::string>>;
    using AuthorityRow = sdbus::Struct<std::string, std::string, std::string, std::string, std::uint64_t, std::uint64_t,
                                       std::vector<std::string>>;
    using Finding = sdbus::Struct<std::string, std::uint32_t, std::uint32_t, std::string, std::string>;

    void Request(sdbus::Result<std::vector<sdbus::ObjectPath>>&& result, std::vector<std::string> names,
                 Options options) override;
    void Reload(sdbus::Result<std::vector<Finding>>&& result) override;
    void Purge(sdbus::Result<>&& result, std::string name) override;
    std::vector<Row> List() override;
    std::vector<ProfileRow> ListProfiles() override;
    std::vector<AuthorityRow> ListAuthorities() override;
    sdbus::ObjectPath GetCertificate(const std::string& name) override;
    std::string GetMetrics() override;
    std::string Version() override { return version_; }
    std::vector<std::string> Groups() override { return overview_.groups; }
    std::vector<std::string> Queue() override { return overview_.queue; }
    bool ClockSynchronized() override { return overview_.surroundings.clockSynchronized; }
    bool NetworkOnline() override { return overview_.surroundings.networkOnline; }
    std::vector<Finding> Diagnostics() override;

    [[nodiscard]] bool isBusy(const std::string& name) const;

    std::string version_;
    Handlers& handlers_;
    Access& access_;
    record::Overview overview_;
};

} // namespace scepd::bus
