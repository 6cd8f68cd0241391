#pragma once

#include "base/clock.hpp"
#include "enroll/plan.hpp"
#include "enroll/progress.hpp"
#include "enroll/steps.hpp"
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
    Session(const Wanted& wanted, const Progress& progress) : wanted_(wanted), progress_(progress) {}

    /// Fetches and authenticates the CA's certificates and asks for its capabilities, at the first of the profile's
    /// URLs that answers as this CA: nothing secret was sent yet, so that each may be tried. One that was unreachable
    /// comes last for a while (scep/breaker), which is remembered beside the certificate's generations. A CA that is
    /// trusted on first use is remembered. Throws what the only URL's failure was, or an error that names each URL with
    /// its cause, unreachable when one of them was; what is wrong on this side ends it at once.
    void open(Time now);

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
    [[nodiscard]] scep::Outages outages() const;
    void keep(const scep::Outages& before, const scep::Outages& after) const;
    [[nodiscard]] scep::Pin pin() const;
    [[nodiscard]] std::filesystem::path firstUseFile() const;
    [[nodiscard]] std::filesystem::path outagesFile() const;
    void remember() const;

    const Wanted& wanted_;
    const Progress& progress_;
    std::optional<scep::Client> client_;
    std::optional<scep::Authorities> authorities_;
    scep::Capabilities capabilities_;
};

} // namespace scepd::enroll
