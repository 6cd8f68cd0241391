#include "bus/certificate_object.hpp"

#include "bus/changes.hpp"
#include "bus/later.hpp"

#include <memory>
#include <utility>

namespace scepd::bus {

CertificateObject::CertificateObject(sdbus::IConnection& connection, record::Status status, Handlers& handlers,
                                     Access& access)
    : AdaptorInterfaces(connection, objectPath(status.name)),
      status_(std::move(status)),
      handlers_(handlers),
      access_(access) {
    registerAdaptor();
    emitInterfacesAddedSignal();
}

void CertificateObject::show(const record::Status& status) {
    const auto changed = changedProperties(status_, status);
    status_ = status;
    if (!changed.empty()) emitPropertiesChangedSignal(org::scepd1::Certificate_adaptor::INTERFACE_NAME, changed);
}

void CertificateObject::Request(sdbus::Result<>&& result, Options options) {
    auto asked = std::make_shared<record::RequestOptions>(requestOptions(options));
    if (asked->trace && !status_.phase.empty()) throw busy(status_.name);
    const auto action = asked->renew ? "org.scepd1.renew" : "org.scepd1.request";
    whenAllowed(access_, *getObject().getCurrentlyProcessedMessage(), action, std::move(result),
                [handlers = &handlers_, asked, name = status_.name](const auto& reply) {
                    handlers->request({name}, std::move(*asked));
                    reply.returnResults();
                });
}

void CertificateObject::Cancel(sdbus::Result<>&& result) {
    whenAllowed(access_, *getObject().getCurrentlyProcessedMessage(), "org.scepd1.manage", std::move(result),
                [handlers = &handlers_, name = status_.name](const auto& reply) {
                    handlers->cancel(name);
                    reply.returnResults();
                });
}

void CertificateObject::CreateRequest(sdbus::Result<std::string>&& result) {
    if (!status_.phase.empty()) throw busy(status_.name);
    whenAllowedLater(access_, *getObject().getCurrentlyProcessedMessage(), "org.scepd1.manage", std::move(result),
                     [handlers = &handlers_, name = status_.name](const auto& reply) {
                         const auto done = [reply](const std::expected<std::string, Error>& made) {
                             made ? reply->give(*made) : reply->fail(busError(made.error()));
                         };
                         if (!handlers->createRequest(name, done)) throw busy(name);
                     });
}

void CertificateObject::Import(sdbus::Result<>&& result, std::string pem) {
    if (!status_.phase.empty()) throw busy(status_.name);
    whenAllowedLater(access_, *getObject().getCurrentlyProcessedMessage(), "org.scepd1.manage", std::move(result),
                     [handlers = &handlers_, name = status_.name, pem = std::move(pem)](const auto& reply) {
                         const auto done = [reply](const std::expected<std::string, Error>& imported) {
                             imported ? reply->give() : reply->fail(busError(imported.error()));
                         };
                         if (!handlers->import(name, pem, done)) throw busy(name);
                     });
}

std::string CertificateObject::GetPem(const std::string& what) {
    return answer([&] { return handlers_.pem(status_.name, what); });
}

std::map<std::string, sdbus::Variant> CertificateObject::Explain() {
    return answer([&] {
        const auto explanation = handlers_.explain(status_.name);
        std::map<std::string, sdbus::Variant> facts;
        facts["Rule"] = explanation.rule;
        facts["Before"] = explanation.before;
        facts["Changes"] = explanation.changes;
        const auto add = [&](const char* name, Time time) {
            if (time != never) facts[name] = microseconds(time);
        };
        add("Due", explanation.due);
        add("Expected", explanation.expected);
        add("Overtakes", explanation.overtakes);
        add("Emergency", explanation.emergency);
        return facts;
    });
}

std::vector<CertificateObject::TargetRow> CertificateObject::Targets() {
    std::vector<TargetRow> rows;
    for (const auto& target : status_.targets)
        rows.emplace_back(target.target, target.state, target.detail);
    return rows;
}

} // namespace scepd::bus
