#include "scepd/named_files.hpp"

#include "base/hash.hpp"

#include <cstdint>
#include <optional>
#include <variant>

#include <fmt/format.h>
#include <sys/stat.h>

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

std::string textOf(const std::filesystem::path& file) {
    struct stat facts {};
    if (::stat(file.c_str(), &facts) != 0) return "none;";
    return fmt::format("{} {} {} {}.{} {}.{};", facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtim.tv_sec,
                       facts.st_mtim.tv_nsec, facts.st_ctim.tv_sec, facts.st_ctim.tv_nsec);
}

} // namespace

std::vector<std::filesystem::path> namedFiles(const profile::Scep& scep, const std::filesystem::path& root) {
    std::vector<std::filesystem::path> files;
    for (const auto& file : {std::visit(OfChallenge{}, scep.challenge.source), pinOf(scep.trust),
                             scep.tlsCaCertificates, scep.tlsClientCertificate, scep.tlsClientKey})
        if (file) files.push_back(root / std::filesystem::path(*file).relative_path());
    return files;
}

std::string stampOf(const std::vector<std::filesystem::path>& files) {
    if (files.empty()) return {};
    auto state = stableHash("");
    for (const auto& file : files)
        state = stableHash(textOf(file), state);
    return fmt::format("{:016x}", state);
}

} // namespace scepd
