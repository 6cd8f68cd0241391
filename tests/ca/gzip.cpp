#include "ca/gzip.hpp"

#include <cstdint>

namespace scepd::ca {

namespace {

constexpr std::size_t bombSize = std::size_t{512} << 10U;

void appendNumber(Bytes& bytes, std::uint32_t number, int octets) {
    for (; octets > 0; --octets, number >>= 8U)
        bytes.push_back(static_cast<unsigned char>(number & 0xffU));
}

/// RFC 1952 section 8.
std::uint32_t crc32(View bytes) {
    std::uint32_t crc = ~0U;
    for (const auto byte : bytes) {
        crc ^= byte;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
    }
    return ~crc;
}

Bytes header() {
    return {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};
}

/// Collects the bits of DEFLATE (RFC 1951), the first one lowest in its byte.
class Bits {
public:
    void add(unsigned value, int count) {
        for (int i = 0; i < count; ++i, ++used_) {
            if (used_ % 8 == 0) bytes_.push_back(0);
            bytes_.back() = static_cast<unsigned char>(bytes_.back() | (((value >> i) & 1U) << (used_ % 8)));
        }
    }
    const Bytes& bytes() const { return bytes_; }

private:
    Bytes bytes_;
    int used_ = 0;
};

} // namespace

Bytes gzip(View bytes) {
    auto file = header();
    file.push_back(1); // the last block, stored
    const auto length = static_cast<std::uint32_t>(bytes.size());
    appendNumber(file, length, 2);
    appendNumber(file, ~length, 2);
    file.insert(file.end(), bytes.begin(), bytes.end());
    appendNumber(file, crc32(bytes), 4);
    appendNumber(file, length, 4);
    return file;
}

Bytes gzipBomb() {
    Bits bits;
    bits.add(0b011, 3);      // the last block, with fixed codes
    bits.add(0b00001100, 8); // a zero: code 00110000, sent from its highest bit
    while (bits.bytes().size() < bombSize) {
        bits.add(0b10100011, 8); // 258 more: code 11000101
        bits.add(0, 5);          // from one byte back
    }
    bits.add(0, 7); // the end; the check sum is never reached
    auto file = header();
    file.insert(file.end(), bits.bytes().begin(), bits.bytes().end());
    return file;
}

} // namespace scepd::ca
