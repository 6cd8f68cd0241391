#pragma once

#include <string_view>

namespace scepd {

/// The digests that certificates, requests and fingerprints may be made with.
enum class Digest { sha1, sha256, sha384, sha512 };

/// "sha1", "sha256", ...
constexpr std::string_view name(Digest digest) {
    switch (digest) {
    case Digest::sha1:
        return "sha1";
    case Digest::sha256:
        return "sha256";
    case Digest::sha384:
        return "sha384";
    case Digest::sha512:
        return "sha512";
    }
    return {};
}

} // namespace scepd
