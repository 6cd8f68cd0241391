#pragma once

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "profile/profile.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace scepd::scep {

/// Who asks, for servers that want to know.
struct Login {
    std::string username;
    Secret password;
};

/// How to reach a server; paths are complete, with --root in front.
struct HttpOptions {
    Duration timeout = std::chrono::seconds(60); ///< For all requests of the exchange together.
    std::optional<std::string> proxy{};          ///< Nothing is taken from the environment.
    std::optional<std::string> interface {};
    std::optional<std::filesystem::path> tlsCaCertificates{}; ///< Instead of the system's.
    std::optional<std::filesystem::path> tlsClientCertificate{}, tlsClientKey{};
    std::optional<Login> login{}; ///< Shown only to a server that asks for it.
};

/// What a profile says about the way to its servers: the same for the exchange and for the page with the challenge.
/// Files are below `root`.
HttpOptions httpOptions(const profile::Scep& scep, const std::filesystem::path& root);

} // namespace scepd::scep
