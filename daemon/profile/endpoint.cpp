#include "profile/endpoint.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "profile/firmware.hpp"
#include "profile/network.hpp"
#include "profile/text.hpp"

#include <fmt/format.h>

#include <netdb.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>

namespace scepd::profile {
namespace {

using Value = std::optional<std::string>;

/// The kernel's hostname, unless it is one of those that every machine has before it gets its own.
Value hostname() {
    std::array<char, 256> buffer{};
    if (::gethostname(buffer.data(), buffer.size() - 1) != 0) return std::nullopt;
    std::string name = buffer.data();
    if (name.empty() || name == "(none)" || name == "localhost" || name.starts_with("localhost.")) return std::nullopt;
    return name;
}

/// The name that the resolver calls canonical. May wait for the network.
Value resolved(const std::string& host) {
    addrinfo hints{};
    hints.ai_flags = AI_CANONNAME;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return std::nullopt;
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
    const char* const canonical = found->ai_canonname;
    return canonical == nullptr ? std::nullopt : Value(canonical);
}

Value qualified(const Value& host) {
    if (!host || host->find('.') != std::string::npos) return host;
    const auto canonical = resolved(*host);
    const bool useful = canonical && canonical->find('.') != std::string::npos && !canonical->starts_with("localhost.");
    return useful ? canonical : std::nullopt;
}

Value domainOf(const Value& fqdn) {
    if (!fqdn || fqdn->find('.') == std::string::npos) return std::nullopt;
    return fqdn->substr(fqdn->find('.') + 1);
}

Value machineIdIfKnown(const std::filesystem::path& root) {
    try {
        return machineId(root);
    } catch (const Error&) {
        return std::nullopt; // a variable without a value is no failure of this machine
    }
}

/// "eth0" of "mac:eth0"; empty for "mac".
std::string qualifier(const std::string& variable) {
    const auto colon = variable.find(':');
    return colon == std::string::npos ? std::string() : variable.substr(colon + 1);
}

} // namespace

Endpoint::Endpoint(std::map<std::string, std::string> overrides, std::filesystem::path root)
    : overrides_(std::move(overrides)), root_(std::move(root)) {}

std::optional<std::string> Endpoint::lookup(const std::string& variable) const {
    if (const auto given = overrides_.find(variable); given != overrides_.end()) return given->second;
    if (variable == "hostname") return hostname();
    if (variable == "device-name") return lookup("hostname");
    if (variable == "fqdn") return qualified(lookup("hostname"));
    if (variable == "domain") return domainOf(lookup("fqdn"));
    if (variable == "machine-id") return machineIdIfKnown(root_);
    if (variable == "host-id") return lookup("machine-id");
    if (variable == "serial") return firmwareSerial();
    if (variable == "uuid") return firmwareUuid();
    if (variable == "mac" || variable.starts_with("mac:")) return hardwareAddress(qualifier(variable));
    if (variable == "ip" || variable.starts_with("ip:")) return networkAddress(qualifier(variable));
    return std::nullopt;
}

std::string machineId(const std::filesystem::path& root) {
    auto content = file::readIfExists(root / "etc/machine-id");
    if (!content) content = file::readIfExists("/etc/machine-id");
    auto id = content ? content->substr(0, content->find('\n')) : std::string();
    if (id.size() == 32 && std::ranges::all_of(id, isHexDigit)) return id;
    throw Error(Fault::local,
                fmt::format("{} holds no machine id (32 hexadecimal digits); run systemd-machine-id-setup",
                            (root / "etc/machine-id").string()));
}

} // namespace scepd::profile
