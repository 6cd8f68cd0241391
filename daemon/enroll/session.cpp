#include "enroll/session.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "enroll/authorities.hpp"
#include "scep/transport.hpp"
#include "store/generation.hpp"

namespace scepd::enroll {

void Session::open(Time now) {
    const auto& urls = wanted_.profile.scep.urls;
    for (std::size_t i = 0;; ++i) {
        try {
            return openAt(urls.at(i), now);
        } catch (const Error& error) {
            if (error.fault() != Fault::unreachable || i + 1 >= urls.size()) throw;
            log::notice("{}: {}; trying the next URL", wanted_.certificate.name, error.what());
        }
    }
}

void Session::openAt(const std::string& url, Time now) {
    client_.emplace(wanted_.profile.scep, url, wanted_.root, progress_.trace().observer());
    progress_.phase("authority", scep::shownUrl(url));
    const auto offered = client_->getAuthorities();
    progress_.trace().offered(offered);
    const auto pinned = pin();
    try {
        authorities_ = scep::authenticate(offered, pinned, wanted_.profile.scep.recipientFingerprint, now);
    } catch (const Error& error) {
        if (!std::holds_alternative<profile::FirstUse>(wanted_.profile.scep.trust)) throw;
        throw error.during(fmt::format("compare with {}, the CA of first use (remove it to trust another one)",
                                       firstUseFile().string()));
    }
    if (std::holds_alternative<scep::FirstSight>(pinned)) remember();
    noteAuthorities(wanted_, *authorities_);
    progress_.trace().authenticated(*authorities_);
    progress_.phase("capabilities");
    capabilities_ = client_->getCapabilities();
    progress_.trace().capabilities(capabilities_);
}

Outcome Session::ask(scep::MessageType type, const std::string& transaction, std::string_view content,
                     const scep::Sender& sender) {
    const auto algorithms = scep::chooseAlgorithms(capabilities_, wanted_.profile.scep.security);
    const auto message = scep::buildMessage(type, transaction, content, sender, authorities_->recipient, algorithms);
    progress_.trace().message(type, content, message, sender, authorities_->recipient, algorithms);
    const scep::Expectation expectation{transaction, message.senderNonce, authorities_->all, strength()};
    auto outcome = client_->exchange(message, expectation, sender);
    progress_.trace().answer(outcome);
    return outcome;
}

std::filesystem::path Session::firstUseFile() const {
    return store::certificateDirectory(wanted_.root, wanted_.certificate.name) / "first-use.pem";
}

scep::Pin Session::pin() const {
    const auto& trust = wanted_.profile.scep.trust;
    if (const auto* fingerprint = std::get_if<profile::FingerprintPin>(&trust)) return *fingerprint;
    if (const auto* certificate = std::get_if<profile::CertificatePin>(&trust)) {
        const auto path = below(wanted_.root, certificate->file);
        try {
            return crypto::Certificate::fromPem(file::read(path));
        } catch (const Error& error) {
            throw Error(Fault::configuration, fmt::format("ca-certificate {}: {}", path.string(), error.what()));
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
