#pragma once

#include "crypto/key.hpp"
#include "crypto/request.hpp"
#include "enroll/keys.hpp"
#include "enroll/plan.hpp"
#include "enroll/steps.hpp"
#include "record/held.hpp"
#include "scep/message.hpp"
#include "store/transaction.hpp"

#include <optional>
#include <string>

namespace scepd::enroll {

/// A transaction in memory: what is on the disk, and what is done with it.
struct Running {
    store::Transaction stored;
    crypto::Key key;         ///< The one to be certified.
    crypto::Request request; ///< Without the challenge, which is read again when it is needed again.
    scep::Sender sender;
    scep::MessageType type; ///< Of the request.
};

/// What a new transaction asks for, and how.
struct Asking {
    const crypto::RequestContent& content;
    std::string configuration; ///< As configurationDigest() gives it.
    Way way = Way::pkcsReqByItself;
    std::optional<scep::Sender> held; ///< Who signs the messages, unless the new key does that itself.
    unsigned renews = 0;              ///< The generation that is renewed; 0 for none.
};

/// A new transaction. Nothing is on the disk yet.
Running begun(const Keys& keys, Asking asking, Time now);

/// What a former attempt left on the disk, when it asks what would be asked now, by a signer that may still sign. What
/// cannot be read is told in the log.
std::optional<store::Transaction> unfinished(const Wanted& wanted, const std::string& configuration,
                                             const std::optional<record::Held>& held, Time now);

/// Who signs with the certificate of a generation.
scep::Sender senderOf(const Wanted& wanted, unsigned generation);

/// A transaction that was begun earlier. `held` signs its messages when it was begun so, as signedByHeld() tells.
Running continued(store::Transaction transaction, const std::optional<scep::Sender>& held);

/// True when the certificate that is held signs a transaction's messages.
bool signedByHeld(const store::Transaction& transaction);

/// The way in which it asks.
Way wayOf(const Running& running);

} // namespace scepd::enroll
