#include "enroll/attempt.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "crypto/key.hpp"
#include "enroll/check.hpp"
#include "enroll/commit.hpp"
#include "enroll/keys.hpp"
#include "enroll/lock.hpp"
#include "enroll/session.hpp"
#include "enroll/steps.hpp"
#include "profile/endpoint.hpp"
#include "scep/challenge.hpp"
#include "store/generation.hpp"
#include "store/transaction.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include <fmt/format.h>

namespace scepd::enroll {
namespace {

/// A transaction in memory: what is on the disk, and what is done with it.
struct Running {
    store::Transaction stored;
    crypto::Key key;         ///< The one to be certified.
    crypto::Request request; ///< Without the challenge.
    scep::Sender sender;
    scep::MessageType type; ///< Of the request.
};

/// "badRequest: DN already exists", with advice where the CA says nothing itself.
std::string refusal(const scep::FailureAnswer& failure) {
    auto text = "the CA refused the request: " + (failure.failInfo.empty() ? "no reason" : failure.failInfo);
    if (!failure.text.empty()) return text + " (" + failure.text + ")";
    if (failure.failInfo == "badRequest")
        text += "; often the challenge is wrong or used up, or the subject has a certificate already";
    if (failure.failInfo == "badTime") text += "; is this machine's clock right?";
    return text;
}

class Attempt {
public:
    Attempt(const Wanted& wanted, const Order& order, const Progress& progress)
        : wanted_(wanted), order_(order), progress_(progress), session_(wanted, progress) {}

    record::Report run() {
        try {
            return exchange();
        } catch (const Error& error) {
            const auto told = error.during(fmt::format("{} {}", order_.renew ? "renew" : "enroll", name()));
            return record::Failed{told.fault(), told.what(), session_.retryAfter()};
        } catch (const std::exception& error) {
            return record::Failed{Fault::local, fmt::format("enroll {}: {}", name(), error.what()), std::nullopt};
        }
    }

private:
    record::Report exchange() {
        if (const auto complaint = profile::unsupported(wanted_.certificate))
            throw Error(Fault::configuration, *complaint);
        if (const auto reason = resolveNames()) return record::Waiting{*reason};
        const auto locked = lock(store::certificateDirectory(wanted_.root, name()));
        learnWhatIsHeld();
        auto unfinished = unfinishedTransaction();
        if (unfinished && isFinished(*unfinished)) return finish();
        if (!unfinished) startKeys();
        session_.open(now());
        lookAhead();
        return unfinished ? resume(*std::move(unfinished)) : begin();
    }

    [[nodiscard]] const std::string& name() const { return wanted_.certificate.name; }

    /// Why the names cannot be told now; nullopt when they can.
    std::optional<std::string> resolveNames() {
        try {
            content_ = requestContent(wanted_);
            configuration_ = configurationDigest(wanted_, content_);
            return std::nullopt;
        } catch (const Error& error) {
            if (error.fault() != Fault::configuration) throw;
            return error.what();
        }
    }

    /// A generation from another machine (a cloned image) counts as none: its key is not ours alone.
    void learnWhatIsHeld() {
        machineId_ = profile::machineId(wanted_.root);
        held_ = store::readHeld(wanted_.root, name());
        if (!held_ || held_->machineId == machineId_) return;
        log::warning("{}: generation {} was made on another machine and is not used", name(), held_->generation);
        held_.reset();
    }

    /// What a former attempt left on the disk, when it asked what we would ask.
    std::optional<store::Transaction> unfinishedTransaction() {
        try {
            auto transaction = store::readTransaction(wanted_.root, name());
            if (!transaction || transaction->configuration != configuration_) return std::nullopt;
            if (transaction->renews != 0 && (!held_ || held_->generation != transaction->renews)) return std::nullopt;
            if (!transaction->signer.empty() && crypto::Certificate::fromPem(transaction->signer).notAfter() <= now())
                return std::nullopt;
            return transaction;
        } catch (const Error& error) {
            log::warning("{}: the unfinished transaction is not resumed: {}", name(), error.what());
            return std::nullopt;
        }
    }

    /// True when the transaction's certificate was committed already and only its end was not written down.
    [[nodiscard]] bool isFinished(const store::Transaction& transaction) const {
        if (!held_ || transaction.renews != 0) return false;
        const auto generation = store::readGeneration(wanted_.root, name(), held_->generation);
        return crypto::Certificate::fromPem(generation.certificate).matches(crypto::Key::fromPem(transaction.key));
    }

    record::Report finish() {
        store::dropTransaction(wanted_.root, name());
        return record::Issued{*held_};
    }

