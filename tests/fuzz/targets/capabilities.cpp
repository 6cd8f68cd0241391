#include "scep/capabilities.hpp"
#include "fuzz/harness.hpp"

#include <string>

using namespace scepd;

/// GetCACaps: any bytes are an answer, and nothing in them lowers what the profile demands.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto body = fuzz::textOf(data, size);
    const auto capabilities = scep::parseCapabilities(body);
    const auto standard = scep::chooseAlgorithms(capabilities, profile::Security::standard);
    fuzz::require(standard.cipher == crypto::Cipher::aes128 && standard.digest != Digest::sha1,
                  "only security = legacy falls to old algorithms");
    const auto legacy = scep::chooseAlgorithms(capabilities, profile::Security::legacy);
    fuzz::require(legacy.cipher == crypto::Cipher::aes128 || !capabilities.aes, "3DES is no choice where AES is known");
    fuzz::require(legacy.digest != Digest::sha1 || !(capabilities.sha256 || capabilities.sha512),
                  "SHA-1 is no choice where SHA-256 is known");
    if (capabilities.scepStandard)
        fuzz::require(capabilities.aes && capabilities.sha256 && capabilities.post, "SCEPStandard stands for three");
    const auto again = "SHA-256\r\n" + std::string(body) + "\nAES\n";
    if (capabilities != scep::Capabilities() && again.size() <= 4096) {
        const auto more = scep::parseCapabilities(again);
        fuzz::require(more.aes && more.sha256 && (more.renewal || !capabilities.renewal),
                      "each line counts for itself");
    }
    return 0;
}
