#include "enroll/probe_authorities.hpp"

#include "base/error.hpp"
#include "crypto/usage.hpp"
#include "enroll/decoded.hpp"
#include "record/authority.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace scepd::enroll {
namespace {

constexpr Duration soon = std::chrono::days(60);

std::string roleOf(const crypto::Certificate& certificate) {
    if (certificate.isCa()) return certificate.selfIssued() ? "root CA" : "CA";
    const auto usages = crypto::keyUsage(certificate);
    const auto may = [&](const char* usage) { return std::ranges::find(usages, usage) != usages.end(); };
    const bool signs = may("digitalSignature");
    const bool decrypts = may("keyEncipherment") || may("dataEncipherment");
    if (signs == decrypts) return "RA";
    return signs ? "RA, signs" : "RA, decrypts";
}

std::string daysOf(Duration duration) {
    return fmt::format("{} days", duration / std::chrono::days(1));
}

void lookAtValidity(const crypto::Certificate& certificate, Findings& findings, Time now) {
    const auto until = rfc3339(certificate.notAfter());
    if (certificate.notAfter() <= now)
        return findings.problem("", fmt::format("expired at {}", until),
                                "The operator of the CA must renew what has expired; is this machine's clock right?");
    if (certificate.notBefore() > now)
        return findings.problem("", fmt::format("valid from {} on only", rfc3339(certificate.notBefore())),
                                "Is this machine's clock right?");
    if (certificate.notAfter() - now < soon)
        return findings.warning("", fmt::format("expires in {}, at {}", daysOf(certificate.notAfter() - now), until));
    findings.note("", fmt::format("valid until {}, {}", until, daysOf(certificate.notAfter() - now)));
}

void lookAt(const crypto::Certificate& certificate, Findings& findings, Time now) {
    findings.note(roleOf(certificate), certificate.subject());
    if (!certificate.selfIssued()) findings.note("", "issued by " + certificate.issuer());
    const auto usages = crypto::keyUsage(certificate);
    const auto uses = usages.empty() ? std::string("any use") : fmt::format("{}", fmt::join(usages, ", "));
    findings.note("", fmt::format("{}, {}", certificate.keyDescription(), uses));
    lookAtValidity(certificate, findings, now);
    for (const auto& line : record::fingerprintLines(crypto::hex(certificate.fingerprint(Digest::sha256))))
        findings.note("", line);
}

} // namespace

void lookAt(const std::vector<crypto::Certificate>& offered, Findings& findings, Time now) {
    for (const auto& certificate : offered)
        lookAt(certificate, findings, now);
}

std::optional<scep::Authorities> believed(const std::vector<crypto::Certificate>& offered, const Probed& probed,
                                          Findings& findings, Time now) {
    try {
        auto authorities = scep::authenticate(offered, probed.pin.value_or(scep::FirstSight{}),
                                              probed.scep.recipientFingerprint, scep::replyStrength(probed.scep), now);
        const auto& anchor = authorities.anchor.subject();
        if (probed.pin && !std::holds_alternative<scep::FirstSight>(*probed.pin))
            findings.ok("pin", fmt::format("the profile's pin fits {}", anchor));
        else
            findings.note("trust", fmt::format("would begin with {}", anchor));
        findings.ok("recipient", fmt::format("requests are encrypted to {}", authorities.recipient.subject()));
        return authorities;
    } catch (const Error& error) {
        findings.problem(probed.pin ? "pin" : "trust", error.what(),
                         probed.pin
                             ? "Ask the operator whether the CA is another one now, by a way that nobody between "
                               "here and there can change; then correct the profile."
                             : "Ask the operator of the CA which certificates its SCEP service should offer.");
        return std::nullopt;
    }
}

void lookAt(const scep::Capabilities& capabilities, bool known, const profile::Scep& scep, Findings& findings) {
    findings.note("algorithms", fmt::format("requests are encrypted and signed with {}",
                                            text(scep::chooseAlgorithms(capabilities, scep.security))));
    const bool weakOnly = known && ((capabilities.des3 && !capabilities.aes) ||
                                    (capabilities.sha1 && !capabilities.sha256 && !capabilities.sha512));
    if (weakOnly && scep.security != profile::Security::legacy) {
        findings.warning("", "the server names nothing better than 3DES or SHA-1");
        findings.advise(
            "If requests are refused with badAlg, the server is older than AES and SHA-256: then security = "
            "\"legacy\" in [scep] lets requests use what it knows.");
    }
    if (capabilities.des3 && scep::replyStrength(scep) == crypto::Strength::standard)
        findings.advise(
            "The server knows 3DES, and some of those that do (scepserver, step-ca) answer with DES or SHA-1 "
            "whatever they are asked with: if an attempt says so, legacy-replies = true in [scep] admits it.");
}

} // namespace scepd::enroll
