#include "store/authorities.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "store/generation.hpp"
#include "store/table.hpp"

namespace scepd::store {
namespace {

namespace fs = std::filesystem;
using record::Authority;

fs::path authoritiesFile(const fs::path& root, const std::string& name) {
    return certificateDirectory(root, name) / "authorities.toml";
}

toml::table toTable(const Authority& authority) {
    return toml::table{
        {"role", authority.role},
        {"subject", authority.subject},
        {"fingerprint", authority.fingerprint},
        {"not-before", toNumber(authority.notBefore)},
        {"not-after", toNumber(authority.notAfter)},
    };
}

Authority authorityFrom(const toml::node& node) {
    const auto* table = node.as_table();
    if (table == nullptr) throw Error(Code::stateDamaged, "an element of \"authority\" is no table");
    return {
        .role = get<std::string>(*table, "role"),
        .subject = get<std::string>(*table, "subject"),
        .fingerprint = get<std::string>(*table, "fingerprint"),
        .notBefore = getTime(*table, "not-before"),
        .notAfter = getTime(*table, "not-after"),
    };
}

std::vector<Authority> authoritiesFrom(const toml::table& table) {
    const auto* array = table["authority"].as_array();
    if (array == nullptr) throw Error(Code::stateDamaged, "\"authority\" is missing or no list");
    std::vector<Authority> authorities;
    for (const auto& node : *array)
        authorities.push_back(authorityFrom(node));
    return authorities;
}

std::string textOf(const std::vector<Authority>& authorities) {
    toml::array array;
    for (const auto& authority : authorities)
        array.push_back(toTable(authority));
    return print(toml::table{{"version", formatVersion}, {"authority", std::move(array)}});
}

/// What cannot be read is replaced.
bool holds(const fs::path& path, const std::string& text) {
    try {
        return file::readIfExists(path) == text;
    } catch (const Error&) {
        return false;
    }
}

} // namespace

std::vector<Authority> readAuthorities(const fs::path& root, const std::string& name) {
    const auto path = authoritiesFile(root, name);
    try {
        const auto text = file::readIfExists(path);
        return text ? authoritiesFrom(parseOwn(*text)) : std::vector<Authority>{};
    } catch (const Error& error) {
        log::warning("read {}: {}; it is written anew by the next exchange with the CA", path.string(), error.what());
        return {};
    }
}

void writeAuthorities(const fs::path& root, const std::string& name, const std::vector<Authority>& authorities) {
    const auto path = authoritiesFile(root, name);
    const auto text = textOf(authorities);
    if (holds(path, text)) return;
    file::makeDirectories(path.parent_path(), 0700);
    file::replace(path, text);
}

} // namespace scepd::store
