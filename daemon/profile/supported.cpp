#include "profile/profile.hpp"
#include "profile/words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace scepd::profile {
namespace {

using Complaint = std::optional<std::string>;

std::string notYet(std::string_view key, std::string_view value) {
    return fmt::format("{} = \"{}\" is not supported by this version", key, value);
}

Complaint unsupportedIn(const KeySpec& key) {
    if (key.store != KeyStore::file) return notYet("key.store", wordFor(keyStoreWords, key.store));
    return std::nullopt;
}

Complaint unsupportedIn(const Target& target) {
    if (target.pkcs12) return notYet("pkcs12", *target.pkcs12);
    return std::nullopt;
}

} // namespace

std::optional<std::string> unsupported(const Certificate& certificate) {
    if (auto complaint = unsupportedIn(certificate.key)) return complaint;
    for (const auto& target : certificate.targets)
        if (auto complaint = unsupportedIn(target)) return complaint;
    return std::nullopt;
}

} // namespace scepd::profile
