#include "enroll/check.hpp"

#include "base/error.hpp"
#include "crypto/text.hpp"
#include "crypto/usage.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace scepd::enroll {
namespace {

constexpr auto clockTolerance = std::chrono::minutes(5);

Error unusable(const std::string& why) {
    return {Code::certificateUnusable, "the issued certificate is not used: " + why};
}

/// The newest of those for our key: with a reused key the old one may come along.
crypto::Certificate certificateFor(const crypto::Key& key, const std::vector<crypto::Certificate>& received) {
    std::optional<crypto::Certificate> newest;
    for (const auto& certificate : received) {
        if (!certificate.matches(key)) continue;
        if (!newest || certificate.notBefore() > newest->notBefore()) newest = certificate;
    }
    if (newest) return *newest;
    throw Error(Code::certificateUnusable,
                fmt::format("the CA sent {} certificates, but none for the key that was requested", received.size()));
}

/// What consumers can read: TLS stacks take messages of some ten KiB, and scepd a report with all names of it.
void requireReadable(const crypto::Certificate& certificate) {
    constexpr std::size_t largest = 16384;
    if (const auto size = certificate.toDer().size(); size > largest)
        throw unusable(fmt::format("it has {} bytes, more than {} KiB", size, largest / 1024));
    if (certificate.isMalformed()) throw unusable("one of its extensions cannot be read or stands twice");
}

/// RFC 5280 section 4.1.2.2. What people, files and the bus are told of a certificate is bounded by it.
void requireSerialNumber(const crypto::Certificate& certificate) {
    constexpr std::size_t longest = 20;
    if (certificate.serialNumber().size() > std::string_view("-").size() + 2 * longest)
        throw unusable(fmt::format("its serial number is longer than {} bytes", longest));
}

void requireSubject(const crypto::Request& request, const crypto::Certificate& certificate) {
    if (!request.hasSubjectOf(certificate))
        throw unusable(fmt::format("its subject is {}, requested was {}", certificate.subject(), request.subject()));
}

void requireValidity(const crypto::Certificate& certificate, bool forLater, Time now) {
    if (isForLater(certificate, now) && !forLater)
        throw unusable(fmt::format("it is valid from {} on, and this machine's clock says {}",
                                   rfc3339(certificate.notBefore()), rfc3339(now)));
    if (certificate.notAfter() <= now)
        throw unusable(fmt::format("it expired at {}, and this machine's clock says {}",
                                   rfc3339(certificate.notAfter()), rfc3339(now)));
}

/// Some CAs answer a renewal with the certificate that is to be renewed.
void requireNewer(const crypto::Certificate& certificate, const record::Held& held) {
    if (certificate.serialNumber() == held.serialNumber && certificate.issuer() == held.issuer)
        throw unusable(fmt::format("it is the one that was to be renewed, serial {}", held.serialNumber));
    if (certificate.notAfter() < held.notAfter)
        throw unusable(fmt::format("it ends at {}, earlier than the one that was to be renewed ({})",
                                   rfc3339(certificate.notAfter()), rfc3339(held.notAfter)));
}

/// The chain up to the anchor, which is left out.
std::vector<crypto::Certificate> requireChain(const crypto::Certificate& certificate, const Question& question,
                                              const std::vector<crypto::Certificate>& received, Time now) {
    auto candidates = question.authorities.all;
    candidates.insert(candidates.end(), received.begin(), received.end());
    try {
        const auto when = std::max(now, certificate.notBefore());
        auto chain = crypto::verifyChain(certificate, candidates, {question.authorities.anchor}, when);
        chain.pop_back();
        crypto::requireSignatureStrength(certificate, question.strength);
        for (const auto& intermediate : chain)
            crypto::requireStrength(intermediate, question.strength);
        return chain;
    } catch (const Error& error) {
        throw unusable(error.what());
    }
}

using Texts = std::vector<std::string>;

/// Those that the others do not hold.
Texts without(Texts texts, const Texts& others) {
    std::erase_if(texts, [&](const auto& text) { return std::ranges::find(others, text) != others.end(); });
    return texts;
}

void remark(Texts& remarks, const char* what, const Texts& texts) {
    constexpr std::size_t longest = 1000;
    if (!texts.empty())
        remarks.push_back(
            fmt::format("{}: {}", what, crypto::printable(fmt::format("{}", fmt::join(texts, ", ")), longest)));
}

Texts usageNames(Texts oids) {
    std::ranges::transform(oids, oids.begin(), crypto::extendedKeyUsageName);
    return oids;
}

/// What the CA decided otherwise: consumers may miss it, or take the certificate for what nobody asked for, so people
/// are told.
Texts remarksOn(const crypto::Certificate& certificate, const crypto::Request& request) {
    const auto names = certificate.subjectAlternativeNames();
    const auto wantedNames = request.subjectAlternativeNames();
    const auto usages = usageNames(certificate.extendedKeyUsage());
    const auto wantedUsages = usageNames(request.extendedKeyUsage());
    Texts remarks;
    remark(remarks, "the CA left out alternative names that were requested", without(wantedNames, names));
    remark(remarks, "the CA added alternative names that were not requested", without(names, wantedNames));
    if (wantedUsages.empty()) return remarks;
    if (usages.empty()) {
        remark(remarks, "the CA left out the extended key usage, so that every use is allowed; requested was",
               wantedUsages);
        return remarks;
    }
    remark(remarks, "the CA left out extended key usages that were requested", without(wantedUsages, usages));
    remark(remarks, "the CA added extended key usages that were not requested", without(usages, wantedUsages));
    return remarks;
}

} // namespace

bool isForLater(const crypto::Certificate& certificate, Time now) {
    return certificate.notBefore() > now + clockTolerance;
}

Accepted accept(const std::vector<crypto::Certificate>& received, const Question& question, Time now) {
    const auto passed = [&](const char* what) {
        if (question.passed) question.passed(what);
    };
    const auto certificate = certificateFor(question.key, received);
    passed("it certifies the key that was requested");
    requireReadable(certificate);
    requireSerialNumber(certificate);
    requireSubject(question.request, certificate);
    passed("its subject is the one that was requested");
    if (question.mayBeLater) now = std::max(now, certificate.notBefore());
    requireValidity(certificate, question.forLater, now);
    passed(isForLater(certificate, now) ? "it becomes valid later, as the coming CA's does" : "it is valid now");
    if (certificate.claimsToBeCa())
        throw unusable("it may be taken for a CA's certificate, with which others could be issued");
    passed("it is no CA's");
    if (question.renewed) requireNewer(certificate, *question.renewed);
    if (question.renewed) passed("it is another one than the one it renews, and does not end earlier");
    auto chain = requireChain(certificate, question, received, now);
    passed("it chains to the CA, and nothing of the chain has a weak digest or a weak key");
    return {certificate, std::move(chain), remarksOn(certificate, question.request)};
}

record::Held factsOf(const Accepted& accepted, const crypto::Certificate& anchor, Time issued) {
    const auto& certificate = accepted.certificate;
    record::Held held;
    held.subject = certificate.subject();
    held.issuer = certificate.issuer();
    held.serialNumber = certificate.serialNumber();
    held.fingerprint = crypto::hex(certificate.fingerprint(Digest::sha256));
    held.san = certificate.subjectAlternativeNames();
    held.keyType = certificate.keyDescription();
    held.notBefore = certificate.notBefore();
    held.notAfter = certificate.notAfter();
    held.issued = issued;
    held.caFingerprint = crypto::hex(anchor.fingerprint(Digest::sha256));
    held.caNotAfter = anchor.notAfter();
    return held;
}

} // namespace scepd::enroll
