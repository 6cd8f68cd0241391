#include "enroll/attempt.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "crypto/key.hpp"
#include "enroll/check.hpp"
#include "enroll/commit.hpp"
#include "enroll/failure.hpp"
#include "enroll/keys.hpp"
#include "enroll/own_held.hpp"
#include "enroll/running.hpp"
#include "enroll/session.hpp"
#include "enroll/steps.hpp"
#include "profile/endpoint.hpp"
#include "scep/challenge.hpp"
#include "store/generation.hpp"
#include "store/lock.hpp"
#include "store/transaction.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include <fmt/format.h>

namespace scepd::enroll {
namespace {

class Attempt {
public:
    Attempt(const Wanted& wanted, const Order& order, const Progress& progress)
        : wanted_(wanted), order_(order), earliest_(order.earliest), progress_(progress), session_(wanted, progress) {}

    record::Report run() {
        const auto doing = fmt::format("{} {}", order_.renew ? "renew" : "enroll", name());
        try {
            return exchange();
        } catch (const Error& error) {
            return failed(error.during(doing), session_.retryAfter());
        } catch (const std::exception& error) {
            return failed(Error(Fault::local, error.what()).during(doing));
        }
    }

private:
    record::Report exchange() {
        if (const auto complaint = profile::unsupported(wanted_.certificate))
            throw Error(Code::unsupported, *complaint);
        if (const auto reason = resolveNames()) return record::Waiting{*reason};
        const auto locked = store::lock(wanted_.root, name());
        learnWhatIsHeld();
        auto transaction = unfinished(wanted_, configuration_, held_, time());
        if (transaction && isFinished(*transaction)) return finish();
        if (!transaction) startKeys();
        session_.open(time(), earliest_.has_value());
        lookAhead();
        return transaction ? resume(*std::move(transaction)) : begin();
    }

    [[nodiscard]] const std::string& name() const { return wanted_.certificate.name; }

    [[nodiscard]] Time time() const { return earliest_.value_or(now()); }

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

    void learnWhatIsHeld() {
        machineId_ = profile::machineId(wanted_.root);
        held_ = ownHeld(wanted_);
    }

    /// True when the transaction's certificate was committed already and only its end was not written down.
    [[nodiscard]] bool isFinished(const store::Transaction& transaction) const {
        if (!held_ || transaction.renews != 0) return false;
        return heldSender().certificate.matches(crypto::Key::fromPem(transaction.key));
    }

    record::Report finish() {
        forgetTransaction();
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
    [[nodiscard]] bool renews() const {
        return order_.renew && held_ && canSign(*held_, namesDigest(content_), time());
    }

    [[nodiscard]] Situation situation() const {
        return {.renews = renews(),
                .heldDecrypts = !held_ || heldSender().key.isRsa(),
                .offered = session_.capabilities().renewal,
                .hasChallenge =
                    order_.challenge || maySendChallenge(wanted_.profile.scep.challenge, held_.has_value())};
    }

    [[nodiscard]] Secret challenge() const {
        return order_.challenge ? *order_.challenge : scep::obtainChallenge(wanted_.profile.scep, wanted_.root);
    }

