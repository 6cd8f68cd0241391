#include "ca/faults.hpp"

#include <array>

namespace scepd::ca {

namespace {

using Outcome = Decision::Outcome;

constexpr std::time_t oneDay = 86400;

void refuse(Decision& decision, std::string_view failInfo) {
    decision = {Outcome::Failure, std::string(failInfo), "refused on purpose"};
}

void refuseBadRequest(Decision& decision) {
    refuse(decision, "2");
}

void defer(Decision& decision) {
    if (decision.outcome == Outcome::Issue) decision.outcome = Outcome::Pending;
}

void shift(IssuePlan& plan, std::time_t notBefore, std::time_t notAfter) {
    plan.notBefore += notBefore;
    plan.notAfter = plan.notBefore + notAfter;
}

void replaceEnvelope(CertRep& reply) {
    if (!reply.certificates.empty()) reply.rawContent = Bytes(64, 'x');
}

void keepLeaf(CertRep& reply) {
    if (reply.certificates.size() > 1) reply.certificates.resize(1);
}

void garble(HttpResponse& response) {
    unsigned char value = 17;
    for (auto& byte : response.body)
        byte = value = static_cast<unsigned char>(value * 5U + 1U);
}

void beHtml(HttpResponse& response) {
    response = textResponse(200, "<html><body><h1>Welcome to the router</h1></body></html>\n");
    response.contentType = "text/html";
}

void beNotFound(HttpResponse& response) {
    response = textResponse(404, "not found\n");
}

void beEmpty(HttpResponse& response) {
    response.body.clear();
}

void beLost(HttpResponse& response) {
    response.delivery = Delivery::Dropped;
}

using Text = std::string_view;

constexpr Fault decides(Text name, Text meaning, void (*decide)(Decision&)) {
    return {.name = name, .meaning = meaning, .decide = decide};
}

constexpr Fault issues(Text name, Text meaning, void (*issue)(IssuePlan&)) {
    return {.name = name, .meaning = meaning, .issue = issue};
}

constexpr Fault replies(Text name, Text meaning, void (*reply)(CertRep&)) {
    return {.name = name, .meaning = meaning, .reply = reply};
}

/// FAILURE badRequest, and something about the CertRep that says so.
constexpr Fault fails(Text name, Text meaning, void (*reply)(CertRep&)) {
    return {.name = name, .meaning = meaning, .decide = refuseBadRequest, .reply = reply};
}

constexpr Fault sends(Text name, Text meaning, void (*http)(HttpResponse&), Text operation = {},
                      int times = Fault::always) {
    return {.name = name, .meaning = meaning, .operation = operation, .times = times, .http = http};
}

constexpr std::array table{
    issues("other-key", "the certificate is for another key", [](IssuePlan& p) { p.key = Party::Stranger; }),
    issues("other-subject", "the certificate is for somebody else",
           [](IssuePlan& p) { p.commonName = "somebody else"; }),
    issues("expired", "the certificate expired yesterday", [](IssuePlan& p) { shift(p, -2 * oneDay, oneDay); }),
    issues("not-yet-valid", "the certificate is valid from tomorrow", [](IssuePlan& p) { shift(p, oneDay, oneDay); }),
    issues("foreign-issuer", "another CA of that name issues", [](IssuePlan& p) { p.issuer = Party::Stranger; }),
    issues("same-certificate", "a renewal returns the old certificate", [](IssuePlan& p) { p.repeatOld = true; }),

    decides("pending", "PENDING, whoever approved", defer),
    decides("failure", "FAILURE badRequest", refuseBadRequest),
    decides("failure-bad-alg", "FAILURE badAlg", [](Decision& d) { refuse(d, "0"); }),
    decides("failure-bad-message-check", "FAILURE badMessageCheck", [](Decision& d) { refuse(d, "1"); }),
    decides("failure-bad-time", "FAILURE badTime", [](Decision& d) { refuse(d, "3"); }),
    decides("failure-bad-cert-id", "FAILURE badCertId", [](Decision& d) { refuse(d, "4"); }),

    fails("failure-no-text", "FAILURE without failInfoText", [](CertRep& r) { r.failInfoText.reset(); }),
    fails("failure-empty-content", "FAILURE with an empty content", [](CertRep& r) { r.rawContent = Bytes{}; }),
    fails("failure-junk-content", "FAILURE with a byte of content", [](CertRep& r) { r.rawContent = Bytes{0}; }),
    fails("bad-fail-info", "FAILURE with failInfo 9", [](CertRep& r) { r.failInfo = "9"; }),

    replies("unknown-status", "pkiStatus 7 with a certificate", [](CertRep& r) { r.pkiStatus = "7"; }),
    replies("wrong-nonce", "another recipientNonce", [](CertRep& r) { r.recipientNonce = randomBytes(16); }),
    replies("missing-nonce", "no recipientNonce", [](CertRep& r) { r.recipientNonce.reset(); }),
    replies("no-sender-nonce", "no senderNonce, as the RFC allows", [](CertRep& r) { r.senderNonce.reset(); }),
    replies("wrong-transaction", "one character more in the transactionID", [](CertRep& r) { r.transactionId += "0"; }),
    replies("wrong-message-type", "messageType 19", [](CertRep& r) { r.messageType = "19"; }),
    replies("stranger-signs", "another CA of that name signs", [](CertRep& r) { r.signer = Party::Stranger; }),
    replies("device-signs", "a leaf certificate of the CA signs", [](CertRep& r) { r.signer = Party::Device; }),
    replies("leaf-only", "SUCCESS without the CA's certificate, as the RFC allows", keepLeaf),
    replies("junk-envelope", "SUCCESS whose content is no envelope", replaceEnvelope),
    replies("des-reply", "DES-CBC and SHA-1", [](CertRep& r) { r.des = true; }),

    sends("http-404", "HTTP 404", beNotFound),
    sends("http-500", "HTTP 500", [](HttpResponse& r) { r = textResponse(500, "not implemented\n"); }),
    sends("http-999", "HTTP status 999, which nobody knows", [](HttpResponse& r) { r.status = 999; }),
    sends("html-body", "a web page with status 200", beHtml),
    sends("html-caps", "a web page for GetCACaps", beHtml, "GetCACaps"),
    sends("empty-caps", "no capabilities", beEmpty, "GetCACaps"),
    sends("caps-404", "HTTP 404 for GetCACaps", beNotFound, "GetCACaps"),
    sends("garbage-body", "bytes without meaning", garble),
    sends("truncated-body", "half of the body", [](HttpResponse& r) { r.delivery = Delivery::Truncated; }),
    sends("oversized-body", "2 MiB of body", [](HttpResponse& r) { r.body.resize(std::size_t{2} << 20U, ' '); }),
    sends("slow", "one byte per second", [](HttpResponse& r) { r.delivery = Delivery::Slow; }),
    sends("no-answer", "nothing, and the connection stays", [](HttpResponse& r) { r.delivery = Delivery::Never; }),
    sends("lost-reply", "issued, then the connection closes; once", beLost, "PKIOperation", 1),

    Fault{.name = "swapped-ca", .meaning = "another CA of that name behind the URL", .swapsCa = true},
};

} // namespace

std::span<const Fault> faultTable() {
    return table;
}

} // namespace scepd::ca
