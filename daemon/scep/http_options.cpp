#include "scep/http_options.hpp"

#include <utility>

namespace scepd::scep {
namespace {

std::optional<std::filesystem::path> below(const std::filesystem::path& root, const std::optional<std::string>& path) {
    return path ? std::optional(root / std::filesystem::path(*path).relative_path()) : std::nullopt;
}

} // namespace

HttpOptions httpOptions(const profile::Scep& scep, const std::filesystem::path& root, HttpObserver observer) {
    return {.timeout = scep.timeout,
            .proxy = scep.proxy,
            .interface = scep.interface,
            .tlsCaCertificates = below(root, scep.tlsCaCertificates),
            .tlsClientCertificate = below(root, scep.tlsClientCertificate),
            .tlsClientKey = below(root, scep.tlsClientKey),
            .observer = std::move(observer)};
}

} // namespace scepd::scep
