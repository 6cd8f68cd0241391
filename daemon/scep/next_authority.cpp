#include "scep/next_authority.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include <fmt/format.h>

namespace scepd::scep {
namespace {

using Certificates = std::vector<crypto::Certificate>;

bool isAmong(const crypto::Certificate& certificate, const Certificates& others) {
    return std::ranges::find(others, certificate) != others.end();
}

/// Why a certificate is not the next CA's; nullopt when it may be.
std::optional<std::string> complaint(const crypto::Certificate& certificate, const Authorities& current, Time now) {
    if (!certificate.isCa()) return "it is not a CA's";
    if (isAmong(certificate, current.all)) return "it is the current one";
    if (certificate.notAfter() <= now) return "it expired at " + rfc3339(certificate.notAfter());
    return std::nullopt;
}

bool issuedByOneOf(const crypto::Certificate& certificate, const Certificates& others) {
    return std::ranges::any_of(others, [&](const auto& other) {
        return !(other == certificate) && other.subject() == certificate.issuer() && !certificate.selfIssued();
    });
}

crypto::Certificate highest(const Certificates& candidates) {
    const crypto::Certificate* found = nullptr;
    for (const auto& candidate : candidates)
        if (!issuedByOneOf(candidate, candidates) && (found == nullptr || candidate.notAfter() > found->notAfter()))
            found = &candidate;
    if (found == nullptr) throw Error(Fault::protocol, "the next CA's certificates issued each other in a circle");
    return *found;
}

/// Some of them are valid only later: they are judged when their issuer has come into force.
bool belongsTo(const crypto::Certificate& certificate, const crypto::Certificate& next, const Certificates& offered,
               Time now) {
    try {
        crypto::verifyChain(certificate, offered, {next}, std::max({now, next.notBefore(), certificate.notBefore()}));
        return true;
    } catch (const Error&) {
        return false;
    }
}

} // namespace

NextAuthority nextAuthority(const Certificates& verified, const Authorities& current, Time now) {
    Certificates candidates;
    std::string reasons;
    for (const auto& certificate : verified) {
        const auto reason = complaint(certificate, current, now);
        if (reason)
            reasons += fmt::format("; {}: {}", certificate.subject(), *reason);
        else
            candidates.push_back(certificate);
    }
    if (candidates.empty())
        throw Error(Fault::protocol, "the answer holds no certificate of a next CA" +
                                         (reasons.empty() ? std::string(": it is empty") : reasons));
    NextAuthority next{highest(candidates), {}, {}, {}};
    next.notBefore = next.certificate.notBefore();
    next.notAfter = next.certificate.notAfter();
    for (const auto& certificate : verified)
        if (!(certificate == next.certificate) && belongsTo(certificate, next.certificate, verified, now))
            next.others.push_back(certificate);
    return next;
}

} // namespace scepd::scep
