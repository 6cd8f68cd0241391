#include "ca/der.hpp"

#include "ca/oid.hpp"

#include <algorithm>
#include <numeric>

namespace scepd::ca::der {

namespace {

constexpr unsigned char constructedBit = 0x20;

Bytes lengthOctets(std::size_t length) {
    if (length < 0x80) return {static_cast<unsigned char>(length)};
    Bytes octets;
    for (; length > 0; length >>= 8U)
        octets.insert(octets.begin(), static_cast<unsigned char>(length & 0xffU));
    octets.insert(octets.begin(), static_cast<unsigned char>(0x80U | octets.size()));
    return octets;
}

View viewOf(std::string_view text) {
    return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

void append(Bytes& bytes, View more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

/// Splits off the value at the front: all its octets, and where its content begins in them.
std::pair<View, std::size_t> takeValue(View& rest) {
    std::size_t start = 2;
    std::size_t length = rest[1];
    if (length >= 0x80) {
        start += length & 0x7fU;
        const auto octets = rest.subspan(2, start - 2);
        length = std::accumulate(octets.begin(), octets.end(), std::size_t{0},
                                 [](std::size_t sum, unsigned char octet) { return (sum << 8U) | octet; });
    }
    const auto whole = rest.first(start + length);
    rest = rest.subspan(start + length);
    return {whole, start};
}

} // namespace

Bytes value(unsigned char tag, View content) {
    Bytes bytes{tag};
    append(bytes, lengthOctets(content.size()));
    append(bytes, content);
    return bytes;
}

Bytes constructed(unsigned char tag, const std::vector<Bytes>& parts) {
    Bytes content;
    for (const auto& part : parts)
        append(content, part);
    return value(tag, content);
}

Bytes setOf(unsigned char tag, std::vector<Bytes> parts) {
    std::ranges::sort(parts);
    return constructed(tag, parts);
}

Bytes objectId(const char* dotted) {
    return encode(i2d_ASN1_OBJECT, objectOf(dotted).get());
}

Bytes integer(unsigned char number) {
    return value(V_ASN1_INTEGER, number < 0x80 ? Bytes{number} : Bytes{0, number});
}

Bytes octetString(View bytes) {
    return value(V_ASN1_OCTET_STRING, bytes);
}

Bytes printableString(std::string_view text) {
    return value(V_ASN1_PRINTABLESTRING, viewOf(text));
}

Bytes utf8String(std::string_view text) {
    return value(V_ASN1_UTF8STRING, viewOf(text));
}

Bytes algorithm(const Bytes& objectId, bool withNull) {
    return sequence({objectId, withNull ? Bytes{V_ASN1_NULL, 0} : Bytes{}});
}

Bytes indefinite(View der, int depth) {
    Bytes bytes;
    while (!der.empty()) {
        const auto [whole, start] = takeValue(der);
        if ((whole[0] & constructedBit) == 0 || depth == 0) {
            append(bytes, whole);
            continue;
        }
        append(bytes, Bytes{whole[0], 0x80});
        append(bytes, indefinite(whole.subspan(start), depth - 1));
        append(bytes, Bytes{0, 0});
    }
    return bytes;
}

} // namespace scepd::ca::der
