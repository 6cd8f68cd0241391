#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "profile/profile.hpp"
#include "scep/authority.hpp"
#include "scep/capabilities.hpp"
#include "scep/http.hpp"
#include "scep/message.hpp"

#include <expected>
#include <filesystem>
#include <optional>
#include <string>

namespace scepd::scep {

/// An answer that is none of SCEP: an HTTP status other than 2xx without a CertRep in its body. Many servers answer so
/// to a message that they do not know.
struct HttpFailure {
    long status = 0;
    Error error;
};

/// One exchange with the SCEP server at one URL, over one connection; `timeout` of the profile bounds all of it.
class Client {
public:
    /// `url` is one of the profile's; files that the profile names are below `root`. `observer` is told of every
    /// request.
    Client(const profile::Scep& scep, std::string url, const std::filesystem::path& root, HttpObserver observer = {});

    /// GetCACaps. Whatever is no list of capabilities counts as none, also a connection that is dropped: old servers do
    /// that (RFC 8894 section 3.5.2). Ask after getAuthorities(), which tells whether anybody is there.
    Capabilities getCapabilities();

    /// GetCACert: what is offered, not authenticated yet. Throws as Http::get and parseAuthorities.
    std::vector<crypto::Certificate> getAuthorities();

    /// PKIOperation by POST: sends a message and reads the answer with all checks. Throws as Http::post and readAnswer;
    /// Error{unreachable} may mean that the CA got the message all the same.
    std::expected<Answer, HttpFailure> exchange(const Message& message, const Expectation& expectation,
                                                const Sender& sender);

    /// What the last answer asked for by Retry-After.
    [[nodiscard]] std::optional<Duration> retryAfter() const { return http_.retryAfter(); }

private:
    std::string url_;
    std::optional<std::string> identifier_;
    Http http_;
};

} // namespace scepd::scep