    /// A CA that ends before a certificate of the usual lifetime would is not asked any more when the one that follows
    /// it is known: its certificate is there in time, and used when it becomes valid (RFC 8894, figure 9). While both
    /// are there, consumers trust both.
    void lookAhead() {
        const auto next = session_.coming(time());
        if (!next) return;
        const auto anchor = session_.authorities().anchor;
        rolls_ = renews() && next->notBefore <= held_->notAfter &&
                 anchor.notAfter() - time() < held_->notAfter - held_->notBefore;
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

    /// Makes the transaction and puts it on the disk, without the challenge: that is read again when it is needed
    /// again.
    Running prepare(Way way, const Keys& keys) {
        auto running = begun(keys,
                             {.content = content_,
                              .configuration = configuration_,
                              .way = way,
                              .held = way != Way::pkcsReqByItself ? std::optional(heldSender()) : std::nullopt,
                              .renews = renews() ? held_->generation : 0},
                             time());
        store::saveTransaction(wanted_.root, name(), running.stored);
        return running;
    }

    [[nodiscard]] scep::Sender heldSender() const { return senderOf(wanted_, held_->generation); }

    Outcome send(bool withChallenge, const Running& running) {
        progress_.transaction(running.stored.id);
        progress_.phase("request", running.stored.id);
        const auto secret = withChallenge || isUnderPassword() ? challenge() : Secret();
        const auto request = crypto::Request::make(content_, running.key, withChallenge ? secret : Secret());
        return ask(running.type, running, request.toDer(), secret, "send request");
    }

    /// To a CA whose key cannot decrypt, messages are encrypted under the challenge (RFC 8894 section 3.1).
    [[nodiscard]] bool isUnderPassword() const { return !session_.authorities().recipient.hasRsaKey(); }

    /// A challenge is kept nowhere: only one that stands in the profile is the same at the next attempt.
    [[nodiscard]] bool isChallengeLasting() const {
        return !order_.challenge &&
               std::holds_alternative<profile::StaticChallenge>(wanted_.profile.scep.challenge.source);
    }

    /// To a CA whose key cannot decrypt, a CertPoll goes under the challenge of the request, which must be there still.
    [[nodiscard]] bool canPoll() const { return !isUnderPassword() || isChallengeLasting(); }

    /// Where neither side has an RSA key, an answer that comes later is encrypted under the request's challenge too.
    [[nodiscard]] bool canReadLater(const Running& running) const { return running.sender.key.isRsa() || canPoll(); }

    Outcome ask(scep::MessageType type, const Running& running, std::string_view content, const Secret& secret,
                const std::string& doing) {
        auto sender = running.sender;
        sender.challenge = secret;
        try {
            auto outcome = session_.ask(type, running.stored.id, content, sender);
            if (!outcome) outcome.error().error = outcome.error().error.during(doing);
            return outcome;
        } catch (const Error& error) {
            throw error.during(doing);
        }
    }

    /// Asks for the answer first: the CA may have issued. Where it knows nothing of it, or cannot be asked so, the same
    /// request goes out again.
    record::Report resume(store::Transaction transaction) {
        const auto held = signedByHeld(transaction) ? std::optional(heldSender()) : std::nullopt;
        const auto running = continued(std::move(transaction), held);
        if (canPoll()) {
            const auto outcome = poll(running);
            if (!isUnknownTransaction(outcome, running.stored.pending)) return conclude(outcome, running);
            log::notice("{}: {}; sending the same request again", name(), reasonOf(outcome));
        }
        return conclude(send(hadChallenge(running), running), running);
    }

    Outcome poll(const Running& running) {
        progress_.transaction(running.stored.id);
        progress_.phase("poll", running.stored.id);
        return ask(scep::MessageType::certPoll, running,
                   running.request.issuerAndSubject(session_.authorities().recipient),
                   isUnderPassword() ? challenge() : Secret(),
                   running.stored.pending ? "ask for the pending certificate" : "ask whether the CA has answered");
    }

    /// Whether the first of the steps that such a transaction may have begun with carries the challenge.
    [[nodiscard]] bool hadChallenge(const Running& running) const {
        const auto ways = steps(situation());
        const auto like = std::ranges::find(ways, wayOf(running), &Step::way);
        return like != ways.end() ? like->challenge : situation().hasChallenge;
    }

    record::Report conclude(const Outcome& outcome, const Running& running) {
        if (!outcome) throw outcome.error().error;
        if (const auto* success = std::get_if<scep::SuccessAnswer>(&*outcome)) return commit(*success, running);
        if (const auto* failure = std::get_if<scep::FailureAnswer>(&*outcome)) {
            store::dropTransaction(wanted_.root, name());
            return record::Refused{failure->failInfo, refusal(*failure)};
        }
        return wait(running);
    }

    record::Report wait(const Running& running) {
        if (!canReadLater(running)) {
            store::dropTransaction(wanted_.root, name());
            throw Error(Code::answerUnreadableLater,
                        "the CA keeps the request for approval and will encrypt its answer under the challenge, which "
                        "is not kept; use a static challenge, or renewal-message = \"fresh\"");
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
                           renewed ? held_ : std::nullopt, rolls_, earliest_ && !rolls_, progress_.trace().checks()},
                          time());
        } catch (const Error&) {
            store::dropTransaction(wanted_.root, name());
            throw;
        }
    }

    record::Report commit(const scep::SuccessAnswer& success, const Running& running) {
        const auto accepted = check(success, running);
        progress_.phase("commit");
        if (earliest_ && !rolls_) earliest_ = std::max(*earliest_, accepted.certificate.notBefore());
        Provenance provenance{{session_.authorities().anchor}, session_.rollover(), machineId_, namesDigest(content_)};
        if (other_) provenance.authorities.push_back(*other_);
        auto issued = enroll::commit(wanted_, accepted, running.key, provenance, time());
        forgetTransaction();
        return issued;
    }

    /// What is committed is committed: a transaction that stays behind is not resumed, and goes with the next one.
    void forgetTransaction() const {
        try {
            store::dropTransaction(wanted_.root, name());
        } catch (const Error& error) {
            log::warning("{}: the finished transaction stays: {}", name(), error.what());
        }
    }

    const Wanted& wanted_;
    const Order& order_;
    std::optional<Time> earliest_;
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
