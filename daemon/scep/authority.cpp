#include "scep/authority.hpp"

#include "base/error.hpp"
#include "crypto/cms.hpp"
#include "crypto/text.hpp"

#include <algorithm>
#include <array>
#include <ranges>
#include <string>

#include <fmt/format.h>

namespace scepd::scep {
namespace {

using Certificates = std::vector<crypto::Certificate>;

// Extended key usages of those who may register others: anything, Microsoft's enrollment agent, id-kp-cmcCA,
// id-kp-cmcRA.
constexpr std::array registrationUsages{"2.5.29.37.0", "1.3.6.1.4.1.311.20.2.1", "1.3.6.1.5.5.7.3.27",
                                        "1.3.6.1.5.5.7.3.28"};

bool fits(const profile::FingerprintPin& pin, const crypto::Certificate& certificate) {
    return certificate.fingerprint(pin.digest) == pin.value;
}

std::string sha256(const crypto::Certificate& certificate) {
    return crypto::hex(certificate.fingerprint(Digest::sha256));
}

/// "CN=ca (sha256:...)", one after the other: what to compare with the profile. Of very many only the first ones.
std::string listed(const Certificates& certificates) {
    constexpr std::size_t shown = 8;
    constexpr std::size_t longestName = 200;
    std::string text;
    for (const auto& certificate : std::views::take(certificates, shown))
        text += fmt::format("{}{} (sha256:{})", text.empty() ? "" : ", ",
                            crypto::printable(certificate.subject(), longestName), sha256(certificate));
    if (certificates.size() > shown) text += fmt::format(" and {} more", certificates.size() - shown);
    return text;
}

bool issuedByOneOf(const crypto::Certificate& certificate, const Certificates& others) {
    return std::ranges::any_of(others, [&](const auto& other) {
        return other.isCa() && !(other == certificate) && other.subject() == certificate.issuer();
    });
}

crypto::Certificate pinnedBy(const profile::FingerprintPin& pin, const Certificates& offered) {
    const auto found = std::ranges::find_if(offered, [&](const auto& certificate) { return fits(pin, certificate); });
    if (found == offered.end())
        throw Error(
            Fault::protocol,
            fmt::format("the CA is another one: ca-fingerprint fits none of its certificates: {}", listed(offered)));
    if (!found->isCa())
        throw Error(Fault::protocol,
                    fmt::format("ca-fingerprint names {}, which is not a CA's certificate", found->subject()));
    return *found;
}

/// The pinned certificate itself need not be offered: it is here, and what it issued is recognised.
crypto::Certificate pinnedBy(const crypto::Certificate& pin, const Certificates& offered, Time now) {
    const auto belongs = [&](const crypto::Certificate& certificate) {
        if (certificate == pin) return true;
        try {
            crypto::verifyChain(certificate, offered, {pin}, now);
            return true;
        } catch (const Error&) {
            return false;
        }
    };
    if (std::ranges::any_of(offered, belongs)) return pin;
    throw Error(
        Fault::protocol,
        fmt::format(
            "the CA is another one: {} is neither among its certificates nor did it issue a valid one of them: {}",
            pin.subject(), listed(offered)));
}

/// At first sight: the CA that no other one here has issued.
crypto::Certificate highest(const Certificates& offered) {
    for (const auto& certificate : offered)
        if (certificate.isCa() && !issuedByOneOf(certificate, offered)) return certificate;
    throw Error(Fault::protocol, fmt::format("there is no CA's certificate among those offered: {}", listed(offered)));
}

crypto::Certificate anchorOf(const Certificates& offered, const Pin& pin, Time now) {
    if (const auto* fingerprint = std::get_if<profile::FingerprintPin>(&pin)) return pinnedBy(*fingerprint, offered);
    if (const auto* certificate = std::get_if<crypto::Certificate>(&pin)) return pinnedBy(*certificate, offered, now);
    return highest(offered);
}

bool hasExpired(const crypto::Certificate& certificate, Time now) {
    return now > certificate.notAfter();
}

void requireValid(const crypto::Certificate& anchor, Time now) {
    if (hasExpired(anchor, now))
        throw Error(Fault::protocol,
                    fmt::format("the CA certificate {} expired at {}", anchor.subject(), rfc3339(anchor.notAfter())));
    if (now < anchor.notBefore())
        throw Error(Fault::protocol, fmt::format("the CA certificate {} is valid from {} on; the clock says {}",
                                                 anchor.subject(), rfc3339(anchor.notBefore()), rfc3339(now)));
}

bool mayRegister(const crypto::Certificate& certificate) {
    const auto usages = certificate.extendedKeyUsage();
    return usages.empty() || std::ranges::any_of(usages, [](const auto& usage) {
               return std::ranges::find(registrationUsages, usage) != registrationUsages.end();
           });
}

/// Sorts what was offered into those that may be used and, for people, why the others may not.
class Selection {
public:
    Selection(const Certificates& offered, const crypto::Certificate& anchor,
              const std::optional<profile::FingerprintPin>& recipientPin, Time now)
        : offered_(offered), recipientPin_(recipientPin) {
        for (const auto& certificate : offered)
            consider(certificate, anchor, now);
    }

