#pragma once

#include "crypto/certificate.hpp"
#include "crypto/cms.hpp"
#include "profile/profile.hpp"

#include <string_view>

namespace scepd::scep {

/// What a CA says of itself in GetCACaps (RFC 8894 section 3.5.2). The answer is not authenticated, so it never lowers
/// what the profile demands.
struct Capabilities {
    bool aes = false;
    bool des3 = false;
    bool getNextCaCert = false;
    bool post = false;
    bool renewal = false;
    bool sha1 = false;
    bool sha256 = false;
    bool sha512 = false;
    bool scepStandard = false;

    bool operator==(const Capabilities&) const = default;
};

/// Reads the lines of an answer: CRLF or LF, in any case, unknown words ignored. SCEPStandard implies AES, SHA-256 and
/// POST. An answer that is no list of words (HTML, binary, longer than 4 KiB) counts as empty.
Capabilities parseCapabilities(std::string_view body);

/// The algorithms of a request.
struct Algorithms {
    crypto::Cipher cipher = crypto::Cipher::aes128;
    Digest digest = Digest::sha256;

    bool operator==(const Algorithms&) const = default;
};

/// AES-128 and SHA-256, whatever the capabilities say or leave out: somebody in between may have cut them, SCEPStandard
/// among them, and then we go on as if it were there (RFC 8894 sections 3.5.2 and 7.5). SHA-512 only where it is named
/// and SHA-256 is not. Only security = "legacy" falls to 3DES or SHA-1, and only when the CA names those and nothing
/// better, or nothing at all: servers that are too old to tell know those two for certain, and may answer anything
/// newer so that nobody can read it. The order of the words means nothing.
Algorithms chooseAlgorithms(const Capabilities& capabilities, profile::Security security);

/// What replies may be made of.
crypto::Strength replyStrength(const profile::Scep& scep);

} // namespace scepd::scep
