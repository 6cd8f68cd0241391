#include "ca/passwords.hpp"

#include "ca/openssl.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace scepd::ca {

std::optional<std::string> PasswordCache::issue() {
    if (unused_.size() >= most) return std::nullopt;
    std::string password;
    for (const auto byte : randomBytes(8))
        password += fmt::format("{:02X}", byte);
    return unused_.emplace_back(std::move(password));
}

bool PasswordCache::take(std::string_view password) {
    const auto found = std::ranges::find(unused_, password);
    if (found == unused_.end()) return false;
    unused_.erase(found);
    return true;
}

} // namespace scepd::ca
