#include "fuzz/der.hpp"
#include "fuzz/harness.hpp"
#include "fuzz/world.hpp"
#include "scep/authority.hpp"

#include <algorithm>
#include <vector>

using namespace scepd;

SCEPD_FUZZ_MUTATES_DER

namespace {

using Certificates = std::vector<crypto::Certificate>;

bool contains(const Certificates& certificates, const crypto::Certificate& wanted) {
    return std::ranges::find(certificates, wanted) != certificates.end();
}

/// Whatever is pinned, an answer is authenticated by it or refused.
void authenticate(const Certificates& offered, const scep::Pin& pin) {
    const auto authorities =
        fuzz::parsed(Fault::protocol, [&] { return scep::authenticate(offered, pin, std::nullopt, test::noon); });
    if (!authorities) return;
    fuzz::require(contains(authorities->all, authorities->anchor), "the anchor may sign");
    for (const auto& certificate : authorities->all)
        fuzz::require(certificate == authorities->anchor || contains(offered, certificate),
                      "only who was offered signs");
    if (std::holds_alternative<scep::FirstSight>(pin)) return;
    fuzz::require(authorities->anchor == fuzz::authority().certificate, "the anchor is the one that is pinned");
}

} // namespace

/// GetCACert: DER, PKCS#7, PEM or base64 that a stranger sent.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto& ca = fuzz::authority().certificate;
    static const profile::FingerprintPin fingerprint{Digest::sha256, ca.fingerprint(Digest::sha256)};
    const auto body = fuzz::textOf(data, size);
    const auto offered = fuzz::parsed(Fault::protocol, [&] { return scep::parseAuthorities(body); });
    if (!offered) return 0;
    fuzz::require(!offered->empty(), "what is read has a certificate in it");
    fuzz::require(offered->size() <= size / 16, "there are no more certificates than were sent");
    for (const auto& certificate : *offered)
        fuzz::requireGoodAccount(certificate, body);
    authenticate(*offered, scep::FirstSight());
    authenticate(*offered, fingerprint);
    authenticate(*offered, ca);
    return 0;
}