    /// Keys are made while the network is waited for.
    void startKeys() {
        const auto& spec = wanted_.certificate.key;
        const bool keeps = renews() && !wanted_.certificate.rekey;
        progress_.phase("key", describe(spec));
        newKeys_ =
            std::async(std::launch::async, makeKeys, spec, keeps ? std::optional(heldSender().key) : std::nullopt);
    }

    /// A certificate that has expired signs nothing any more, and one for other names does not stand for these.
    [[nodiscard]] bool renews() const { return order_.renew && held_ && held_->notAfter > now() && !isRenamed(); }

    [[nodiscard]] bool isRenamed() const { return !held_->names.empty() && held_->names != namesDigest(content_); }

    [[nodiscard]] Situation situation() const {
        const auto& challenge = wanted_.profile.scep.challenge;
        const bool configured = !std::holds_alternative<profile::NoChallenge>(challenge.source);
        const bool usedUp = challenge.once && held_;
        return {.renews = renews(),
                .heldDecrypts = !held_ || heldSender().key.isRsa(),
                .offered = session_.capabilities().renewal,
                .hasChallenge = order_.challenge || (configured && !usedUp)};
    }

    [[nodiscard]] Secret challenge() const {
        return order_.challenge ? *order_.challenge : scep::obtainChallenge(wanted_.profile.scep, wanted_.root);
    }

    /// A CA that ends before a certificate of the usual lifetime would is not asked any more when the one that follows
    /// it is known: its certificate is there in time, and used when it becomes valid (RFC 8894, figure 9). While both
    /// are there, consumers trust both.
    void lookAhead() {
        const auto next = session_.coming(now());
        if (!next) return;
        const auto anchor = session_.authorities().anchor;
        rolls_ = renews() && next->notBefore <= held_->notAfter &&
                 anchor.notAfter() - now() < held_->notAfter - held_->notBefore;
        other_ = rolls_ ? anchor : next->certificate;
        if (rolls_) session_.turnTo(*next);
    }

    [[nodiscard]] std::vector<Step> steps(const Situation& situation) const {
        const auto& scep = wanted_.profile.scep;
        return rolls_ ? rolloverSteps(scep, situation) : stepsOf(scep, situation);
    }

    record::Report begin() {
        const auto ways = steps(situation());
        const auto keys = newKeys_.get();
        for (std::size_t i = 0;; ++i) {
            const auto running = prepare(ways[i].way, keys);
            auto outcome = send(ways[i].challenge, running);
            if (i + 1 == ways.size() || !suggestsAnotherWay(outcome)) return conclude(outcome, running);
            log::notice("{}: {}; asking in another way", name(), reasonOf(outcome));
        }
    }

    [[nodiscard]] static std::string reasonOf(const Outcome& outcome) {
        if (!outcome) return outcome.error().error.what();
        const auto* failure = std::get_if<scep::FailureAnswer>(&*outcome);
        return failure != nullptr ? refusal(*failure) : "no refusal";
    }

    /// Makes the transaction and puts it on the disk, without the challenge: that is read again when it is needed
    /// again.
    Running prepare(Way way, const Keys& keys) {
        const auto request = crypto::Request::make(content_, keys.certified, {});
        const bool byHeld = way != Way::pkcsReqByItself;
        const auto sender = byHeld ? heldSender() : selfSigned(keys, request, content_.digest, now());
        const auto type = way == Way::renewalReq ? scep::MessageType::renewalReq : scep::MessageType::pkcsReq;
        store::Transaction transaction{.id = scep::newTransactionId(),
                                       .key = keys.certified.toPem(),
                                       .request = request.toDer(),
                                       .signer = byHeld ? std::string() : sender.certificate.toPem(),
                                       .signerKey = byHeld || !keys.transport ? Secret() : keys.transport->toPem(),
                                       .messageType = static_cast<unsigned>(type),
                                       .renews = renews() ? held_->generation : 0,
                                       .pending = false,
                                       .configuration = configuration_};
        store::saveTransaction(wanted_.root, name(), transaction);
        return {std::move(transaction), keys.certified, request, sender, type};
    }

    [[nodiscard]] scep::Sender heldSender() const {
        const auto generation = store::readGeneration(wanted_.root, name(), held_->generation);
        return {crypto::Certificate::fromPem(generation.certificate), crypto::Key::fromPem(generation.key)};
    }

    Outcome send(bool withChallenge, const Running& running) {
        progress_.phase("request", running.stored.id);
        const auto secret = withChallenge || isUnderPassword() ? challenge() : Secret();
        const auto request = crypto::Request::make(content_, running.key, withChallenge ? secret : Secret());
        return ask(running.type, running, request.toDer(), secret);
    }

