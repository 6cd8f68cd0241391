#include "enroll/probe.hpp"

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "crypto/cms.hpp"
#include "crypto/text.hpp"
#include "enroll/probe_authorities.hpp"
#include "enroll/probe_http.hpp"
#include "enroll/reach.hpp"
#include "scep/capabilities.hpp"
#include "scep/transport.hpp"
#include "store/generation.hpp"

#include <fmt/format.h>

namespace scepd::enroll {
namespace {

/// A string as TOML writes it.
std::string tomlString(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        result += c;
    }
    return result + '"';
}

/// The examination of one URL.
class Examination {
public:
    Examination(const Probed& probed, std::string url, const Findings::Tell& tell)
        : probed_(probed), url_(std::move(url)), findings_(tell) {}

    bool run() {
        findings_.note("url", scep::shownUrl(url_));
        if (reaches()) talk();
        findings_.conclude();
        if (authorities_ && !probed_.pin) paste();
        return findings_.problems() == 0;
    }

private:
    bool reaches() {
        const auto server = serverOf(url_);
        if (probed_.scep.proxy) {
            const auto proxy = proxyOf(*probed_.scep.proxy);
            findings_.note("proxy", fmt::format("{} port {} looks up the name", proxy.host, proxy.port));
            return canReach(proxy, findings_);
        }
        if (!canReach(server, findings_)) return false;
        return !server.tls || showsCertificate(server, findings_);
    }

    void talk() {
        Conversation conversation(probed_, url_, findings_);
        if (!conversation.begin()) return;
        const auto capabilities = conversation.capabilities();
        const auto offered = conversation.authorities();
        if (offered.empty()) return;
        const auto time = now();
        lookAt(offered, findings_, time);
        mayNeedLegacy_ = capabilities && capabilities->des3;
        authorities_ = believed(offered, probed_, findings_, time);
        lookAt(capabilities.value_or(scep::Capabilities{}), capabilities.has_value(), probed_.scep, findings_);
        if (authorities_ && capabilities && capabilities->getNextCaCert) conversation.nextAuthority(*authorities_);
    }

    /// What the administrator would write by hand.
    void paste() {
        findings_.profile("[scep]");
        findings_.profile("url = " + tomlString(url_));
        if (const auto& identifier = probed_.scep.caIdentifier)
            findings_.profile("ca-identifier = " + tomlString(*identifier));
        findings_.profile(fmt::format("# {}, only once the CA's operator has confirmed it:",
                                      crypto::printable(authorities_->anchor.subject(), 200)));
        findings_.profile(fmt::format("ca-fingerprint = \"sha256:{}\"",
                                      crypto::hex(authorities_->anchor.fingerprint(Digest::sha256))));
        if (mayNeedLegacy_) findings_.profile("# legacy-replies = true");
        if (const auto& proxy = probed_.scep.proxy) findings_.profile("proxy = " + tomlString(*proxy));
        if (const auto& file = probed_.scep.tlsCaCertificates)
            findings_.profile("tls.ca-certificates = " + tomlString(*file));
    }

    const Probed& probed_;
    std::string url_;
    Findings findings_;
    std::optional<scep::Authorities> authorities_;
    bool mayNeedLegacy_ = false;
};

} // namespace

Probed probedBy(const Wanted& wanted) {
    Probed probed{wanted.profile.scep, scep::FirstSight{}, wanted.root};
    const auto& trust = wanted.profile.scep.trust;
    if (const auto* pin = std::get_if<profile::FingerprintPin>(&trust)) probed.pin = *pin;
    if (const auto* pin = std::get_if<profile::CertificatePin>(&trust)) {
        const auto path = below(wanted.root, pin->file);
        try {
            probed.pin = crypto::Certificate::fromPem(file::read(path));
        } catch (const Error& error) {
            throw Error(Fault::configuration, fmt::format("ca-certificate {}: {}", path.string(), error.what()));
        }
    }
    return probed;
}

bool probe(const Probed& probed, const Findings::Tell& tell) {
    bool works = false;
    for (const auto& url : probed.scep.urls)
        works = Examination(probed, url, tell).run() || works;
    return works;
}

} // namespace scepd::enroll