    [[nodiscard]] const Certificates& usable() const { return usable_; }

    [[nodiscard]] crypto::Certificate recipient() const {
        const auto encrypts = [](const auto& certificate) {
            return !certificate.isCa() && certificate.allowsKeyEncipherment();
        };
        const auto encryptsData = [](const auto& certificate) {
            return !certificate.isCa() && certificate.allowsDataEncipherment();
        };
        const auto issues = [this](const auto& certificate) { return certificate.isCa() && !issuesACa(certificate); };
        if (recipientPin_) return chosenByOperator();
        if (const auto found = withRsa(encrypts)) return *found;
        if (const auto found = withRsa(encryptsData)) return *found;
        refuseWhenExpired();
        if (const auto found = withRsa(issues)) return *found;
        if (const auto found = withRsa([](const auto& certificate) { return certificate.isCa(); })) return *found;
        if (usable_.size() == 1) return usable_.front();
        if (const auto found = first(issues)) return *found;
        throw Error(Fault::protocol, fmt::format("none of the CA's certificates can receive a request: {}{}",
                                                 listed(offered_), reasons()));
    }

private:
    void consider(const crypto::Certificate& certificate, const crypto::Certificate& anchor, Time now) {
        try {
            if (!(certificate == anchor)) crypto::verifyChain(certificate, offered_, {anchor}, now);
        } catch (const Error& error) {
            reasons_ += fmt::format("; {}: {}", certificate.subject(), error.what());
            if (hasExpired(certificate, now) && mayRegister(certificate) && chained(certificate, anchor))
                expired_.push_back(certificate);
            return;
        }
        const bool chosen = recipientPin_ && fits(*recipientPin_, certificate);
        if (certificate.isCa() || chosen || mayRegister(certificate))
            usable_.push_back(certificate);
        else
            reasons_ +=
                fmt::format("; {}: its extended key usage is not that of an RA, recipient-fingerprint admits it",
                            certificate.subject());
    }

    /// Whether it belonged to the CA while it was valid.
    [[nodiscard]] bool chained(const crypto::Certificate& certificate, const crypto::Certificate& anchor) const {
        try {
            crypto::verifyChain(certificate, offered_, {anchor}, certificate.notAfter() - std::chrono::seconds(1));
            return true;
        } catch (const Error&) {
            return false;
        }
    }

