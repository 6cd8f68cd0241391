#include "scepd/named_files.hpp"

#include <optional>
#include <variant>

namespace scepd {
namespace {

using File = std::optional<std::string>;

struct OfChallenge {
    File operator()(const profile::NoChallenge& /*none*/) const { return std::nullopt; }
    File operator()(const profile::StaticChallenge& source) const { return source.file; }
    File operator()(const profile::DynamicChallenge& source) const { return source.passwordFile; }
    File operator()(const profile::CommandChallenge& /*command*/) const { return std::nullopt; }
};

File pinOf(const profile::Trust& trust) {
    const auto* pin = std::get_if<profile::CertificatePin>(&trust);
    return pin != nullptr ? File(pin->file) : std::nullopt;
}

} // namespace

std::vector<std::filesystem::path> namedFiles(const profile::Scep& scep, const std::filesystem::path& root) {
    std::vector<std::filesystem::path> files;
    for (const auto& file : {std::visit(OfChallenge{}, scep.challenge.source), pinOf(scep.trust),
                             scep.tlsCaCertificates, scep.tlsClientCertificate, scep.tlsClientKey})
        if (file) files.push_back(root / std::filesystem::path(*file).relative_path());
    return files;
}

} // namespace scepd
