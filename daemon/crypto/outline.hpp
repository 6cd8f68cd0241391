#pragma once

#include "crypto/der.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How an EnvelopedData is built, before anything of it is decrypted: OpenSSL 3.0 does not show all of it, and takes
/// parameters for granted that somebody may have left out. For the rooms of crypto/ only.
namespace scepd::crypto {

/// One RecipientInfo (RFC 5652 section 6.2).
struct RecipientOutline {
    enum class Kind { keyTransport, keyAgreement, keyEncryptionKey, password, other };

    Kind kind = Kind::other;
    std::vector<std::string> identities =
        {}; ///< "serial 1a of CN=ca", "key identifier a1b2"; of keyAgreement maybe several.
    AlgorithmIdentifier keyEncryption = {};
    std::optional<AlgorithmIdentifier> keyDerivation = {}; ///< Of a password.
    bool ephemeral = false;             ///< keyAgreement: the sender's key is in it, on a named curve.
    std::size_t encryptedKeyLength = 0; ///< The longest one, in bytes.
};

struct EnvelopeOutline {
    std::vector<RecipientOutline> recipients;
    AlgorithmIdentifier contentEncryption;
};

/// Several identities for one line, which ends with "..." when they are too many.
std::string joined(const std::vector<std::string>& identities);

/// `envelope` is DER as OpenSSL wrote it. Throws Error{protocol} for other bytes and for more than 16 recipients.
EnvelopeOutline outlineOf(std::string_view envelope);

} // namespace scepd::crypto