    /// Without its RA a CA cannot read requests, and without its issuing CA a root does not answer any.
    void refuseWhenExpired() const {
        for (const auto& certificate : expired_) {
            const bool replaced =
                certificate.isCa() && std::ranges::any_of(usable_, [&](const auto& other) {
                    return other.isCa() && !other.selfIssued() && other.issuer() == certificate.issuer();
                });
            if (replaced) continue;
            throw Error(Fault::protocol, fmt::format("the {} certificate {} expired at {}; its operator must renew it, "
                                                     "unless recipient-fingerprint names another recipient",
                                                     certificate.isCa() ? "intermediate CA's" : "RA's",
                                                     certificate.subject(), rfc3339(certificate.notAfter())));
        }
    }

    [[nodiscard]] bool issuesACa(const crypto::Certificate& issuer) const {
        return std::ranges::any_of(usable_, [&](const auto& other) {
            return other.isCa() && !(other == issuer) && other.issuer() == issuer.subject();
        });
    }

    [[nodiscard]] std::string reasons() const {
        constexpr std::size_t longest = 1024;
        return crypto::printable(reasons_, longest);
    }

    template <typename Condition>
    [[nodiscard]] std::optional<crypto::Certificate> first(Condition condition) const {
        const auto found = std::ranges::find_if(usable_, condition);
        return found != usable_.end() ? std::optional(*found) : std::nullopt;
    }

    template <typename Condition>
    [[nodiscard]] std::optional<crypto::Certificate> withRsa(Condition condition) const {
        return first([&](const auto& certificate) { return certificate.hasRsaKey() && condition(certificate); });
    }

    [[nodiscard]] crypto::Certificate chosenByOperator() const {
        const auto found = first([this](const auto& certificate) { return fits(*recipientPin_, certificate); });
        if (found) return *found;
        throw Error(Fault::protocol, fmt::format("recipient-fingerprint fits no usable certificate of the CA: {}{}",
                                                 listed(offered_), reasons()));
    }

    const Certificates& offered_;
    const std::optional<profile::FingerprintPin>& recipientPin_;
    Certificates usable_, expired_;
    std::string reasons_;
};

/// What came instead of certificates.
std::string diagnosis(std::string_view body) {
    if (body.empty()) return "the answer is empty";
    const auto begin = body.find_first_not_of(" \t\r\n");
    if (begin != std::string_view::npos && body[begin] == '<')
        return "the answer is a web page; is the URL that of a SCEP server?";
    constexpr std::size_t excerpt = 80;
    return fmt::format("the answer is no certificate: \"{}\"", crypto::printable(body, excerpt));
}

Certificates parseBinary(std::string_view der) {
    try {
        return {crypto::Certificate::fromDer(der)};
    } catch (const Error&) {
        return crypto::carriedCertificates(der);
    }
}

bool isArmoured(std::string_view body) {
    return body.contains("-----BEGIN CERTIFICATE-----");
}

} // namespace

std::vector<crypto::Certificate> parseAuthorities(std::string_view body) {
    Certificates certificates;
    try {
        certificates = isArmoured(body) ? crypto::Certificate::allFromPem(body) : parseBinary(crypto::unwrapped(body));
    } catch (const Error&) {
        throw Error(Fault::protocol, diagnosis(body));
    }
    if (certificates.empty()) throw Error(Fault::protocol, "the answer is a list without certificates");
    return certificates;
}

bool holdsExpired(const Certificates& offered, Time now) {
    return std::ranges::any_of(offered, [now](const auto& certificate) { return hasExpired(certificate, now); });
}

Authorities authenticate(const Certificates& offered, const Pin& pin,
                         const std::optional<profile::FingerprintPin>& recipientPin, Time now) {
    const auto anchor = anchorOf(offered, pin, now);
    requireValid(anchor, now);
    const Selection selection(offered, anchor, recipientPin, now);
    Authorities authorities{anchor, {anchor}, selection.recipient()};
    for (const auto& certificate : selection.usable())
        if (!(certificate == anchor)) authorities.all.push_back(certificate);
    return authorities;
}

} // namespace scepd::scep
