#include "enroll/attempt.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "crypto/key.hpp"
#include "enroll/check.hpp"
#include "enroll/session.hpp"
#include "enroll/steps.hpp"
#include "profile/endpoint.hpp"
#include "profile/request_digest.hpp"
#include "scep/challenge.hpp"
#include "store/generation.hpp"
#include "store/transaction.hpp"

#include <future>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

namespace scepd::enroll {
namespace {

/// A transaction in memory: what is on the disk, and what is done with it.
struct Running {
    store::Transaction stored;
    crypto::Key key;
    crypto::Request request; ///< Without the challenge.
    scep::Sender sender;
};

UniqueFd lock(const std::filesystem::path& directory) {
    file::makeDirectories(directory, 0700);
    const auto path = directory / "lock";
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd) throw systemError("open " + path.string());
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
    if (errno == EWOULDBLOCK) throw Error(Fault::local, "another attempt for this certificate is running");
    throw systemError("lock " + path.string());
}

/// "badRequest: DN already exists", with advice where the CA says nothing itself.
std::string refusal(const scep::FailureAnswer& failure) {
    auto text = "the CA refused the request: " + (failure.failInfo.empty() ? "no reason" : failure.failInfo);
    if (!failure.text.empty()) return text + " (" + failure.text + ")";
    if (failure.failInfo == "badRequest")
        text += "; often the challenge is wrong or used up, or the subject has a certificate already";
    if (failure.failInfo == "badTime") text += "; is this machine's clock right?";
    return text;
}

std::string pemOf(const std::vector<crypto::Certificate>& certificates) {
    std::string pem;
    for (const auto& certificate : certificates)
        pem += certificate.toPem();
    return pem;
}

class Attempt {
public:
    Attempt(const Wanted& wanted, const Order& order, const Progress& progress)
        : wanted_(wanted), order_(order), progress_(progress), session_(wanted, progress) {}

    record::Report run() {
        try {
            return steps();
        } catch (const Error& error) {
            const auto told = error.during(fmt::format("{} {}", order_.renew ? "renew" : "enroll", name()));
            return record::Failed{told.fault(), told.what(), session_.retryAfter()};
        } catch (const std::exception& error) {
            return record::Failed{Fault::local, fmt::format("enroll {}: {}", name(), error.what()), std::nullopt};
        }
    }

private:
    record::Report steps() {
        if (const auto complaint = profile::unsupported(wanted_.profile.scep, wanted_.certificate))
            throw Error(Fault::configuration, *complaint);
        if (const auto reason = resolveNames()) return record::Waiting{*reason};
        const auto locked = lock(store::certificateDirectory(wanted_.root, name()));
        learnWhatIsHeld();
        auto unfinished = unfinishedTransaction();
        if (unfinished && isFinished(*unfinished)) return finish();
        if (!unfinished) startKey();
        session_.open(now());
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

    /// The key is made while the network is waited for.
    void startKey() {
        if (renews() && !wanted_.certificate.rekey) return;
        progress_.phase("key", fmt::format("RSA {}", wanted_.certificate.key.bits));
        newKey_ = std::async(std::launch::async, crypto::Key::generateRsa, wanted_.certificate.key.bits);
    }

    /// A certificate that has expired signs nothing any more.
    [[nodiscard]] bool renews() const { return order_.renew && held_ && held_->notAfter > now(); }

    [[nodiscard]] Situation situation() const {
        const auto& challenge = wanted_.profile.scep.challenge;
        const bool configured = !std::holds_alternative<profile::NoChallenge>(challenge.source);
        const bool usedUp = challenge.once && held_;
        return {.renews = renews(),
                .offered = session_.capabilities().renewal,
                .hasChallenge = order_.challenge || (configured && !usedUp)};
    }

    [[nodiscard]] Secret challengeFor(const Step& step) const {
        if (!step.challenge) return {};
        return order_.challenge ? *order_.challenge : scep::readChallenge(wanted_.profile.scep.challenge, wanted_.root);
    }

