#include "enroll/session.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "crypto/text.hpp"
#include "enroll/authorities.hpp"
#include "scep/transport.hpp"
#include "store/authorities.hpp"
#include "store/generation.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

namespace scepd::enroll {

namespace {

/// What is wrong on our side is so at every URL.
bool isOurs(Fault fault) {
    return fault == Fault::local || fault == Fault::configuration;
}

Error withUrl(const Error& error, const std::string& url) {
    const auto shown = scep::shownUrl(url);
    return std::string_view(error.what()).contains(shown) ? error : error.during(shown);
}

/// One error for all URLs: worth another try soon when that may help at one of them.
Error together(const std::vector<Error>& errors) {
    if (errors.size() == 1) return errors.front();
    auto fault = errors.back().fault();
    std::string text = "none of the URLs can be used";
    for (const auto& error : errors) {
        if (error.fault() == Fault::unreachable) fault = Fault::unreachable;
        text += fmt::format("{} {}", &error == &errors.front() ? ":" : ";", error.what());
    }
    return {fault, text};
}

} // namespace

Session::Session(const Wanted& wanted, const Progress& progress)
    : wanted_(wanted),
      progress_(progress),
      succession_(store::certificateDirectory(wanted.root, wanted.certificate.name), strength()) {}

void Session::open(Time now, bool mayBeLater) {
    mayBeLater_ = mayBeLater;
    const auto before = outages();
    auto after = before;
    std::vector<Error> errors;
    for (const auto& url : scep::orderOf(wanted_.profile.scep.urls, before, now)) {
        try {
            openAt(url, now);
            return keep(before, scep::afterAnswer(after, url));
        } catch (const Error& error) {
            if (isOurs(error.fault())) throw;
            if (error.fault() == Fault::unreachable) after = scep::afterFailure(after, url, scepd::now());
            errors.push_back(wanted_.profile.scep.urls.size() > 1 ? withUrl(error, url) : error);
            if (errors.size() < wanted_.profile.scep.urls.size())
                log::notice("{}: {}; trying the next URL", wanted_.certificate.name, errors.back().what());
        }
    }
    keep(before, after);
    throw together(errors);
}

void Session::openAt(const std::string& url, Time now) {
    client_.emplace(wanted_.profile.scep, url, wanted_.root, progress_.trace().observer());
    progress_.phase("authority", scep::shownUrl(url));
    authenticate(now);
    noteAuthorities(wanted_, *authorities_, succession_.nextAfter(*authorities_, now));
    progress_.trace().authenticated(*authorities_);
    progress_.phase("capabilities");
    capabilities_ = client_->getCapabilities();
    progress_.trace().capabilities(capabilities_);
}

std::vector<crypto::Certificate> Session::offered(Time now) {
    auto certificates = client_->getAuthorities();
    return scep::holdsExpired(certificates, now) ? client_->getAuthorities() : certificates;
}

void Session::authenticate(Time now) {
    const auto certificates = offered(now);
    progress_.trace().offered(certificates);
    const auto pinned = pin();
    try {
        authorities_ = authenticatedOnce(certificates, pinned, now);
    } catch (const Error& error) {
        if (!std::holds_alternative<profile::FirstUse>(wanted_.profile.scep.trust)) throw;
        throw error.during(fmt::format("compare with {}, the CA of first use (remove it to trust another one)",
                                       firstUseFile().string()));
    }
    if (std::holds_alternative<scep::FirstSight>(pinned)) remember();
}

/// Now or, when it may be later, at the first of the times at which one of the certificates begins.
scep::Authorities Session::authenticatedOnce(const std::vector<crypto::Certificate>& certificates,
                                             const scep::Pin& pinned, Time now) const {
    std::set<Time> times{now};
    for (const auto& certificate : certificates)
        if (mayBeLater_ && certificate.notBefore() > now) times.insert(certificate.notBefore());
    for (const auto time : times)
        try {
            return authenticated(certificates, pinned, time);
        } catch (const Error&) {
            if (time == *times.rbegin()) throw;
        }
    throw std::logic_error("there is always a time");
}

/// The CA that the pin names or, where that is not offered any more, one that it has named as its successor.
scep::Authorities Session::authenticated(const std::vector<crypto::Certificate>& certificates, const scep::Pin& pinned,
                                         Time now) const {
    const auto& recipient = wanted_.profile.scep.recipientFingerprint;
    try {
        return scep::authenticate(certificates, pinned, recipient, strength(), now);
    } catch (const Error&) {
        for (const auto& heir : succession_.heirsOf(pinned)) {
            if (std::ranges::find(certificates, heir) == certificates.end()) continue;
            tellOfHeir(heir);
            return scep::authenticate(certificates, heir, recipient, strength(), now);
        }
        throw;
    }
}

/// Once: at the next attempt it is a known CA.
void Session::tellOfHeir(const crypto::Certificate& heir) const {
    const auto fingerprint = crypto::hex(heir.fingerprint(Digest::sha256));
    const auto known = store::readAuthorities(wanted_.root, wanted_.certificate.name);
    const bool isKnown = std::ranges::any_of(
        known, [&](const auto& one) { return one.fingerprint == fingerprint && one.role != "next"; });
    if (!isKnown)
        log::notice("{}: the CA has rolled over to {}; pin it with ca-fingerprint = \"sha256:{}\"",
                    wanted_.certificate.name, heir.subject(), fingerprint);
}

std::optional<scep::NextAuthority> Session::coming(Time now) {
    try {
        askForSuccessor(now);
    } catch (const Error& error) {
        log::info("{}: ask for the next CA: {}", wanted_.certificate.name, error.what());
    }
    auto next = succession_.nextAfter(*authorities_, now);
    if (next) noteAuthorities(wanted_, *authorities_, next);
    return next;
}

void Session::askForSuccessor(Time now) {
    if (!capabilities_.getNextCaCert) return;
    progress_.phase("next-authority");
    const auto answer = client_->getNextAuthorities();
    if (!answer) return;
    const crypto::Rollover word{authorities_->anchor, crypto::unwrapped(*answer)};
    scep::nextAuthority(crypto::successors(word, strength()), *authorities_, now);
    succession_.remember(word);
}

/// The old CA may still sign the answer: the envelope tells it which key to issue with (RFC 8894, figure 9).
void Session::turnTo(const scep::NextAuthority& next) {
    auto all = authorities_->all;
    all.push_back(next.certificate);
    all.insert(all.end(), next.others.begin(), next.others.end());
    authorities_ = scep::Authorities{next.certificate, std::move(all), next.certificate};
}

/// One URL alone has nothing to give way to.
scep::Outages Session::outages() const {
    if (wanted_.profile.scep.urls.size() < 2) return {};
    try {
        return scep::outagesFrom(file::readIfExists(outagesFile()).value_or(""));
    } catch (const Error& error) {
        log::warning("{}: {}; the URLs are tried as configured", wanted_.certificate.name, error.what());
        return {};
    }
}

void Session::keep(const scep::Outages& before, const scep::Outages& after) const {
    if (before == after || wanted_.profile.scep.urls.size() < 2) return;
    try {
        file::replace(outagesFile(), scep::toText(after));
    } catch (const Error& error) {
        log::warning("{}: {}; which URL was unreachable is forgotten", wanted_.certificate.name, error.what());
    }
}

Outcome Session::ask(scep::MessageType type, const std::string& transaction, std::string_view content,
                     const scep::Sender& sender) {
    const auto algorithms = scep::chooseAlgorithms(capabilities_, wanted_.profile.scep.security);
    const auto message = scep::buildMessage(type, transaction, content, sender, authorities_->recipient, algorithms);
    progress_.trace().message(type, content, message);
    const scep::Expectation expectation{transaction, message.senderNonce, authorities_->all, strength()};
    const bool requests = type == scep::MessageType::pkcsReq || type == scep::MessageType::renewalReq;
    const auto repeat = requests ? scep::Client::Repeat::never : scep::Client::Repeat::harmless;
    auto outcome = client_->exchange(message, repeat, expectation, sender);
    progress_.trace().answer(outcome);
    return outcome;
}

std::filesystem::path Session::firstUseFile() const {
    return store::certificateDirectory(wanted_.root, wanted_.certificate.name) / "first-use.pem";
}

std::filesystem::path Session::outagesFile() const {
    return store::certificateDirectory(wanted_.root, wanted_.certificate.name) / "outages";
}

scep::Pin Session::pin() const {
    const auto& trust = wanted_.profile.scep.trust;
    if (const auto* fingerprint = std::get_if<profile::FingerprintPin>(&trust)) return *fingerprint;
    if (const auto* certificate = std::get_if<profile::CertificatePin>(&trust)) {
        const auto path = below(wanted_.root, certificate->file);
        try {
            return crypto::Certificate::fromPem(file::read(path));
        } catch (const Error& error) {
            throw Error(Code::pinFileUnusable, fmt::format("ca-certificate {}: {}", path.string(), error.what()));
        }
    }
    if (const auto remembered = file::readIfExists(firstUseFile())) return crypto::Certificate::fromPem(*remembered);
    return scep::FirstSight{};
}

void Session::remember() const {
    const auto& anchor = authorities_->anchor;
    file::replace(firstUseFile(), anchor.toPem());
    log::warning("{}: the CA {} is trusted on first use, unchecked; pin it with ca-fingerprint = \"sha256:{}\"",
                 wanted_.certificate.name, anchor.subject(), crypto::hex(anchor.fingerprint(Digest::sha256)));
}

} // namespace scepd::enroll
