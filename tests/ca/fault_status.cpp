#include "ca/fault_lists.hpp"

#include <array>

namespace scepd::ca {

namespace {

using Outcome = Decision::Outcome;

void refuse(Decision& decision, std::string_view failInfo) {
    decision = {Outcome::Failure, std::string(failInfo), "refused on purpose"};
}

void refuseBadRequest(Decision& decision) {
    refuse(decision, "2");
}

void defer(Decision& decision) {
    if (decision.outcome == Outcome::Issue) decision.outcome = Outcome::Pending;
}

using Text = std::string_view;

constexpr Fault decides(Text name, Text meaning, void (*decide)(Decision&)) {
    return {.name = name, .meaning = meaning, .decide = decide};
}

constexpr Fault replies(Text name, Text meaning, void (*reply)(CertRep&)) {
    return {.name = name, .meaning = meaning, .reply = reply};
}

/// FAILURE badRequest, and something about the CertRep that says so.
constexpr Fault fails(Text name, Text meaning, void (*reply)(CertRep&)) {
    return {.name = name, .meaning = meaning, .decide = refuseBadRequest, .reply = reply};
}

/// Says something else than SUCCESS and hands out the certificate all the same.
void relabel(CertRep& reply, const char* status) {
    if (reply.pkiStatus == "0") reply.pkiStatus = status;
}

constexpr std::array table{
    decides("pending", "PENDING, whoever approved", defer),
    decides("failure", "FAILURE badRequest", refuseBadRequest),
    decides("failure-bad-alg", "FAILURE badAlg", [](Decision& d) { refuse(d, "0"); }),
    decides("failure-bad-message-check", "FAILURE badMessageCheck", [](Decision& d) { refuse(d, "1"); }),
    decides("failure-bad-time", "FAILURE badTime", [](Decision& d) { refuse(d, "3"); }),
    decides("failure-bad-cert-id", "FAILURE badCertId", [](Decision& d) { refuse(d, "4"); }),

    fails("failure-no-text", "FAILURE without failInfoText", [](CertRep& r) { r.failInfoText.reset(); }),
    fails("failure-long-text", "FAILURE with 60 000 characters of failInfoText",
          [](CertRep& r) { r.failInfoText = std::string(60000, 'x'); }),
    fails("failure-control-text", "FAILURE with terminal controls in failInfoText",
          [](CertRep& r) { r.failInfoText = "\x1b]0;title\a\x1b[2J\r\nsecond line"; }),
    fails("failure-empty-content", "FAILURE with an empty content", [](CertRep& r) { r.rawContent = Bytes{}; }),
    fails("failure-junk-content", "FAILURE with a byte of content", [](CertRep& r) { r.rawContent = Bytes{0}; }),
    fails("bad-fail-info", "FAILURE with failInfo 9", [](CertRep& r) { r.failInfo = "9"; }),
    fails("control-fail-info", "FAILURE with terminal controls in failInfo, and without failInfoText",
          [](CertRep& r) {
              r.failInfo = "\x1b[2J\nwifi: issued";
              r.failInfoText.reset();
          }),
    fails("no-fail-info", "FAILURE without failInfo", [](CertRep& r) { r.failInfo.reset(); }),

    replies("unknown-status", "pkiStatus 7 with a certificate", [](CertRep& r) { r.pkiStatus = "7"; }),
    replies("control-status", "terminal controls in pkiStatus",
            [](CertRep& r) { r.pkiStatus = "\x1b[2J\nwifi: issued"; }),
    replies("control-transaction", "terminal controls in the transactionID",
            [](CertRep& r) { r.transactionId = "\x1b[2J\nwifi: issued"; }),
    replies("no-status", "no pkiStatus", [](CertRep& r) { r.pkiStatus.reset(); }),
    replies("pending-with-certificate", "PENDING with a certificate", [](CertRep& r) { relabel(r, "3"); }),
    replies("failure-with-certificate", "FAILURE with a certificate and without failInfo",
            [](CertRep& r) { relabel(r, "2"); }),
    replies("wrong-message-type", "messageType 19", [](CertRep& r) { r.messageType = "19"; }),
    replies("wrong-transaction", "one character more in the transactionID", [](CertRep& r) { r.transactionId += "0"; }),
    replies("transaction-prefix", "one character less in the transactionID",
            [](CertRep& r) { r.transactionId.pop_back(); }),
    replies("other-transaction", "the transactionID of another device",
            [](CertRep& r) { r.transactionId = hex(randomBytes(16)); }),
    replies("replay", "the CertRep before this one again", [](CertRep& r) { r.shape.replay = true; }),
    replies("wrong-nonce", "another recipientNonce", [](CertRep& r) { r.recipientNonce = randomBytes(16); }),
    replies("short-nonce", "half of the recipientNonce",
            [](CertRep& r) {
                if (r.recipientNonce) r.recipientNonce->resize(8);
            }),
    replies("empty-nonce", "a recipientNonce without bytes", [](CertRep& r) { r.recipientNonce = Bytes{}; }),
    replies("missing-nonce", "no recipientNonce", [](CertRep& r) { r.recipientNonce.reset(); }),
    replies("no-sender-nonce", "no senderNonce, as the RFC allows", [](CertRep& r) { r.senderNonce.reset(); }),
};

} // namespace

std::span<const Fault> statusFaults() {
    return table;
}

} // namespace scepd::ca
