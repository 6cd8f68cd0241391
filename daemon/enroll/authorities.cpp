#include "enroll/authorities.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "store/authorities.hpp"

namespace scepd::enroll {

std::vector<record::Authority> factsOf(const scep::Authorities& authorities) {
    std::vector<record::Authority> facts;
    for (const auto& certificate : authorities.all)
        facts.push_back({.role = certificate.isCa() ? "ca" : "ra",
                         .subject = certificate.subject(),
                         .fingerprint = crypto::hex(certificate.fingerprint(Digest::sha256)),
                         .notBefore = certificate.notBefore(),
                         .notAfter = certificate.notAfter()});
    return facts;
}

void noteAuthorities(const Wanted& wanted, const scep::Authorities& authorities) {
    try {
        store::writeAuthorities(wanted.root, wanted.certificate.name, factsOf(authorities));
    } catch (const Error& error) {
        log::warning("{}: the CA cannot be written down: {}", wanted.certificate.name, error.what());
    }
}

} // namespace scepd::enroll
