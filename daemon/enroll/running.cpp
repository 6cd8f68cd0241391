#include "enroll/running.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "store/generation.hpp"

#include <utility>

namespace scepd::enroll {

namespace {

bool isResumable(const store::Transaction& transaction, const std::string& configuration,
                 const std::optional<record::Held>& held, Time now) {
    if (transaction.configuration != configuration) return false;
    if (transaction.renews != 0 && (!held || held->generation != transaction.renews)) return false;
    return signedByHeld(transaction) || crypto::Certificate::fromPem(transaction.signer).notAfter() > now;
}

} // namespace

Running begun(const Keys& keys, Asking asking, Time now) {
    const auto request = crypto::Request::make(asking.content, keys.certified, {});
    const bool byHeld = asking.way != Way::pkcsReqByItself;
    const auto sender = byHeld ? asking.held.value() : selfSigned(keys, request, asking.content.digest, now);
    const auto type = asking.way == Way::renewalReq ? scep::MessageType::renewalReq : scep::MessageType::pkcsReq;
    store::Transaction transaction{.id = scep::newTransactionId(),
                                   .key = keys.certified.toPem(),
                                   .request = request.toDer(),
                                   .signer = byHeld ? std::string() : sender.certificate.toPem(),
                                   .signerKey = byHeld || !keys.transport ? Secret() : keys.transport->toPem(),
                                   .messageType = static_cast<unsigned>(type),
                                   .renews = asking.renews,
                                   .pending = false,
                                   .configuration = std::move(asking.configuration)};
    return {std::move(transaction), keys.certified, request, sender, type};
}

std::optional<store::Transaction> unfinished(const Wanted& wanted, const std::string& configuration,
                                             const std::optional<record::Held>& held, Time now) {
    const auto& name = wanted.certificate.name;
    try {
        auto transaction = store::readTransaction(wanted.root, name);
        if (!transaction || !isResumable(*transaction, configuration, held, now)) return std::nullopt;
        return transaction;
    } catch (const Error& error) {
        log::warning("{}: the unfinished transaction is not resumed: {}", name, error.what());
        return std::nullopt;
    }
}

scep::Sender senderOf(const Wanted& wanted, unsigned generation) {
    const auto stored = store::readGeneration(wanted.root, wanted.certificate.name, generation);
    return {crypto::Certificate::fromPem(stored.certificate), crypto::Key::fromPem(stored.key)};
}

Running continued(store::Transaction transaction, const std::optional<scep::Sender>& held) {
    const auto key = crypto::Key::fromPem(transaction.key);
    const auto request = crypto::Request::fromDer(transaction.request);
    const auto& signerKey = transaction.signerKey;
    const auto sender = signedByHeld(transaction)
                            ? held.value()
                            : scep::Sender{crypto::Certificate::fromPem(transaction.signer),
                                           signerKey.empty() ? key : crypto::Key::fromPem(signerKey)};
    const auto type = static_cast<scep::MessageType>(transaction.messageType);
    return {std::move(transaction), key, request, sender, type};
}

bool signedByHeld(const store::Transaction& transaction) {
    return transaction.signer.empty();
}

Way wayOf(const Running& running) {
    if (!signedByHeld(running.stored)) return Way::pkcsReqByItself;
    return running.type == scep::MessageType::renewalReq ? Way::renewalReq : Way::pkcsReqByHeld;
}

} // namespace scepd::enroll
