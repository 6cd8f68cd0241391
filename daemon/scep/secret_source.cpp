#include "scep/secret_source.hpp"

#include "base/error.hpp"
#include "base/file.hpp"

#include <cstdlib>

#include <fmt/format.h>

namespace scepd::scep {
namespace {

Secret fromFile(std::string_view what, const std::filesystem::path& path) {
    try {
        auto line = firstLine(file::readSecret(path));
        if (line.empty())
            throw Error(Code::secretMissing, fmt::format("read the {}: {} is empty", what, path.string()));
        return line;
    } catch (const Error& error) {
        throw error.as(Code::secretMissing);
    }
}

Secret fromCredential(std::string_view what, const std::string& name) {
    const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
    if (directory == nullptr)
        throw Error(Code::secretMissing,
                    fmt::format("read the {}: the service has no credential \"{}\"; LoadCredential={} in a drop-in of "
                                "scepd.service provides it",
                                what, name, name));
    return fromFile(what, std::filesystem::path(directory) / name);
}

} // namespace

Secret secretFrom(std::string_view what, const std::optional<std::string>& file,
                  const std::optional<std::string>& credential, const std::filesystem::path& root) {
    if (credential) return fromCredential(what, *credential);
    return fromFile(what, root / std::filesystem::path(file.value_or("")).relative_path());
}

} // namespace scepd::scep
