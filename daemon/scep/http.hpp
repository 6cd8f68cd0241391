#pragma once

#include "base/clock.hpp"
#include "scep/http_options.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

/// HTTP for one exchange with one server: the only room that knows libcurl.
namespace scepd::scep {

/// What a server answered, whatever its status.
struct HttpResponse {
    long status = 0;
    std::string body;
    std::string contentType{}, server{}, date{}; ///< Of its headers, as they came; empty: there was none.
};

/// One connection that is kept between requests. Answers are bounded in size (headers to 64 KiB, bodies to the limit of
/// the request) and the whole exchange in time, counted from construction; at most three redirects are followed, to the
/// same server or from http to https on the same host. Nothing is compressed or chunked, and no "Expect" is sent: old
/// servers stumble over each of them.
class Http {
public:
    explicit Http(const HttpOptions& options);
    ~Http();
    Http(const Http&) = delete;
    Http& operator=(const Http&) = delete;

    /// With a login in the options it is shown when the server asks: by NTLM, over https also by Basic, otherwise by
    /// Negotiate (Kerberos, with the ticket that the process has). Throws Error{unreachable} when nobody answers in
    /// time, Error{protocol} when the answer is larger than `limit` bytes, is no HTTP, redirects elsewhere or comes
    /// from a TLS server that is not trusted, Error{refused} when it does not accept our TLS certificate,
    /// Error{configuration} for files that TLS cannot use. Each names the server, the cause and what to do.
    HttpResponse get(const std::string& url, std::size_t limit);

    /// As get(), for a request that must not be sent twice: over a connection of its own, because libcurl repeats by
    /// itself what it sent over a kept one that turned out to be closed.
    HttpResponse getOnce(const std::string& url, std::size_t limit);

    /// As getOnce(), with a body. Only redirects that keep the method (307, 308) are followed.
    HttpResponse post(const std::string& url, std::string_view contentType, const std::string& body, std::size_t limit);

    /// What the last answer asked for by Retry-After, in seconds or as a date, at most a day.
    [[nodiscard]] std::optional<Duration> retryAfter() const;

    /// True when the last request failed because the connection was closed before the first byte of an answer. The
    /// server may have read it all the same.
    [[nodiscard]] bool wasDropped() const;

private:
    class Handle;

    std::unique_ptr<Handle> handle_;
};

} // namespace scepd::scep
