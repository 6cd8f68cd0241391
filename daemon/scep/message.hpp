#pragma once

#include "base/secret.hpp"
#include "crypto/certificate.hpp"
#include "crypto/cms.hpp"
#include "crypto/crl.hpp"
#include "crypto/key.hpp"
#include "scep/capabilities.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// SCEP's messages (RFC 8894 section 3): encrypted, then signed, with the attributes that make a transaction.
namespace scepd::scep {

enum class MessageType { renewalReq = 17, pkcsReq = 19, certPoll = 20, getCert = 21, getCrl = 22 };

/// Who signs our messages and for whom answers are encrypted: in a first enrollment a self-signed certificate with the
/// new key or with a transport key, in a renewal the certificate that is held, with the old key (RFC 8894 section 2.3).
struct Sender {
    crypto::Certificate certificate;
    crypto::Key key;
    Secret challenge = {}; ///< Under which messages are encrypted where the keys cannot (section 3.1); empty: none.
};

/// A message as it is sent, and the nonce that its answer must bring back.
struct Message {
    std::string der;
    std::string senderNonce; ///< 16 bytes, fresh for every message.
};

/// A transactionID: 16 random bytes in hex. It does not come from the key, so that a second request for the same key is
/// no duplicate (RFC 8894 appendix A).
std::string newTransactionId();

/// Builds a pkiMessage around `content`: a PKCS#10, IssuerAndSubject for a CertPoll, IssuerAndSerialNumber for GetCert
/// and GetCRL. It is encrypted to the recipient when that has an RSA key, and otherwise under the sender's challenge
/// (RFC 8894 section 3.1). Throws Error{configuration} when there is none then, and Error{local} for no content: every
/// message of a client has some, and an envelope around nothing must not be sent (section 3).
Message buildMessage(MessageType type, const std::string& transaction, std::string_view content, const Sender& sender,
                     const crypto::Certificate& recipient, const Algorithms& algorithms);

/// pkiStatus 0: the certificates that came, and the CRLs that answer a GetCRL, unverified, in their order.
struct SuccessAnswer {
    std::vector<crypto::Certificate> certificates;
    std::vector<crypto::Crl> crls = {};
};
/// pkiStatus 3.
struct PendingAnswer {};
/// pkiStatus 2. `failInfo` is a name of RFC 8894 section 3.2.1.4 or empty when the CA gave none that exists; `text` is
/// what it says itself, printable and bounded.
struct FailureAnswer {
    std::string failInfo, text;
};
using Answer = std::variant<SuccessAnswer, PendingAnswer, FailureAnswer>;

/// What an answer must fit.
struct Expectation {
    std::string transaction, senderNonce;
    std::vector<crypto::Certificate> signers; ///< The authenticated certificates of the CA and its RAs.
    crypto::Strength strength = crypto::Strength::standard;
};

/// Reads a CertRep with all checks of RFC 8894: signed by one of the expected signers, messageType 3, the same
/// transactionID, recipientNonce equal to our senderNonce, a known pkiStatus. SUCCESS is decrypted with the sender's
/// key or the challenge. What FAILURE and PENDING carry is not looked at. Throws Error{protocol} for everything that
/// does not fit.
Answer readAnswer(std::string_view body, const Expectation& expectation, const Sender& sender);

} // namespace scepd::scep
