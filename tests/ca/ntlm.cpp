#include "ca/ntlm.hpp"

#include "ca/legacy.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <openssl/crypto.h>
#include <openssl/hmac.h>

namespace scepd::ca::ntlm {

namespace {

constexpr std::string_view signature{"NTLMSSP\0", 8};
constexpr std::array<unsigned char, 8> serverChallenge{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};
constexpr std::size_t proofLength = 16;

void append(Bytes& bytes, View more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

void appendNumber(Bytes& bytes, std::size_t number, int octets) {
    for (; octets > 0; --octets, number >>= 8U)
        bytes.push_back(static_cast<unsigned char>(number & 0xffU));
}

std::size_t numberAt(View message, std::size_t offset, std::size_t octets) {
    if (offset + octets > message.size()) return 0;
    std::size_t number = 0;
    for (std::size_t i = octets; i > 0; --i)
        number = (number << 8U) | message[offset + i - 1];
    return number;
}

/// What a length and an offset in the fixed part of a message point to; nothing when that lies outside.
View fieldAt(View message, std::size_t position) {
    const auto length = numberAt(message, position, 2);
    const auto offset = numberAt(message, position + 4, 4);
    if (offset > message.size() || length > message.size() - offset) return {};
    return message.subspan(offset, length);
}

Bytes utf16(std::string_view ascii) {
    Bytes wide;
    for (const char c : ascii) {
        wide.push_back(static_cast<unsigned char>(c));
        wide.push_back(0);
    }
    return wide;
}

std::string narrow(View utf16) {
    std::string text;
    for (std::size_t i = 0; i + 1 < utf16.size(); i += 2)
        text += utf16[i + 1] == 0 ? static_cast<char>(utf16[i]) : '?';
    return text;
}

std::string upperCase(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

Bytes md4(View bytes) {
    const std::unique_ptr<EVP_MD, Release<EVP_MD_free>> digest(
        must(EVP_MD_fetch(legacyLibrary(), "MD4", nullptr), "find MD4"));
    Bytes hash(16);
    must(EVP_Digest(bytes.data(), bytes.size(), hash.data(), nullptr, digest.get(), nullptr), "hash a password");
    return hash;
}

Bytes hmacMd5(const Bytes& key, const Bytes& bytes) {
    Bytes hash(16);
    must(HMAC(EVP_md5(), key.data(), static_cast<int>(key.size()), bytes.data(), bytes.size(), hash.data(), nullptr),
         "compute a response");
    return hash;
}

} // namespace

Bytes challengeMessage() {
    constexpr std::size_t fixedPart = 48;
    constexpr std::size_t flags = 0x00890205; // Unicode, target, NTLM, domain, extended security, target information
    const auto domain = utf16("EXAMPLE");
    Bytes information;
    appendNumber(information, 2, 2); // MsvAvNbDomainName
    appendNumber(information, domain.size(), 2);
    append(information, domain);
    appendNumber(information, 0, 4); // MsvAvEOL
    Bytes message(signature.begin(), signature.end());
    appendNumber(message, 2, 4);
    const auto appendField = [&](std::size_t length, std::size_t offset) {
        appendNumber(message, length, 2);
        appendNumber(message, length, 2);
        appendNumber(message, offset, 4);
    };
    appendField(domain.size(), fixedPart);
    appendNumber(message, flags, 4);
    append(message, serverChallenge);
    appendNumber(message, 0, 8);
    appendField(information.size(), fixedPart + domain.size());
    append(message, domain);
    append(message, information);
    return message;
}

int messageType(View message) {
    if (message.size() < 12 || !std::ranges::equal(signature, message.first(signature.size()), {},
                                                   [](char c) { return static_cast<unsigned char>(c); }))
        return 0;
    return static_cast<int>(numberAt(message, 8, 4));
}

std::optional<std::string> authenticatedUser(View message, std::string_view password) {
    const auto response = fieldAt(message, 20);
    if (response.size() <= proofLength) return std::nullopt;
    const auto domain = fieldAt(message, 28);
    auto user = narrow(fieldAt(message, 36));
    auto identity = utf16(upperCase(user));
    append(identity, domain);
    const auto key = hmacMd5(md4(utf16(password)), identity);
    Bytes challenged(serverChallenge.begin(), serverChallenge.end());
    append(challenged, response.subspan(proofLength));
    const auto proof = hmacMd5(key, challenged);
    if (CRYPTO_memcmp(proof.data(), response.data(), proofLength) != 0) return std::nullopt;
    return user;
}

} // namespace scepd::ca::ntlm
