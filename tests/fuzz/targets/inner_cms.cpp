#include "fuzz/der.hpp"
#include "fuzz/harness.hpp"
#include "fuzz/world.hpp"

#include <set>

using namespace scepd;

SCEPD_FUZZ_MUTATES_DER

namespace {

/// Encryption and decryption as in life; once for each length, which is all that they see of the content.
void requireSafePassage(std::string_view content) {
    static std::set<std::size_t> lengths;
    if (!lengths.insert(content.size()).second) return;
    const auto& device = fuzz::device();
    const auto envelope = crypto::encrypt(content, device.certificate, crypto::Cipher::aes128);
    const auto opened = crypto::decrypt(envelope, {device.certificate, device.key}, crypto::Strength::standard);
    fuzz::require(opened == content, "what was encrypted comes out again");
}

} // namespace

/// What a CertRep carries, encrypted: a list of certificates.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto content = fuzz::textOf(data, size);
    requireSafePassage(content);
    const auto carried = fuzz::parsed(Fault::protocol, [&] { return crypto::carriedCertificates(content); });
    if (!carried) return 0;
    fuzz::require(carried->size() <= size / 16, "there are no more certificates than were sent");
    for (const auto& certificate : *carried)
        fuzz::requireGoodAccount(certificate, content);
    fuzz::parsed(Fault::protocol, [&] { return enroll::accept(*carried, fuzz::question(), test::noon); });
    return 0;
}
