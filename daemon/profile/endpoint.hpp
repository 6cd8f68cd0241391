#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace scepd::profile {

/// Looks up variables of this machine: the settings' [endpoint] table first, then what the machine says of itself.
/// Nothing is cached: names and addresses change.
class Endpoint {
public:
    /// `overrides` is the [endpoint] table. `root` is where /etc/hostname-like files are read (machine-id).
    Endpoint(std::map<std::string, std::string> overrides, std::filesystem::path root);

    /// The variable's value, or nullopt when this machine cannot tell it now. May ask the resolver (fqdn, domain) and
    /// hostname1 (serial, uuid): call it where blocking is allowed.
    [[nodiscard]] std::optional<std::string> lookup(const std::string& variable) const;

private:
    std::map<std::string, std::string> overrides_;
    std::filesystem::path root_;
};

/// The content of ROOT/etc/machine-id, or of the machine's own when there is none below root. Throws Error{local}
/// without either.
std::string machineId(const std::filesystem::path& root);

} // namespace scepd::profile
