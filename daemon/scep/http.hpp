#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

/// HTTP for one exchange with one server: the only room that knows libcurl.
namespace scepd::scep {

struct HttpResponse;

/// One request and what came of it, as whoever looks on sees it. URL and bodies are as they were sent: what of them
/// people may see is the observer's concern.
struct HttpExchange {
    bool isPost = false;
    const std::string& url;
    std::string_view sent;
    const HttpResponse* response = nullptr; ///< None when the request failed.
    std::string failure;                    ///< Why there is none.
    Duration duration{};
};
/// Called after every request, those behind redirects included.
using HttpObserver = std::function<void(const HttpExchange&)>;

/// How to reach the server; paths are complete, with --root in front.
struct HttpOptions {
    Duration timeout = std::chrono::seconds(60); ///< For all requests of the exchange together.
    std::optional<std::string> proxy;            ///< Nothing is taken from the environment.
    std::optional<std::string> interface;
    std::optional<std::filesystem::path> tlsCaCertificates; ///< Instead of the system's.
    std::optional<std::filesystem::path> tlsClientCertificate, tlsClientKey;
    HttpObserver observer{};
};

/// What a server answered, whatever its status.
struct HttpResponse {
    long status = 0;
    std::string body;
    std::string contentType{}, server{}, date{}; ///< Of its headers, as they came; empty: there was none.
};

/// One connection that is kept between requests. Answers are bounded in size and the whole exchange in time, counted
/// from construction; at most three redirects are followed, to the same server or from http to https on the same host.
/// Nothing is compressed or chunked, and no "Expect" is sent: old servers stumble over each of them.
class Http {
public:
    explicit Http(const HttpOptions& options);
    ~Http();
    Http(const Http&) = delete;
    Http& operator=(const Http&) = delete;

    /// Throws Error{unreachable} when nobody answers in time, Error{protocol} when the answer is larger than `limit`
    /// bytes, redirects elsewhere or comes from a TLS server that is not trusted, Error{configuration} for files that
    /// TLS cannot use.
    HttpResponse get(const std::string& url, std::size_t limit);

    /// As get(), with a body. Only redirects that keep the method (307, 308) are followed.
    HttpResponse post(const std::string& url, std::string_view contentType, const std::string& body, std::size_t limit);

    /// What the last answer asked for by Retry-After, at most a day.
    [[nodiscard]] std::optional<Duration> retryAfter() const;

private:
    class Handle;

    std::unique_ptr<Handle> handle_;
};

} // namespace scepd::scep
