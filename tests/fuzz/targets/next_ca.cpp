#include "crypto/carried.hpp"
#include "fuzz/der.hpp"
#include "fuzz/harness.hpp"
#include "fuzz/world.hpp"
#include "scep/next_authority.hpp"

#include <optional>
#include <set>
#include <vector>

using namespace scepd;

SCEPD_FUZZ_MUTATES_DER

namespace {

const crypto::Certificate& ca() {
    return fuzz::authority().certificate;
}

void judge(const std::vector<crypto::Certificate>& verified) {
    static const scep::Authorities current{ca(), {ca()}, ca()};
    const auto found =
        fuzz::parsed(Fault::protocol, [&] { return scep::nextAuthority(verified, current, test::noon); });
    if (!found) return;
    fuzz::require(found->certificate.isCa() && !(found->certificate == ca()), "the next CA is another CA");
    fuzz::require(found->notAfter > test::noon, "the next CA is valid some time");
}

std::optional<crypto::SignedCertificates> readSigned(std::string_view message) {
    return fuzz::parsed(Fault::protocol,
                        [&] { return crypto::readSignedCertificates(message, {ca()}, crypto::Strength::legacy); });
}

/// As it came.
void readAnswer(std::string_view message) {
    const auto next = readSigned(message);
    if (!next) return;
    fuzz::require(!next->certificates.empty(), "what is read has a certificate in it");
    judge(next->certificates);
}

/// Signed and verified as in life; once for each length, which is all that this sees of the list.
void requireSafePassage(std::string_view list, const std::vector<crypto::Certificate>& certificates) {
    static std::set<std::size_t> lengths;
    if (!lengths.insert(list.size()).second) return;
    const auto next =
        readSigned(test::signedData({.content = std::string(list), .withCertificates = false}, fuzz::authority()));
    fuzz::require(next.has_value() != certificates.empty(), "a list that the CA signed is read unless it is empty");
    fuzz::require(!next || (next->covered && next->certificates == certificates), "what was signed is read");
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

/// GetNextCACert's answer, as it came and as a list that the CA signs; lists with CRLs.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::textOf(data, size);
    readAnswer(bytes);
    const auto carried = fuzz::parsed(Fault::protocol, [&] { return crypto::carried(bytes); });
    if (!carried) return 0;
    requireSafePassage(bytes, carried->certificates);
    judge(carried->certificates);
    for (const auto& crl : carried->crls)
        requireGoodAccount(crl);
    return 0;
}