    /// To a CA whose key cannot decrypt, messages are encrypted under the challenge (RFC 8894 section 3.1).
    [[nodiscard]] bool isUnderPassword() const { return !session_.authorities().recipient.hasRsaKey(); }

    Outcome ask(scep::MessageType type, const Running& running, std::string_view content, const Secret& secret) {
        auto sender = running.sender;
        sender.challenge = secret;
        try {
            return session_.ask(type, running.stored.id, content, sender);
        } catch (const Error& error) {
            throw error.during(type == scep::MessageType::certPoll ? "ask for the pending certificate"
                                                                   : "send request");
        }
    }

    /// Asks for the answer first: the CA may have issued. Where it knows nothing of it, the same request goes out
    /// again.
    record::Report resume(store::Transaction transaction) {
        const auto running = continued(std::move(transaction));
        progress_.phase("poll", running.stored.id);
        auto outcome = ask(scep::MessageType::certPoll, running,
                           running.request.issuerAndSubject(session_.authorities().recipient),
                           isUnderPassword() ? challenge() : Secret());
        if (isUnknownTransaction(outcome, running.stored.pending)) outcome = send(hadChallenge(running), running);
        return conclude(outcome, running);
    }

    [[nodiscard]] Running continued(store::Transaction transaction) const {
        const auto key = crypto::Key::fromPem(transaction.key);
        const auto request = crypto::Request::fromDer(transaction.request);
        const auto& signerKey = transaction.signerKey;
        const auto sender = transaction.signer.empty()
                                ? heldSender()
                                : scep::Sender{crypto::Certificate::fromPem(transaction.signer),
                                               signerKey.empty() ? key : crypto::Key::fromPem(signerKey)};
        const auto type = static_cast<scep::MessageType>(transaction.messageType);
        return {std::move(transaction), key, request, sender, type};
    }

    /// Whether the first of the steps that such a transaction may have begun with carries the challenge.
    [[nodiscard]] bool hadChallenge(const Running& running) const {
        const auto ways = steps(situation());
        const auto like = std::ranges::find(ways, wayOf(running), &Step::way);
        return like != ways.end() ? like->challenge : situation().hasChallenge;
    }

    [[nodiscard]] static Way wayOf(const Running& running) {
        if (!running.stored.signer.empty()) return Way::pkcsReqByItself;
        return running.type == scep::MessageType::renewalReq ? Way::renewalReq : Way::pkcsReqByHeld;
    }

    record::Report conclude(const Outcome& outcome, const Running& running) {
        if (!outcome) throw outcome.error().error.during("send request");
        if (const auto* success = std::get_if<scep::SuccessAnswer>(&*outcome)) return commit(*success, running);
        if (const auto* failure = std::get_if<scep::FailureAnswer>(&*outcome)) {
            store::dropTransaction(wanted_.root, name());
            return record::Refused{failure->failInfo, refusal(*failure)};
        }
        if (!running.stored.pending) {
            auto pending = running.stored;
            pending.pending = true;
            store::saveTransaction(wanted_.root, name(), pending);
        }
        return record::Pending{running.stored.id};
    }

    /// What fails the checks ends the transaction: asking again would bring the same.
    Accepted check(const scep::SuccessAnswer& success, const Running& running) {
        progress_.phase("check");
        const bool renewed = running.stored.renews != 0;
        try {
            return accept(success.certificates,
                          {running.request, running.key, session_.authorities(), session_.strength(),
                           renewed ? held_ : std::nullopt, rolls_, progress_.trace().checks()},
                          now());
        } catch (const Error&) {
            store::dropTransaction(wanted_.root, name());
            throw;
        }
    }

    record::Report commit(const scep::SuccessAnswer& success, const Running& running) {
        const auto accepted = check(success, running);
        progress_.phase("commit");
        Provenance provenance{{session_.authorities().anchor}, session_.rollover(), machineId_, namesDigest(content_)};
        if (other_) provenance.authorities.push_back(*other_);
        auto issued = enroll::commit(wanted_, accepted, running.key, provenance, now());
        store::dropTransaction(wanted_.root, name());
        return issued;
    }

    const Wanted& wanted_;
    const Order& order_;
    const Progress& progress_;
    Session session_;
    crypto::RequestContent content_;
    std::string configuration_, machineId_;
    std::optional<record::Held> held_;
    std::future<Keys> newKeys_;
    bool rolls_ = false;                       ///< The coming CA is asked.
    std::optional<crypto::Certificate> other_; ///< The CA that consumers shall trust as well.
};

} // namespace

record::Report attempt(const Wanted& wanted, const Order& order, const Progress& progress) {
    return Attempt(wanted, order, progress).run();
}

} // namespace scepd::enroll
