#pragma once

#include "enroll/findings.hpp"
#include "enroll/probe.hpp"
#include "scep/authority.hpp"
#include "scep/capabilities.hpp"
#include "scep/http.hpp"

#include <optional>
#include <string>
#include <vector>

namespace scepd::enroll {

/// The doctor's part that talks to a server over HTTP: each answer is told with what it means.
class Conversation {
public:
    /// All are borrowed.
    Conversation(const Probed& probed, const std::string& url, Findings& findings);

    /// Whether anybody there speaks HTTP and is trusted; and how far his clock is from ours.
    bool begin();

    /// GetCACaps; nullopt when the server tells none.
    std::optional<scep::Capabilities> capabilities();

    /// GetCACert: what is offered; none when it is no SCEP server's answer.
    std::vector<crypto::Certificate> authorities();

    /// GetNextCACert, whose answer one of today's authorities must have signed.
    void nextAuthority(const scep::Authorities& authorities);

private:
    std::optional<scep::HttpResponse> get(const std::string& check, const std::string& url);
    std::optional<scep::HttpResponse> ask(const std::string& check, const char* operation);
    void lookAtClock(const std::string& date);
    void lookAtWords(const scep::Capabilities& capabilities);
    void refused(const scep::HttpResponse& response);

    const Probed& probed_;
    const std::string& url_;
    Findings& findings_;
    scep::Http http_;
};

} // namespace scepd::enroll
