#include "profile/profile.hpp"
#include "profile/words.hpp"

#include <fmt/format.h>

namespace scepd::profile {

std::optional<std::string> unsupported(const Certificate& certificate) {
    const auto store = certificate.key.store;
    if (store == KeyStore::file) return std::nullopt;
    return fmt::format("key.store = \"{}\" is not supported by this version", wordFor(keyStoreWords, store));
}

} // namespace scepd::profile
