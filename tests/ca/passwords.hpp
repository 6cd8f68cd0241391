#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scepd::ca {

/// The one-time passwords that were given out and not used yet, at most five, as Microsoft's server keeps them.
class PasswordCache {
public:
    static constexpr std::size_t most = 5;

    /// A fresh password of sixteen upper-case hexadecimal digits; nothing when the cache is full.
    std::optional<std::string> issue();

    /// Whether the password was given out and is used now for the first time.
    bool take(std::string_view password);

private:
    std::vector<std::string> unused_;
};

} // namespace scepd::ca
