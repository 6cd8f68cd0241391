#include "enroll/query.hpp"

#include "base/error.hpp"
#include "crypto/query.hpp"
#include "enroll/running.hpp"
#include "enroll/session.hpp"
#include "store/generation.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scepd::enroll {
namespace {

scep::Sender heldSender(const Wanted& wanted) {
    const auto& name = wanted.certificate.name;
    const auto held = store::readHeld(wanted.root, name);
    if (!held) throw Error(Fault::configuration, fmt::format("no certificate {} is held that could sign", name));
    return senderOf(wanted, held->generation);
}

/// A SUCCESS; never PENDING (RFC 8894 section 4.5.1).
scep::SuccessAnswer ask(Session& session, scep::MessageType type, std::string_view content,
                        const scep::Sender& sender) {
    auto outcome = session.ask(type, scep::newTransactionId(), content, sender);
    if (!outcome) throw outcome.error().error;
    if (const auto* failure = std::get_if<scep::FailureAnswer>(&*outcome))
        throw Error(Fault::refused, fmt::format("the CA answers {} {}", failure->failInfo, failure->text));
    if (auto* success = std::get_if<scep::SuccessAnswer>(&*outcome)) return std::move(*success);
    throw Error(Fault::protocol, "the CA answers PENDING to a question that has no such answer");
}

} // namespace

std::string queryCrl(const Wanted& wanted, const Progress& progress, Time now) {
    const auto sender = heldSender(wanted);
    Session session(wanted, progress);
    session.open(now);
    const auto answer =
        ask(session, scep::MessageType::getCrl, crypto::issuerAndSerialNumber(sender.certificate), sender);
    const auto& authorities = session.authorities().all;
    for (const auto& crl : answer.crls)
        if (std::ranges::any_of(authorities, [&](const auto& ca) { return ca.isCa() && crl.isSignedBy(ca); }))
            return crl.toPem();
    throw Error(Fault::protocol, "the answer holds no revocation list that the CA has signed");
}

std::string queryCertificate(const Wanted& wanted, const std::string& serial, const Progress& progress, Time now) {
    const auto sender = heldSender(wanted);
    Session session(wanted, progress);
    session.open(now);
    const auto& authorities = session.authorities();
    const auto answer =
        ask(session, scep::MessageType::getCert, crypto::issuerAndSerialNumber(authorities.anchor, serial), sender);
    for (const auto& certificate : answer.certificates) {
        if (certificate.serialNumber() != serial) continue;
        crypto::verifyChain(certificate, authorities.all, {authorities.anchor}, certificate.notBefore());
        return certificate.toPem();
    }
    throw Error(Fault::protocol, fmt::format("the answer holds no certificate with the serial number {}", serial));
}

} // namespace scepd::enroll
