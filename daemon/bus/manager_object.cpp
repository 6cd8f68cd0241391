#include "bus/manager_object.hpp"

#include "base/error.hpp"
#include "bus/changes.hpp"
#include "bus/later.hpp"

#include <cstddef>
#include <memory>
#include <utility>

namespace scepd::bus {
namespace {

/// The bus cuts the connection of who sends more than 32 MiB at once.
constexpr std::size_t largestText = 24UL * 1024 * 1024;

} // namespace

ManagerObject::ManagerObject(sdbus::IConnection& connection, std::string version, Handlers& handlers, Access& access)
    : AdaptorInterfaces(connection, "/org/scepd1"), version_(std::move(version)), handlers_(handlers), access_(access) {
    registerAdaptor();
}

void ManagerObject::show(const record::Overview& overview) {
    Changes changes;
    changes.compare("Groups", overview_.groups, overview.groups);
    changes.compare("Queue", overview_.queue, overview.queue);
    changes.compare("ClockSynchronized", overview_.surroundings.clockSynchronized,
                    overview.surroundings.clockSynchronized);
    changes.compare("NetworkOnline", overview_.surroundings.networkOnline, overview.surroundings.networkOnline);
    changes.compare("Diagnostics", overview_.findings, overview.findings);
    overview_ = overview;
    if (!changes.names().empty())
        emitPropertiesChangedSignal(org::scepd1::Manager_adaptor::INTERFACE_NAME, changes.names());
}

void ManagerObject::Request(sdbus::Result<std::vector<sdbus::ObjectPath>>&& result, std::vector<std::string> names,
                            Options options) {
    auto asked = std::make_shared<record::RequestOptions>(requestOptions(options));
    if (asked->challenge && names.size() != 1) invalid("a challenge belongs to exactly one certificate: name it");
    if (asked->trace && names.size() != 1) invalid("a trace shows exactly one certificate: name it");
    for (const auto& name : names)
        GetCertificate(name);
    const auto action = asked->renew ? "org.scepd1.renew" : "org.scepd1.request";
    whenAllowed(access_, *getObject().getCurrentlyProcessedMessage(), action, std::move(result),
                [this, asked, names = std::move(names)](const auto& reply) {
                    if (asked->trace && isBusy(names.front())) throw busy(names.front());
                    std::vector<sdbus::ObjectPath> paths;
                    for (const auto& name : handlers_.request(names, std::move(*asked)))
                        paths.emplace_back(objectPath(name));
                    reply.returnResults(paths);
                });
}

bool ManagerObject::isBusy(const std::string& name) const {
    const auto found = statuses.find(name);
    return found != statuses.end() && found->second.isBusy();
}

void ManagerObject::Reload(sdbus::Result<std::vector<Finding>>&& result) {
    whenAllowed(access_, *getObject().getCurrentlyProcessedMessage(), "org.scepd1.manage", std::move(result),
                [this](const auto& reply) {
                    handlers_.reload();
                    reply.returnResults(Diagnostics());
                });
}

void ManagerObject::Purge(sdbus::Result<>&& result, std::string name) {
    if (!statuses.contains(name) && !handlers_.keeps(name)) throw noSuchCertificate(name);
    if (isBusy(name)) throw busy(name);
    doWhenAllowed(access_, *getObject().getCurrentlyProcessedMessage(), "org.scepd1.manage", std::move(result), name,
                  [handlers = &handlers_, name](auto done) { return handlers->purge(name, std::move(done)); });
}

std::vector<ManagerObject::Row> ManagerObject::List() {
    return answer([&] {
        std::vector<Row> rows;
        rows.reserve(statuses.size());
        for (const auto& [name, status] : statuses)
            rows.emplace_back(name, status.usage, std::string(record::name(status.state)), status.reason,
                              status.held ? microseconds(status.held->notAfter) : 0,
                              microseconds(status.nextActionTime), std::string(record::name(status.nextAction)));
        return rows;
    });
}

std::vector<ManagerObject::ProfileRow> ManagerObject::ListProfiles() {
    return answer([&] {
        std::vector<ProfileRow> rows;
        for (const auto& rule : overview_.rules)
            rows.emplace_back(rule.file, rule.applies, rule.groups, rule.description, rule.urls, rule.trust,
                              rule.certificates);
        return rows;
    });
}

std::vector<ManagerObject::AuthorityRow> ManagerObject::ListAuthorities() {
    return answer([&] {
        std::vector<AuthorityRow> rows;
        for (const auto& [profile, authority, certificates] : handlers_.authorities())
            rows.emplace_back(profile, authority.role, authority.subject, authority.fingerprint,
                              microseconds(authority.notBefore), microseconds(authority.notAfter), certificates);
        return rows;
    });
}

sdbus::ObjectPath ManagerObject::GetCertificate(const std::string& name) {
    return answer([&] {
        const auto found = statuses.find(name);
        if (found == statuses.end()) throw noSuchCertificate(name);
        if (found->second.state == record::State::notApplicable) throw notApplicable(name, found->second.reason);
        return sdbus::ObjectPath(objectPath(name));
    });
}

std::string ManagerObject::GetMetrics() {
    return answer([&] {
        auto text = handlers_.metrics();
        if (text.size() > largestText)
            throw Error(Fault::local, "the metrics are too long for a message on the bus; metrics.textfile in "
                                      "scepd.toml has them written to a file");
        return text;
    });
}

std::vector<ManagerObject::Finding> ManagerObject::Diagnostics() {
    std::vector<Finding> rows;
    for (const auto& finding : overview_.findings)
        rows.emplace_back(finding.file, finding.line, finding.column, finding.severity, finding.text);
    return rows;
}

} // namespace scepd::bus
