#include "bus/certificate_object.hpp"

#include "bus/arguments.hpp"
#include "bus/later.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace scepd::bus {
namespace {

template <typename Value>
Value argument(sdbus::MethodCall& call) {
    Value value;
    call >> value;
    return value;
}

} // namespace

void CertificateObject::request(sdbus::MethodCall& call) {
    auto asked = std::make_shared<record::RequestOptions>(requestOptions(argument<Options>(call)));
    if (asked->trace && status_.isBusy()) throw busy(status_.name);
    const auto action = asked->renew ? "org.scepd1.renew" : "org.scepd1.request";
    whenAllowed(access_, call, action, sdbus::Result<>(call),
                [handlers = &handlers_, asked, name = status_.name](const auto& reply) {
                    handlers->request({name}, std::move(*asked));
                    reply.returnResults();
                });
}

void CertificateObject::cancel(sdbus::MethodCall& call) {
    whenAllowed(access_, call, "org.scepd1.manage", sdbus::Result<>(call),
                [handlers = &handlers_, name = status_.name](const auto& reply) {
                    handlers->cancel(name);
                    reply.returnResults();
                });
}

void CertificateObject::createRequest(sdbus::MethodCall& call) {
    if (status_.isBusy()) throw busy(status_.name);
    whenAllowedLater(access_, call, "org.scepd1.manage", sdbus::Result<std::string>(call),
                     [handlers = &handlers_, name = status_.name](const auto& reply) {
                         const auto done = [reply](const std::expected<std::string, Error>& made) {
                             made ? reply->give(*made) : reply->fail(busError(made.error()));
                         };
                         if (!handlers->createRequest(name, done)) throw busy(name);
                     });
}

void CertificateObject::import(sdbus::MethodCall& call) {
    if (status_.isBusy()) throw busy(status_.name);
    doWhenAllowed(access_, call, "org.scepd1.manage", sdbus::Result<>(call), status_.name,
                  [handlers = &handlers_, name = status_.name, pem = argument<std::string>(call)](auto done) {
                      return handlers->import(name, pem, std::move(done));
                  });
}

void CertificateObject::rollback(sdbus::MethodCall& call) {
    if (status_.isBusy()) throw busy(status_.name);
    doWhenAllowed(access_, call, "org.scepd1.rollback", sdbus::Result<>(call), status_.name,
                  [handlers = &handlers_, name = status_.name, generation = argument<std::uint32_t>(call)](auto done) {
                      return handlers->rollback(name, generation, std::move(done));
                  });
}

void CertificateObject::redeploy(sdbus::MethodCall& call) {
    if (status_.isBusy()) throw busy(status_.name);
    doWhenAllowed(
        access_, call, "org.scepd1.manage", sdbus::Result<>(call), status_.name,
        [handlers = &handlers_, name = status_.name](auto done) { return handlers->redeploy(name, std::move(done)); });
}

void CertificateObject::purge(sdbus::MethodCall& call) {
    if (status_.isBusy()) throw busy(status_.name);
    doWhenAllowed(
        access_, call, "org.scepd1.manage", sdbus::Result<>(call), status_.name,
        [handlers = &handlers_, name = status_.name](auto done) { return handlers->purge(name, std::move(done)); });
}

void CertificateObject::getPem(sdbus::MethodCall& call) {
    sdbus::Result<std::string>(call).returnResults(handlers_.pem(status_.name, argument<std::string>(call)));
}

void CertificateObject::listGenerations(sdbus::MethodCall& call) {
    using Row = sdbus::Struct<std::uint32_t, std::string, std::string, std::string, std::uint64_t, std::uint64_t,
                              std::uint64_t>;
    std::vector<Row> rows;
    for (const auto& [facts, use] : handlers_.generations(status_.name))
        rows.emplace_back(facts.generation, use, facts.serialNumber, facts.fingerprint, microseconds(facts.issued),
                          microseconds(facts.notBefore), microseconds(facts.notAfter));
    sdbus::Result<std::vector<Row>>(call).returnResults(rows);
}

void CertificateObject::explain(sdbus::MethodCall& call) {
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
    sdbus::Result<std::map<std::string, sdbus::Variant>>(call).returnResults(facts);
}

} // namespace scepd::bus
