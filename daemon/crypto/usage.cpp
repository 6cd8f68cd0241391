#include "crypto/usage.hpp"

#include "crypto/openssl.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace scepd::crypto {
namespace {

constexpr std::array<std::pair<std::uint32_t, const char*>, 9> names{{
    {KU_DIGITAL_SIGNATURE, "digitalSignature"},
    {KU_NON_REPUDIATION, "nonRepudiation"},
    {KU_KEY_ENCIPHERMENT, "keyEncipherment"},
    {KU_DATA_ENCIPHERMENT, "dataEncipherment"},
    {KU_KEY_AGREEMENT, "keyAgreement"},
    {KU_KEY_CERT_SIGN, "keyCertSign"},
    {KU_CRL_SIGN, "cRLSign"},
    {KU_ENCIPHER_ONLY, "encipherOnly"},
    {KU_DECIPHER_ONLY, "decipherOnly"},
}};

constexpr std::array<std::pair<std::string_view, const char*>, 8> usages{{
    {"2.5.29.37.0", "any"},
    {"1.3.6.1.5.5.7.3.1", "server-auth"},
    {"1.3.6.1.5.5.7.3.2", "client-auth"},
    {"1.3.6.1.5.5.7.3.3", "code-signing"},
    {"1.3.6.1.5.5.7.3.4", "email-protection"},
    {"1.3.6.1.5.5.7.3.17", "ipsec-ike"},
    {"1.3.6.1.4.1.311.20.2.2", "smartcard-logon"},
    {"1.3.6.1.4.1.311.20.2.1", "enrollment agent"},
}};

} // namespace

std::vector<std::string> keyUsage(const Certificate& certificate) {
    const std::uint32_t usage = X509_get_key_usage(certificate.get());
    std::vector<std::string> result;
    if (usage == UINT32_MAX) return result;
    for (const auto& [bit, name] : names)
        if ((usage & bit) != 0) result.emplace_back(name);
    return result;
}

std::string extendedKeyUsageName(const std::string& oid) {
    const auto* const found = std::ranges::find(usages, oid, &std::pair<std::string_view, const char*>::first);
    return found == usages.end() ? oid : found->second;
}

} // namespace scepd::crypto
