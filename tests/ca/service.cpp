#include "ca/service.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <fmt/format.h>

namespace scepd::ca {

namespace {

using Outcome = Decision::Outcome;

constexpr std::time_t oneHour = 3600;

HttpResponse capabilities(std::string keywords) {
    std::ranges::replace(keywords, ',', '\n');
    return textResponse(200, keywords + "\n");
}

/// One certificate as it is, several as a degenerate SignedData (RFC 8894 section 4.2.1).
HttpResponse publish(const Authority& ca) {
    const auto certificates = ca.published();
    if (certificates.size() == 1)
        return {.contentType = "application/x-x509-ca-cert", .body = encode(i2d_X509, ca.certificate())};
    return {.contentType = "application/x-x509-ca-ra-cert", .body = certificatesOnly(certificates)};
}

Bytes decodeBase64(const std::string& text) {
    Bytes bytes(text.size());
    const int length = EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                                       static_cast<int>(text.size()));
    if (length < 0 || text.ends_with("===")) throw HttpError(400, "the message is not base64");
    const auto padding = text.size() - std::min(text.size(), text.find_last_not_of('=') + 1);
    bytes.resize(static_cast<std::size_t>(length) - padding);
    return bytes;
}

Bytes messageOf(const HttpRequest& request) {
    if (request.method == "POST") return request.body;
    const auto message = request.query.find("message");
    return message == request.query.end() ? Bytes{} : decodeBase64(message->second);
}

Request readOrReject(View message) {
    try {
        return readRequest(message);
    } catch (const std::runtime_error& error) {
        throw HttpError(400, error.what());
    }
}

void noteMessage(const Request& request, JournalEntry& entry) {
    entry.messageType = request.messageType;
    entry.transaction = Ledger::nameOf(request.transactionId);
    entry.digest = request.digest;
    entry.der = request.strictDer ? "yes" : "no";
}

void noteDecision(const Decision& decision, JournalEntry& entry) {
    constexpr std::array names{"SUCCESS", "PENDING", "FAILURE"};
    entry.outcome = names.at(static_cast<std::size_t>(decision.outcome));
    if (!decision.text.empty()) entry.text = decision.text;
}

CertRep answerWithoutCertificates(const Request& request, const Decision& decision) {
    constexpr std::array statuses{"0", "3", "2"};
    CertRep reply;
    reply.pkiStatus = statuses.at(static_cast<std::size_t>(decision.outcome));
    reply.transactionId = request.transactionId;
    reply.senderNonce = randomBytes(16);
    reply.recipientNonce = request.senderNonce;
    if (decision.outcome != Outcome::Failure) return reply;
    reply.failInfo = decision.failInfo;
    reply.failInfoText = decision.text;
    return reply;
}

} // namespace

Service::Service(Options options)
    : options_(std::move(options)),
      own_(options_.state, options_.name, options_.ra),
      ledger_(options_.state),
      judge_(options_, ledger_),
      journal_(options_.state / "requests.log", options_.log),
      faults_(options_.state / "fault") {}

HttpResponse Service::answer(const HttpRequest& request) {
    const std::lock_guard lock(oneAtATime_);
    const auto named = request.query.find("operation");
    JournalEntry entry;
    if (named != request.query.end()) entry.operation = named->second;
    entry.method = request.method;
    entry.contentType = request.contentType;
    HttpResponse response;
    try {
        auto faults = faults_.forRequest(entry.operation);
        const auto& ca = faults.swapsCa() ? stranger() : own_;
        response = perform(request, ca, faults, entry);
        faults.apply(&Fault::http, response);
        entry.faults = faults.acted();
        faults.count();
    } catch (const HttpError& error) {
        response = textResponse(error.status, fmt::format("{}\n", error.what()));
    } catch (const std::exception& error) {
        response = textResponse(500, fmt::format("{}\n", error.what()));
    }
    if (entry.outcome == "-") entry.outcome = std::to_string(response.status);
    journal_.append(entry);
    return response;
}

