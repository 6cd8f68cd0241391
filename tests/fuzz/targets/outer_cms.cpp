#include "fuzz/der.hpp"
#include "fuzz/harness.hpp"
#include "fuzz/world.hpp"

#include <algorithm>

using namespace scepd;

SCEPD_FUZZ_MUTATES_DER

/// A CertRep that somebody between us and the CA changed: it is what the CA signed, or it is refused.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto issued = fuzz::issuedCertificate();
    const auto answer = fuzz::parsed(Fault::protocol, [&] {
        return scep::readAnswer(fuzz::textOf(data, size), fuzz::expectation(), fuzz::sender());
    });
    if (!answer) return 0;
    if (const auto* success = std::get_if<scep::SuccessAnswer>(&*answer))
        fuzz::require(std::ranges::find(success->certificates, issued) != success->certificates.end(),
                      "only what the CA signed is read as SUCCESS");
    if (const auto* failure = std::get_if<scep::FailureAnswer>(&*answer)) {
        fuzz::require(failure->failInfo == "badRequest", "only what the CA signed is read as FAILURE");
        fuzz::require(failure->text.empty() || failure->text == "the challenge is wrong", "the CA's words are its own");
    }
    return 0;
}
