#include "ca/service.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <fmt/format.h>
#include <openssl/objects.h>

namespace scepd::ca {

namespace {

using Outcome = Decision::Outcome;

Bytes decodeBase64(const std::string& text) {
    auto bytes = fromBase64(text);
    if (bytes.empty()) throw HttpError(400, "the message is not base64");
    return bytes;
}

Bytes messageOf(const HttpRequest& request) {
    if (request.method == "POST") return request.body;
    const auto message = request.query.find("message");
    return message == request.query.end() ? Bytes{} : decodeBase64(message->second);
}

Request readOrReject(View message, int status) {
    try {
        return readRequest(message);
    } catch (const std::runtime_error& error) {
        throw HttpError(status, error.what());
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

AuthorityPlan planFor(const Options& options, const Behaviour& behaviour) {
    return {.commonName = options.name,
            .ra = behaviour.ra,
            .isEc = behaviour.isEc,
            .agentUsage = behaviour.agentUsage,
            .hasIssuing = behaviour.hasIssuing};
}

std::unique_ptr<Authority> nextOf(const Options& options, const Behaviour& behaviour) {
    if (behaviour.nextCa == NextCa::None) return nullptr;
    auto plan = planFor(options, behaviour);
    plan.notBefore = std::time(nullptr) + options.nextCaIn.count();
    return std::make_unique<Authority>(options.state / "next", plan);
}

Cipher cipherNamed(std::string_view name) {
    if (name == "DES-EDE3-CBC") return Cipher::Des3;
    return name == "AES-256-CBC" ? Cipher::Aes256 : Cipher::Aes128;
}

const EVP_MD* digestNamed(const char* name) {
    return name == nullptr ? nullptr : must(EVP_get_digestbyname(name), "find a digest");
}

void drop(Extensions& extensions, int nid) {
    if (nid == NID_undef) return;
    const int index = X509v3_get_ext_by_NID(extensions.get(), nid, -1);
    if (index >= 0) X509_EXTENSION_free(X509v3_delete_ext(extensions.get(), index));
}

void add(Extensions& extensions, std::string_view text) {
    const auto equals = text.find('=');
    const std::string name(text.substr(0, equals));
    const std::string value(text.substr(equals + 1));
    must(sk_X509_EXTENSION_push(extensions.get(), must(X509V3_EXT_conf(nullptr, nullptr, name.c_str(), value.c_str()),
                                                       "make an extension")),
         "add an extension");
}

/// Who holds a certificate and renews it without a new key.
bool keepsItsKey(const Transaction& transaction) {
    return EVP_PKEY_eq(X509_get0_pubkey(transaction.signer.get()), transaction.request.key()) == 1;
}

std::time_t startOf(const Authority& ca) {
    std::tm parts{};
    must(ASN1_TIME_to_tm(X509_get0_notBefore(ca.certificate()), &parts), "read a CA's validity");
    return timegm(&parts);
}

} // namespace

Service::Service(Options options)
    : options_(std::move(options)),
      behaviour_(behaviourOf(options_)),
      own_(options_.state, planFor(options_, behaviour_)),
      next_(nextOf(options_, behaviour_)),
      ledger_(options_.state),
      adminPage_(options_, passwords_),
      judge_(options_, behaviour_, ledger_, passwords_),
      cast_(options_.state, options_.name),
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
        const auto& ca = faults.swapsCa() ? cast_.stranger() : own_;
        response = perform(request, ca, faults, entry);
        faults.apply(&Fault::http, response);
        entry.faults = faults.acted();
        faults.count();
    } catch (const HttpError& error) {
        response = textResponse(error.status, fmt::format("{}\n", error.what()));
        if (response.body.front() == '<') response.contentType = "text/html";
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
    if (behaviour_.adminPage && AdminPage::isMeant(request)) {
        entry.operation = "admin-page";
        return adminPage_.answer(request, ca);
    }
    if (!isGet && (request.method != "POST" || !behaviour_.acceptsPost)) throw HttpError(405, "not by this method");
    if (behaviour_.forbidsBareGet && entry.operation == "-") throw HttpError(403, "403 - Forbidden");
    if (entry.operation == "GetCACaps" && isGet) return answerCapabilities(request, behaviour_, options_.name);
    if (entry.operation == "GetCACert" && isGet) return publish(request, ca, faults);
    if (entry.operation == "GetNextCACert" && isGet) return answerNextCa(behaviour_, ca, next_.get());
    if (entry.operation == "PKIOperation") return pkiOperation(messageOf(request), ca, faults, entry);
    throw HttpError(400, "there is no such operation");
}

HttpResponse Service::publish(const HttpRequest& request, const Authority& ca, ActiveFaults& faults) {
    auto publication = publicationFor(request, behaviour_, options_.name, ca, cast_);
    faults.apply(&Fault::publish, publication);
    return answerPublication(publication);
}

HttpResponse Service::pkiOperation(View message, const Authority& ca, ActiveFaults& faults, JournalEntry& entry) {
    const auto request = readOrReject(message, behaviour_.parseErrorStatus);
    noteMessage(request, entry);
    const auto office = officeFor(request, ca, entry);
    auto reply = replyTo(request, office, faults, entry);
    reply.style = styleFor(request, entry);
    faults.apply(&Fault::reply, reply);
    if (!reply.certificates.empty()) entry.serial = serialOf(reply.certificates.front().get());
    const bool repeats = reply.shape.replay && !lastReply_.empty();
    auto body = repeats ? lastReply_ : encode(reply, request, office.ca);
    lastReply_ = body;
    return {.contentType = "application/x-pki-message", .body = std::move(body)};
}

/// Both CAs of a rollover are there; the envelope says which one is meant (RFC 8894 section 5.1, figure 9).
Office Service::officeFor(const Request& request, const Authority& ca, JournalEntry& entry) const {
    entry.to = "own";
    if (next_ == nullptr || &ca != &own_) return {ca};
    if (!isAddressedTo(request.envelope, next_->recipient().certificate)) return {own_, next_.get()};
    entry.to = "next";
    return {*next_, &own_};
}

CertRep Service::replyTo(const Request& request, const Office& office, ActiveFaults& faults, JournalEntry& entry) {
    auto judgement = judge_.judge(request, office, entry);
    auto decision = judgement.decision;
    faults.apply(&Fault::decide, decision);
    noteDecision(decision, entry);
    if (judgement.opens.pkcs10 != nullptr) ledger_.open(request.transactionId, judgement.opens, request.signer);
    const bool wasGranted = judgement.decision.outcome != Outcome::Failure;
    if (wasGranted && decision.outcome == Outcome::Failure) ledger_.forget(request.transactionId);
    auto reply = answerWithoutCertificates(request, decision);
    if (decision.outcome == Outcome::Failure && behaviour_.junkOnFailure) reply.rawContent = Bytes{0};
    if (decision.outcome == Outcome::Issue) grant(reply, request, judgement, office.ca, faults);
    return reply;
}

void Service::grant(CertRep& reply, const Request& request, Judgement& judgement, const Authority& ca,
                    ActiveFaults& faults) {
    if (judgement.wantsCrl) {
        reply.crls.push_back(ca.crl());
        return;
    }
    const bool isQuery = judgement.found != nullptr;
    auto certificate = isQuery ? std::move(judgement.found) : certificateFor(request, ca, faults);
    const auto* weak = cast_.weakIssuerOf(certificate.get());
    reply.certificates.push_back(std::move(certificate));
    if (weak != nullptr) reply.certificates.push_back(share(weak->certificate));
    if (isQuery) return;
    for (auto& issuer : ca.chain())
        reply.certificates.push_back(std::move(issuer));
}

Certificate Service::certificateFor(const Request& request, const Authority& ca, ActiveFaults& faults) {
    auto transaction = ledger_.find(request.transactionId);
    if (!transaction) throw std::runtime_error("the transaction is gone");
    if (transaction->issued != nullptr) return std::move(transaction->issued);
    const auto now = std::time(nullptr);
    IssuePlan plan;
    plan.notBefore = std::max(now - options_.backdate.count(), startOf(ca));
    plan.notAfter = std::max(now, plan.notBefore) + options_.lifetime.count();
    plan.repeatOld = behaviour_.repeatsForKnownKey && keepsItsKey(*transaction);
    faults.apply(&Fault::issue, plan);
    const bool repeat = plan.repeatOld && ca.issued(transaction->signer.get());
    auto certificate = repeat ? share(transaction->signer) : issue(plan, transaction->request, ca);
    ledger_.complete(request.transactionId, certificate);
    return certificate;
}

Certificate Service::issue(const IssuePlan& plan, const SigningRequest& wanted, const Authority& ca) {
    const auto other = plan.commonName ? nameOf(*plan.commonName) : nullptr;
    auto extensions = wanted.extensions();
    drop(extensions, plan.without);
    if (plan.addition != nullptr) add(extensions, plan.addition);
    const auto& authority = plan.issuer == Party::Stranger ? cast_.stranger() : ca;
    const auto& issuer = plan.weakIssuer ? cast_.weakCa(ca) : authority.issuer();
    return certify(issuer, {.subject = other != nullptr ? other.get() : wanted.subject(),
                            .key = plan.key == Party::Stranger ? cast_.stranger().signer().key.get() : wanted.key(),
                            .extensions = extensions.get(),
                            .notBefore = plan.notBefore,
                            .notAfter = plan.notAfter,
                            .serial = plan.serial,
                            .digest = digestNamed(plan.digest),
                            .isCa = plan.isCa});
}

/// A digest that is better than the usual one comes back.
ReplyStyle Service::styleFor(const Request& request, const JournalEntry& entry) const {
    auto style = behaviour_.style;
    const bool isBetter = request.digest == "SHA384" || request.digest == "SHA512";
    if (behaviour_.mirrors) style.cipher = cipherNamed(entry.cipher);
    if (behaviour_.mirrors || (isBetter && !options_.legacyReplies))
        style.digest = OBJ_nid2sn(OBJ_sn2nid(request.digest.c_str()));
    return style;
}

Bytes Service::encode(const CertRep& reply, const Request& request, const Authority& ca) {
    const auto signer = cast_.signerFor(reply.signer, ca);
    const auto& shape = reply.shape;
    const bool needsStranger = shape.recipient == Party::Stranger || shape.secondRecipient || shape.signers > 1;
    const bool isRsa = EVP_PKEY_get_base_id(X509_get0_pubkey(request.signer.get())) == EVP_PKEY_RSA;
    Parties parties{.signer = signer, .recipient = request.signer};
    if (needsStranger) parties.stranger = &cast_.stranger().signer();
    if (behaviour_.byPassword && !isRsa) parties.password = options_.challenge;
    return encodeReply(reply, parties);
}

} // namespace scepd::ca