HttpResponse Service::perform(const HttpRequest& request, const Authority& ca, ActiveFaults& faults,
                              JournalEntry& entry) {
    const bool isGet = request.method == "GET";
    if (!isGet && request.method != "POST") throw HttpError(405, "only GET and POST are understood");
    if (entry.operation == "GetCACaps" && isGet) return capabilities(options_.capabilities);
    if (entry.operation == "GetCACert" && isGet) return publish(ca);
    if (entry.operation == "PKIOperation") return pkiOperation(messageOf(request), ca, faults, entry);
    throw HttpError(400, "there is no such operation");
}

HttpResponse Service::pkiOperation(View message, const Authority& ca, ActiveFaults& faults, JournalEntry& entry) {
    const auto request = readOrReject(message);
    noteMessage(request, entry);
    auto reply = replyTo(request, ca, faults, entry);
    faults.apply(&Fault::reply, reply);
    if (!reply.certificates.empty()) entry.serial = serialOf(reply.certificates.front().get());
    return {.contentType = "application/x-pki-message",
            .body = encodeReply(reply, signerFor(reply.signer, ca), request.signer)};
}

CertRep Service::replyTo(const Request& request, const Authority& ca, ActiveFaults& faults, JournalEntry& entry) {
    const auto judgement = judge_.judge(request, ca, entry);
    auto decision = judgement.decision;
    faults.apply(&Fault::decide, decision);
    noteDecision(decision, entry);
    if (judgement.opens.pkcs10 != nullptr) ledger_.open(request.transactionId, judgement.opens, request.signer);
    const bool wasGranted = judgement.decision.outcome != Outcome::Failure;
    if (wasGranted && decision.outcome == Outcome::Failure) ledger_.forget(request.transactionId);
    auto reply = answerWithoutCertificates(request, decision);
    if (decision.outcome != Outcome::Issue) return reply;
    reply.certificates.push_back(certificateFor(request, ca, faults));
    reply.certificates.push_back(share(ca.published().back()));
    return reply;
}

Certificate Service::certificateFor(const Request& request, const Authority& ca, ActiveFaults& faults) {
    auto transaction = ledger_.find(request.transactionId);
    if (!transaction) throw std::runtime_error("the transaction is gone");
    if (transaction->issued != nullptr) return std::move(transaction->issued);
    const auto now = std::time(nullptr);
    IssuePlan plan;
    plan.notBefore = now - options_.backdate.count();
    plan.notAfter = now + options_.lifetime.count();
    faults.apply(&Fault::issue, plan);
    const bool repeat = plan.repeatOld && ca.issued(transaction->signer.get());
    auto certificate = repeat ? share(transaction->signer) : issue(plan, transaction->request, ca);
    ledger_.complete(request.transactionId, certificate);
    return certificate;
}

Certificate Service::issue(const IssuePlan& plan, const SigningRequest& wanted, const Authority& ca) {
    const auto other = plan.commonName ? nameOf(*plan.commonName) : nullptr;
    const auto extensions = wanted.extensions();
    const auto& issuer = plan.issuer == Party::Stranger ? stranger() : ca;
    return issuer.issue({.subject = other != nullptr ? other.get() : wanted.subject(),
                         .key = plan.key == Party::Stranger ? stranger().signer().key.get() : wanted.key(),
                         .extensions = extensions.get(),
                         .notBefore = plan.notBefore,
                         .notAfter = plan.notAfter});
}

Identity Service::signerFor(Party party, const Authority& ca) {
    const auto& identity = party == Party::Own ? ca.signer() : stranger().signer();
    EVP_PKEY_up_ref(identity.key.get());
    Key key(identity.key.get());
    if (party != Party::Device) return {share(identity.certificate), std::move(key)};
    const auto name = nameOf("device");
    const auto now = std::time(nullptr);
    auto certificate = ca.issue({.subject = name.get(), .key = key.get(), .notBefore = now, .notAfter = now + oneHour});
    return {std::move(certificate), std::move(key)};
}

const Authority& Service::stranger() {
    if (stranger_ == nullptr)
        stranger_ = std::make_unique<Authority>(options_.state / "stranger", options_.name, false);
    return *stranger_;
}

} // namespace scepd::ca
