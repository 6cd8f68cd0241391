#include "scep/challenge.hpp"

#include "base/error.hpp"
#include "base/file.hpp"

#include <cstdlib>

#include <fmt/format.h>

namespace scepd::scep {
namespace {

Secret fromFile(const std::filesystem::path& path) {
    try {
        auto line = firstLine(file::readSecret(path));
        if (line.empty())
            throw Error(Fault::configuration, fmt::format("read the challenge: {} is empty", path.string()));
        return line;
    } catch (const Error& error) {
        throw Error(Fault::configuration, error.what());
    }
}

Secret fromCredential(const std::string& name) {
    const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
    if (directory == nullptr)
        throw Error(
            Fault::configuration,
            fmt::format("read the challenge: the service has no credential \"{}\"; LoadCredential={} in a drop-in of "
                        "scepd.service provides it",
                        name, name));
    return fromFile(std::filesystem::path(directory) / name);
}

} // namespace

Secret firstLine(const Secret& text) {
    return Secret(std::string(text.reveal().substr(0, text.reveal().find_first_of("\r\n"))));
}

Secret readChallenge(const profile::Challenge& challenge, const std::filesystem::path& root) {
    if (std::holds_alternative<profile::NoChallenge>(challenge.source)) return {};
    const auto* fixed = std::get_if<profile::StaticChallenge>(&challenge.source);
    if (fixed == nullptr)
        throw Error(Fault::configuration, "dynamic and command challenges are not supported by this version");
    if (fixed->value) return *fixed->value;
    if (fixed->credential) return fromCredential(*fixed->credential);
    return fromFile(root / std::filesystem::path(fixed->file.value_or("")).relative_path());
}

} // namespace scepd::scep
