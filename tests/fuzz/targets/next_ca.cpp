#include "crypto/carried.hpp"
#include "fuzz/der.hpp"
#include "fuzz/harness.hpp"
#include "fuzz/world.hpp"
#include "scep/next_authority.hpp"

using namespace scepd;

SCEPD_FUZZ_MUTATES_DER

namespace {

void judge(std::string_view message) {
    static const auto& ca = fuzz::authority().certificate;
    static const scep::Authorities current{ca, {ca}, ca};
    const auto next = fuzz::parsed(
        Fault::protocol, [&] { return crypto::readSignedCertificates(message, {ca}, crypto::Strength::legacy); });
    if (!next) return;
    fuzz::require(!next->certificates.empty(), "what is read has a certificate in it");
    const auto found =
        fuzz::parsed(Fault::protocol, [&] { return scep::nextAuthority(next->certificates, current, test::noon); });
    if (!found) return;
    fuzz::require(found->certificate.isCa() && !(found->certificate == ca), "the next CA is another CA");
    fuzz::require(found->notAfter > test::noon, "the next CA is valid some time");
}

void requireGoodAccount(const crypto::Crl& crl) {
    fuzz::requireShowable(crl.issuer(), fuzz::longestName);
    for (const auto& serial : crl.revokedSerialNumbers())
        fuzz::requireShowable(serial, 80);
    fuzz::parsed(Fault::protocol, [&] { return rfc3339(crl.thisUpdate()); });
    fuzz::parsed(Fault::protocol, [&] { return crl.nextUpdate(); });
    fuzz::require(crypto::Crl::fromDer(crl.toDer()).toDer() == crl.toDer(), "a CRL that was written can be read");
}

} // namespace

/// GetNextCACert's answer, as it came and with its content signed by the CA; lists with CRLs.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::textOf(data, size);
    judge(bytes);
    test::SignedSpec spec;
    spec.content = std::string(bytes);
    judge(test::signedData(spec, fuzz::authority()));
    const auto carried = fuzz::parsed(Fault::protocol, [&] { return crypto::carried(bytes); });
    if (!carried) return 0;
    for (const auto& crl : carried->crls)
        requireGoodAccount(crl);
    return 0;
}
