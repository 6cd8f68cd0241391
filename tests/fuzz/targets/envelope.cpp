#include "fuzz/der.hpp"
#include "fuzz/harness.hpp"
#include "fuzz/world.hpp"

using namespace scepd;

SCEPD_FUZZ_MUTATES_DER

/// The EnvelopedData inside of a CertRep, from a CA that makes anything.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto& device = fuzz::device();
    static const crypto::Opener opener{device.certificate, device.key, Secret("challenge")};
    const auto open = [&](crypto::Strength strength) {
        return fuzz::parsed(Fault::protocol,
                            [&] { return crypto::decrypt(fuzz::textOf(data, size), opener, strength); });
    };
    const auto content = open(crypto::Strength::legacy);
    if (!content) return 0;
    fuzz::require(content->size() <= size, "what comes out is no larger than what came");
    const auto strict = open(crypto::Strength::standard);
    // A key that does not come out of its wrapping is replaced by a random one (RFC 3218): garbage, which differs each
    // time.
    const bool readable = !strict || *strict == *content || open(crypto::Strength::legacy) != content;
    fuzz::require(readable, "a stricter reader reads the same or nothing");
    return 0;
}
