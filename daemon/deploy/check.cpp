#include "deploy/check.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "crypto/rollover.hpp"
#include "deploy/directory.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <variant>

#include <fmt/format.h>

namespace scepd::deploy {
namespace {

using Certificates = std::vector<crypto::Certificate>;

Error refused(const std::string& why) {
    return {Code::generationBroken, why};
}

/// Which of `offered` the pin names.
struct Pinned {
    const Certificates& offered;
    const std::filesystem::path& root;

    template <typename Holds>
    [[nodiscard]] Certificates select(Holds holds) const {
        Certificates result;
        std::ranges::copy_if(offered, std::back_inserter(result), holds);
        return result;
    }
    Certificates operator()(const profile::FingerprintPin& pin) const {
        return select([&](const auto& ca) { return ca.fingerprint(pin.digest) == pin.value; });
    }
    Certificates operator()(const profile::CertificatePin& pin) const {
        const auto wanted = read(below(root, pin.file));
        return select([&](const auto& ca) { return std::ranges::find(wanted, ca) != wanted.end(); });
    }
    /// The first use was scepd-enroll's; what it remembered is all there is to compare with.
    Certificates operator()(const profile::FirstUse& /*trust*/) const { return offered; }

    static Certificates read(const std::filesystem::path& file) {
        try {
            return crypto::Certificate::allFromPem(file::read(file));
        } catch (const Error& error) {
            throw Error(Code::pinFileUnusable, fmt::format("ca-certificate {}: {}", file.string(), error.what()));
        }
    }
};

/// Certificates that may stand between a leaf and an anchor.
Certificates between(const Certificates& chain, const Certificates& ca) {
    auto all = chain;
    all.insert(all.end(), ca.begin(), ca.end());
    return all;
}

/// A CA that consumers are told to trust must be the pinned one or hang on it: otherwise whoever writes scepd's state
/// could have them trust anybody.
void checkAnchors(const Certificates& ca, const Certificates& chain, const Certificates& pinned, Time when) {
    for (const auto& one : ca) {
        if (std::ranges::find(pinned, one) != pinned.end()) continue;
        try {
            crypto::verifyChain(one, between(chain, ca), pinned, when);
        } catch (const Error& error) {
            throw refused(
                fmt::format("the CA certificate {} is neither the one that the profile pins nor certified by it: {}",
                            one.subject(), error.what()));
        }
    }
}

/// Attributes in RFC 4514 text follow the start, "," or "+"; those within a value are escaped by a backslash.
bool hasCommonName(std::string_view subject) {
    for (auto at = subject.find("CN="); at != std::string_view::npos; at = subject.find("CN=", at + 1)) {
        if (at == 0) return subject.size() > 3;
        const bool separated = subject[at - 1] == ',' || subject[at - 1] == '+';
        if (separated && (at < 2 || subject[at - 2] != '\\')) return true;
    }
    return false;
}

void checkCertificate(const crypto::Certificate& certificate, const crypto::Key& key, Time when) {
    if (!certificate.matches(key))
        throw refused(fmt::format("the private key does not belong to the certificate of {}", certificate.subject()));
    if (!hasCommonName(certificate.subject())) throw refused("the certificate's subject has no CN");
    if (certificate.notAfter() <= when)
        throw refused(
            fmt::format("the certificate of {} expired at {}", certificate.subject(), rfc3339(certificate.notAfter())));
}

/// The pinned CA may be gone from the targets after it has named its successor.
Certificates withAuthorities(Certificates ca, const std::vector<crypto::Rollover>& words) {
    for (const auto& word : words)
        if (std::ranges::find(ca, word.authority) == ca.end()) ca.push_back(word.authority);
    return ca;
}

/// The CA that signs itself, for programs that follow a chain to its end; `nearest` where none does.
crypto::Certificate topmost(const crypto::Certificate& certificate, const Certificates& chain, const Certificates& ca,
                            const crypto::Certificate& nearest, Time when) {
    Certificates roots;
    std::ranges::copy_if(ca, std::back_inserter(roots), &crypto::Certificate::selfIssued);
    try {
        return crypto::verifyChain(certificate, between(chain, ca), roots, when).back();
    } catch (const Error&) {
        return nearest;
    }
}

crypto::Strength strengthOf(const profile::Scep& scep) {
    if (scep.security == profile::Security::legacy) return crypto::Strength::legacy;
    return scep.legacyReplies ? crypto::Strength::legacyReplies : crypto::Strength::standard;
}

} // namespace

Material check(const store::Generation& generation, const profile::Scep& scep, const std::filesystem::path& root,
               Time now) {
    const auto certificate = crypto::Certificate::fromPem(generation.certificate);
    const auto key = crypto::Key::fromPem(generation.key);
    const auto when = std::max(now, certificate.notBefore());
    checkCertificate(certificate, key, when);

    const auto chain = crypto::Certificate::allFromPem(generation.chain);
    const auto ca = crypto::Certificate::allFromPem(generation.ca);
    const auto words = crypto::rolloversFromPem(generation.rollover);
    const auto offered = withAuthorities(ca, words);
    const auto pinned = crypto::withSuccessors(std::visit(Pinned{offered, root}, scep.trust), words, strengthOf(scep));
    if (pinned.empty()) throw refused("none of the CA certificates is the one that the profile pins");
    checkAnchors(ca, chain, pinned, when);
    auto path = crypto::verifyChain(certificate, between(chain, ca), pinned, when);
    const auto anchor = topmost(certificate, chain, ca, path.back(), when);
    path.pop_back();
    return {key, certificate, path, ca, anchor};
}

} // namespace scepd::deploy