    record::Report begin() {
        const auto steps = stepsOf(wanted_.profile.scep, situation());
        const auto key = newKey_.valid() ? newKey_.get() : heldSender().key;
        for (std::size_t i = 0;; ++i) {
            const auto running = prepare(steps[i], key);
            auto outcome = send(steps[i], running);
            if (i + 1 == steps.size() || !suggestsAnotherWay(outcome)) return conclude(outcome, running);
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
    Running prepare(const Step& step, const crypto::Key& key) {
        const auto request = crypto::Request::make(content_, key, {});
        const auto sender =
            step.renewal ? heldSender() : scep::Sender{request.selfSigned(key, content_.digest, now()), key};
        store::Transaction transaction{.id = scep::newTransactionId(),
                                       .key = key.toPem(),
                                       .request = request.toDer(),
                                       .signer = step.renewal ? std::string() : sender.certificate.toPem(),
                                       .renews = renews() ? held_->generation : 0,
                                       .pending = false,
                                       .configuration = configuration_};
        store::saveTransaction(wanted_.root, name(), transaction);
        return {std::move(transaction), key, request, sender};
    }

    [[nodiscard]] scep::Sender heldSender() const {
        const auto generation = store::readGeneration(wanted_.root, name(), held_->generation);
        return {crypto::Certificate::fromPem(generation.certificate), crypto::Key::fromPem(generation.key)};
    }

    Outcome send(const Step& step, const Running& running) {
        progress_.phase("request", running.stored.id);
        const auto request = crypto::Request::make(content_, running.key, challengeFor(step));
        const auto type = step.renewal ? scep::MessageType::renewalReq : scep::MessageType::pkcsReq;
        return ask(type, running, request.toDer());
    }

    Outcome ask(scep::MessageType type, const Running& running, std::string_view content) {
        try {
            return session_.ask(type, running.stored.id, content, running.sender);
        } catch (const Error& error) {
            throw error.during(type == scep::MessageType::certPoll ? "ask for the pending certificate"
                                                                   : "send request");
        }
    }

    /// Asks for the answer first: the CA may have issued. Where it knows nothing of it, the same request goes out
    /// again.
    record::Report resume(store::Transaction transaction) {
        const auto key = crypto::Key::fromPem(transaction.key);
        const auto request = crypto::Request::fromDer(transaction.request);
        const bool renewal = transaction.signer.empty();
        const auto sender =
            renewal ? heldSender() : scep::Sender{crypto::Certificate::fromPem(transaction.signer), key};
        const Running running{std::move(transaction), key, request, sender};
        progress_.phase("poll", running.stored.id);
        auto outcome = ask(scep::MessageType::certPoll, running,
                           running.request.issuerAndSubject(session_.authorities().recipient));
        if (isUnknownTransaction(outcome, running.stored.pending)) outcome = send(stepLike(renewal), running);
        return conclude(outcome, running);
    }

    /// The first of the steps that a transaction with this signer may have begun with.
    [[nodiscard]] Step stepLike(bool renewal) const {
        for (const auto& step : stepsOf(wanted_.profile.scep, situation()))
            if (step.renewal == renewal) return step;
        return {.renewal = renewal, .challenge = situation().hasChallenge};
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
                           renewed ? held_ : std::nullopt, progress_.trace().checks()},
                          now());
        } catch (const Error&) {
            store::dropTransaction(wanted_.root, name());
            throw;
        }
    }

    record::Report commit(const scep::SuccessAnswer& success, const Running& running) {
        const auto accepted = check(success, running);
        for (const auto& remark : accepted.remarks)
            log::warning("{}: {}", name(), remark);
        progress_.phase("commit");
        const auto& anchor = session_.authorities().anchor;
        auto facts = factsOf(accepted, anchor, now());
        facts.profile = std::filesystem::path(wanted_.profile.file).filename();
        facts.configuration = profile::requestDigest(wanted_.profile.scep, wanted_.certificate);
        facts.machineId = machineId_;
        facts.generation = store::commit(
            wanted_.root, name(),
            {running.key.toPem(), accepted.certificate.toPem(), pemOf(accepted.chain), anchor.toPem(), facts});
        store::dropTransaction(wanted_.root, name());
        return record::Issued{facts};
    }

    const Wanted& wanted_;
    const Order& order_;
    const Progress& progress_;
    Session session_;
    crypto::RequestContent content_;
    std::string configuration_, machineId_;
    std::optional<record::Held> held_;
    std::future<crypto::Key> newKey_;
};

} // namespace

record::Report attempt(const Wanted& wanted, const Order& order, const Progress& progress) {
    return Attempt(wanted, order, progress).run();
}

} // namespace scepd::enroll
