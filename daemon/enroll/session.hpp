#pragma once

#include "base/clock.hpp"
#include "enroll/plan.hpp"
#include "enroll/progress.hpp"
#include "enroll/steps.hpp"
#include "enroll/succession.hpp"
#include "scep/breaker.hpp"
#include "scep/client.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scepd::enroll {

/// A connection to a CA that has been authenticated: from here on secrets may be sent.
class Session {
public:
    Session(const Wanted& wanted, const Progress& progress);

    /// Fetches and authenticates the CA's certificates and asks for its capabilities, at the first of the profile's
    /// URLs that answers as this CA: nothing secret was sent yet, so that each may be tried. One that was unreachable
    /// comes last for a while (scep/breaker), which is remembered beside the certificate's generations. A CA that is
    /// trusted on first use is remembered. Throws what the only URL's failure was, or an error that names each URL with
    /// its cause, unreachable when one of them was; what is wrong on this side ends it at once. `mayBeLater`: the clock
    /// cannot be right and `now` is the earliest that it can be, so that certificates may begin after it.
    void open(Time now, bool mayBeLater = false);

    /// The CA that will follow this one (RFC 8894 section 4.7): what it says now, or has said before; nullopt when it
    /// says nothing. Its word is kept. Trouble with it is told in the log: it never ends an attempt.
    std::optional<scep::NextAuthority> coming(Time now);

    /// From now on messages go to the coming CA, and what it issues is authenticated by it.
    void turnTo(const scep::NextAuthority& next);

    /// Why a CA that nobody pinned is trusted, as crypto/rollover writes it; empty when none is.
    [[nodiscard]] std::string rollover() const { return succession_.text(); }

    /// Sends one message of a transaction and reads its answer. Throws as scep::Client::exchange.
    Outcome ask(scep::MessageType type, const std::string& transaction, std::string_view content,
                const scep::Sender& sender);

    [[nodiscard]] const scep::Authorities& authorities() const { return *authorities_; }
    [[nodiscard]] const scep::Capabilities& capabilities() const { return capabilities_; }
    [[nodiscard]] crypto::Strength strength() const { return scep::replyStrength(wanted_.profile.scep); }
    [[nodiscard]] std::optional<Duration> retryAfter() const { return client_ ? client_->retryAfter() : std::nullopt; }

private:
    void openAt(const std::string& url, Time now);
    [[nodiscard]] std::vector<crypto::Certificate> offered(Time now);
    void authenticate(Time now);
    [[nodiscard]] scep::Authorities authenticatedOnce(const std::vector<crypto::Certificate>& certificates,
                                                      const scep::Pin& pinned, Time now) const;
    [[nodiscard]] scep::Authorities authenticated(const std::vector<crypto::Certificate>& certificates,
                                                  const scep::Pin& pinned, Time now) const;
    void tellOfHeir(const crypto::Certificate& heir) const;
    void askForSuccessor(Time now);
    [[nodiscard]] scep::Outages outages() const;
    void keep(const scep::Outages& before, const scep::Outages& after) const;
    [[nodiscard]] scep::Pin pin() const;
    [[nodiscard]] std::filesystem::path firstUseFile() const;
    [[nodiscard]] std::filesystem::path outagesFile() const;
    void remember() const;

    const Wanted& wanted_;
    const Progress& progress_;
    Succession succession_;
    std::optional<scep::Client> client_;
    std::optional<scep::Authorities> authorities_;
    scep::Capabilities capabilities_;
    bool mayBeLater_ = false;
};

} // namespace scepd::enroll
