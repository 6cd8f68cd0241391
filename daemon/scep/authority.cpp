#include "scep/authority.hpp"

#include "base/error.hpp"
#include "crypto/cms.hpp"
#include "crypto/strength.hpp"
#include "crypto/text.hpp"
#include "scep/body.hpp"

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
            Code::otherAuthority,
            fmt::format("the CA is another one: ca-fingerprint fits none of its certificates: {}", listed(offered)));
    if (!found->isCa())
        throw Error(Code::otherAuthority,
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
        Code::otherAuthority,
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
        throw Error(Code::authorityInvalid,
                    fmt::format("the CA certificate {} expired at {}", anchor.subject(), rfc3339(anchor.notAfter())));
    if (now < anchor.notBefore())
        throw Error(Code::authorityInvalid, fmt::format("the CA certificate {} is valid from {} on; the clock says {}",
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
              const std::optional<profile::FingerprintPin>& recipientPin, crypto::Strength strength, Time now)
        : offered_(offered), recipientPin_(recipientPin), strength_(strength) {
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
        refuseWhenUnfit();
        if (const auto found = withRsa(issues)) return *found;
        if (const auto found = withRsa([](const auto& certificate) { return certificate.isCa(); })) return *found;
        if (usable_.size() == 1) return usable_.front();
        if (const auto found = first(issues)) return *found;
        throw Error(Code::noRecipient, fmt::format("none of the CA's certificates can receive a request: {}{}",
                                                   listed(offered_), reasons()));
    }

private:
    /// The CA's own, and why it may not be used all the same.
    struct Unfit {
        crypto::Certificate certificate;
        std::string why;
    };

    void consider(const crypto::Certificate& certificate, const crypto::Certificate& anchor, Time now) {
        try {
            if (!(certificate == anchor)) requireChain(certificate, anchor, now);
        } catch (const Error& error) {
            reasons_ += fmt::format("; {}: {}", certificate.subject(), error.what());
            noteUnfit(certificate, anchor, now, error.what());
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

    /// It hangs on the anchor, and neither it nor what stands in between could have been forged.
    void requireChain(const crypto::Certificate& certificate, const crypto::Certificate& anchor, Time now) const {
        auto chain = crypto::verifyChain(certificate, offered_, {anchor}, now);
        chain.back() = certificate; // In the place of the anchor, which is trusted as it is.
        for (const auto& one : chain)
            crypto::requireStrength(one, strength_);
    }

    /// Keeps what belongs to the CA, as far as can be told, but may not be used any more.
    void noteUnfit(const crypto::Certificate& certificate, const crypto::Certificate& anchor, Time now,
                   const std::string& why) {
        if (!mayRegister(certificate) || !chained(certificate, anchor, now)) return;
        const auto* role = certificate.isCa() ? "intermediate CA's" : "RA's";
        unfit_.push_back(
            {certificate, !hasExpired(certificate, now)
                              ? why
                              : fmt::format("the {} certificate {} expired at {}; its operator must renew "
                                            "it, unless recipient-fingerprint names another recipient",
                                            role, certificate.subject(), rfc3339(certificate.notAfter()))});
    }

    /// Whether it belongs to the CA, or did while it was valid.
    [[nodiscard]] bool chained(const crypto::Certificate& certificate, const crypto::Certificate& anchor,
                               Time now) const {
        try {
            crypto::verifyChain(certificate, offered_, {anchor},
                                std::min(now, certificate.notAfter() - std::chrono::seconds(1)));
            return true;
        } catch (const Error&) {
            return false;
        }
    }

    /// Without its RA a CA cannot read requests, and without its issuing CA a root does not answer any.
    void refuseWhenUnfit() const {
        for (const auto& [certificate, why] : unfit_) {
            const bool replaced =
                certificate.isCa() && std::ranges::any_of(usable_, [&issuer = certificate](const auto& other) {
                    return other.isCa() && !other.selfIssued() && other.issuer() == issuer.issuer();
                });
            if (!replaced) throw Error(Code::authorityInvalid, why);
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
        throw Error(Code::noRecipient, fmt::format("recipient-fingerprint fits no usable certificate of the CA: {}{}",
                                                   listed(offered_), reasons()));
    }

    const Certificates& offered_;
    const std::optional<profile::FingerprintPin>& recipientPin_;
    crypto::Strength strength_;
    Certificates usable_;
    std::vector<Unfit> unfit_;
    std::string reasons_;
};

constexpr char sequence = 0x30;

/// What came instead of certificates.
std::string diagnosis(std::string_view body, const Error& error) {
    const auto foreign = foreignBody(body);
    if (foreign == "empty") return "the answer is empty";
    if (!foreign.empty()) return fmt::format("the answer is {}; is the URL that of a SCEP server?", foreign);
    if (body.starts_with(sequence)) return fmt::format("the answer is {}", error.what());
    constexpr std::size_t excerpt = 80;
    return fmt::format("the answer is no certificate: \"{}\"", crypto::printable(body, excerpt));
}

/// A certificate begins with a sequence inside of its own, a list of them with the name of its type.
bool isList(std::string_view der) {
    if (der.size() < 2 || der.front() != sequence) return false;
    const auto length = static_cast<unsigned char>(der[1]);
    const std::size_t header = length > 0x80 ? 2 + (length & 0x7FU) : 2;
    return header < der.size() && der[header] == 0x06;
}

Certificates parseBinary(std::string_view der) {
    if (isList(der)) return crypto::carriedCertificates(der);
    return {crypto::Certificate::fromDer(der)};
}

/// Each once. More than any CA has would be compared with each other, one by one, and written down.
Certificates distinct(const Certificates& certificates) {
    constexpr std::size_t most = 100;
    Certificates kept;
    for (const auto& certificate : certificates) {
        if (std::ranges::find(kept, certificate) != kept.end()) continue;
        if (kept.size() == most)
            throw Error(Fault::protocol, fmt::format("the answer holds more than {} certificates", most));
        kept.push_back(certificate);
    }
    return kept;
}

bool isArmoured(std::string_view body) {
    return body.contains("-----BEGIN CERTIFICATE-----");
}

} // namespace

std::vector<crypto::Certificate> parseAuthorities(std::string_view body) {
    Certificates certificates;
    try {
        certificates = isArmoured(body) ? crypto::Certificate::allFromPem(body) : parseBinary(crypto::unwrapped(body));
    } catch (const Error& error) {
        throw Error(Code::notScep, diagnosis(body, error));
    }
    if (certificates.empty()) throw Error(Fault::protocol, "the answer is a list without certificates");
    return distinct(certificates);
}

bool holdsExpired(const Certificates& offered, Time now) {
    return std::ranges::any_of(offered, [now](const auto& certificate) { return hasExpired(certificate, now); });
}

Authorities authenticate(const Certificates& offered, const Pin& pin,
                         const std::optional<profile::FingerprintPin>& recipientPin, crypto::Strength strength,
                         Time now) {
    const auto anchor = anchorOf(offered, pin, now);
    requireValid(anchor, now);
    const Selection selection(offered, anchor, recipientPin, strength, now);
    Authorities authorities{anchor, {anchor}, selection.recipient()};
    for (const auto& certificate : selection.usable())
        if (!(certificate == anchor)) authorities.all.push_back(certificate);
    return authorities;
}

} // namespace scepd::scep
