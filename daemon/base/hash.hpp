#pragma once

#include <cstdint>
#include <string_view>

namespace scepd {

/// A number for a text that is the same on every machine and in every version (FNV-1a). It tells texts apart that
/// nobody forged; it proves nothing about texts that somebody did. `state` chains texts: hash(b, hash(a)).
constexpr std::uint64_t stableHash(std::string_view text, std::uint64_t state = 0xcbf29ce484222325U) {
    for (const char character : text) {
        state ^= static_cast<unsigned char>(character);
        state *= 0x100000001b3U;
    }
    return state;
}

} // namespace scepd
