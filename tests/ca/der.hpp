#pragma once

#include "ca/openssl.hpp"

#include <string_view>
#include <vector>

namespace scepd::ca::der {

/// Identifier octets that SCEP needs.
inline constexpr unsigned char setTag = 0x31;
inline constexpr unsigned char sequenceTag = 0x30;

/// One value: its identifier octet, its length in the shortest form and its content.
Bytes value(unsigned char tag, View content);

/// A constructed value of parts that are DER already, in their order.
Bytes constructed(unsigned char tag, const std::vector<Bytes>& parts);

inline Bytes sequence(const std::vector<Bytes>& parts) {
    return constructed(sequenceTag, parts);
}

/// A SET OF: its parts in the order that DER wants.
Bytes setOf(unsigned char tag, std::vector<Bytes> parts);

/// An object identifier in dotted form.
Bytes objectId(const char* dotted);

/// A small number that is not negative, as an INTEGER.
Bytes integer(unsigned char number);

Bytes octetString(View bytes);
Bytes printableString(std::string_view text);
Bytes utf8String(std::string_view text);

/// AlgorithmIdentifier, with NULL as its parameters or without parameters.
Bytes algorithm(const Bytes& objectId, bool withNull);

/// The same value as BER: down to `depth`, constructed values have the indefinite length.
Bytes indefinite(View der, int depth);

} // namespace scepd::ca::der
