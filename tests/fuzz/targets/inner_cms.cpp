#include "fuzz/der.hpp"
#include "fuzz/harness.hpp"
#include "fuzz/world.hpp"

using namespace scepd;

SCEPD_FUZZ_MUTATES_DER

/// What a CertRep carries, encrypted: a list of certificates. It goes through encryption and decryption as in life.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto& device = fuzz::device();
    const auto content = fuzz::textOf(data, size);
    const auto envelope = crypto::encrypt(content, device.certificate, crypto::Cipher::aes128);
    const auto opened = crypto::decrypt(envelope, {device.certificate, device.key}, crypto::Strength::standard);
    fuzz::require(opened == content, "what was encrypted comes out again");
    const auto carried = fuzz::parsed(Fault::protocol, [&] { return crypto::carriedCertificates(opened); });
    if (!carried) return 0;
    fuzz::require(carried->size() <= size / 16, "there are no more certificates than were sent");
    for (const auto& certificate : *carried)
        fuzz::requireGoodAccount(certificate);
    fuzz::parsed(Fault::protocol, [&] { return enroll::accept(*carried, fuzz::question(), test::noon); });
    return 0;
}
