#pragma once

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "profile/profile.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace scepd::scep {

/// Who asks, for servers that want to know.
struct Login {
    std::string username;
    Secret password;
};

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

/// How to reach a server; paths are complete, with --root in front.
struct HttpOptions {
    Duration timeout = std::chrono::seconds(60); ///< For all requests of the exchange together.
    std::optional<std::string> proxy{};          ///< Nothing is taken from the environment.
    std::optional<std::string> interface {};
    std::optional<std::filesystem::path> tlsCaCertificates{}; ///< Instead of the system's.
    std::optional<std::filesystem::path> tlsClientCertificate{}, tlsClientKey{};
    std::optional<Login> login{}; ///< Shown only to a server that asks for it.
    HttpObserver observer{};
};

/// What a profile says about the way to its servers: the same for the exchange and for the page with the challenge.
/// Files are below `root`.
HttpOptions httpOptions(const profile::Scep& scep, const std::filesystem::path& root, HttpObserver observer = {});

} // namespace scepd::scep
