#include "crypto/usage.hpp"

#include "crypto/openssl.hpp"

#include <array>
#include <cstdint>
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

} // namespace

std::vector<std::string> keyUsage(const Certificate& certificate) {
    const std::uint32_t usage = X509_get_key_usage(certificate.get());
    std::vector<std::string> result;
    if (usage == UINT32_MAX) return result;
    for (const auto& [bit, name] : names)
        if ((usage & bit) != 0) result.emplace_back(name);
    return result;
}

} // namespace scepd::crypto
