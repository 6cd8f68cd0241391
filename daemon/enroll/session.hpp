#pragma once

#include "base/clock.hpp"
#include "enroll/plan.hpp"
#include "enroll/progress.hpp"
#include "enroll/steps.hpp"
#include "scep/client.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace scepd::enroll {

/// A connection to a CA that has been authenticated: from here on secrets may be sent.
class Session {
public:
    Session(const Wanted& wanted, const Progress& progress) : wanted_(wanted), progress_(progress) {}

    /// Fetches and authenticates the CA's certificates and asks for its capabilities, at the first of the profile's
    /// URLs that answers. A CA that is trusted on first use is remembered. Throws what the last URL's failure was.
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
    [[nodiscard]] scep::Pin pin() const;
    [[nodiscard]] std::filesystem::path firstUseFile() const;
    void remember() const;

    const Wanted& wanted_;
    const Progress& progress_;
    std::optional<scep::Client> client_;
    std::optional<scep::Authorities> authorities_;
    scep::Capabilities capabilities_;
};

} // namespace scepd::enroll
