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

    /// GetCACert: what is offered, not authenticated yet. An identifier of one digit ("0") is a position in the CA's
    /// chain, as Dogtag serves it: the certificates at it and behind it are fetched one by one, at most eight, until
    /// one comes again or none. Throws as Http::get and parseAuthorities.
    std::vector<crypto::Certificate> getAuthorities();

    /// GetCACaps. Whatever is no list of capabilities counts as none, also a connection that is dropped: old servers do
    /// that (RFC 8894 section 3.5.2). Ask after getAuthorities(), which tells whether anybody is there.
    Capabilities getCapabilities();

    /// GetNextCACert (RFC 8894 section 4.7): the answer as it came, of which nothing may be believed before the current
    /// CA's signature on it was verified. nullopt without asking when the capabilities do not list it. Throws as
    /// Http::get, and for every status but success.
    std::optional<std::string> getNextAuthorities();

    /// What sending a message twice would do.
    enum class Repeat {
        harmless, ///< It only asks: CertPoll, GetCert, GetCRL.
        never     ///< It uses up a challenge, or lets a second certificate be issued.
    };

    /// PKIOperation: sends a message and reads the answer with all checks. By POST where the capabilities list it, by
    /// GET where they list others but not that (RFC 8894 section 4.1). Capabilities that are empty may have been cut
    /// by somebody, or the server is older than them: then POST is tried first, and GET after
    ///
    /// - HTTP 405 or 501: the server says that it did not take the message, so that the very same is sent again;
    /// - a connection that is dropped before an answer, but only of a message whose repetition is harmless: the CA may
    ///   have read the first. A request fails here instead, and is asked for by CertPoll in the next attempt, which
    ///   finds out the way that its repetition goes then.
    ///
    /// What was found out holds for the rest of the exchange. Throws as Http::post and readAnswer; Error{unreachable}
    /// may mean that the CA got the message all the same.
    std::expected<Answer, HttpFailure> exchange(const Message& message, Repeat repeat, const Expectation& expectation,
                                                const Sender& sender);

    /// What the last answer asked for by Retry-After.
    [[nodiscard]] std::optional<Duration> retryAfter() const { return http_.retryAfter(); }

private:
    enum class Way { post, postFirst, get };

    std::vector<crypto::Certificate> authoritiesAt(const std::optional<std::string>& identifier);
    std::vector<crypto::Certificate> walkAuthorities(char first);
    HttpResponse send(const std::string& der, Repeat repeat);
    HttpResponse sendByPost(const std::string& der);
    HttpResponse sendByGet(const std::string& der);
    HttpResponse sendByPostFirst(const std::string& der, Repeat repeat);

    std::string url_;
    std::optional<std::string> identifier_;
    Http http_;
    Capabilities capabilities_;
    Way way_ = Way::postFirst;
};

} // namespace scepd::scep
