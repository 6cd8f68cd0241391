#include "enroll/authorities.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "store/authorities.hpp"

namespace scepd::enroll {

namespace {

record::Authority factOf(const crypto::Certificate& certificate, const char* role) {
    return {.role = role,
            .subject = certificate.subject(),
            .fingerprint = crypto::hex(certificate.fingerprint(Digest::sha256)),
            .notBefore = certificate.notBefore(),
            .notAfter = certificate.notAfter()};
}

} // namespace

std::vector<record::Authority> factsOf(const scep::Authorities& authorities) {
    std::vector<record::Authority> facts;
    for (const auto& certificate : authorities.all)
        facts.push_back(factOf(certificate, certificate.isCa() ? "ca" : "ra"));
    return facts;
}

void noteAuthorities(const Wanted& wanted, const scep::Authorities& authorities,
                     const std::optional<scep::NextAuthority>& next) {
    try {
        auto facts = factsOf(authorities);
        if (next) facts.push_back(factOf(next->certificate, "next"));
        store::writeAuthorities(wanted.root, wanted.certificate.name, facts);
    } catch (const Error& error) {
        log::warning("{}: the CA cannot be written down: {}", wanted.certificate.name, error.what());
    }
}

} // namespace scepd::enroll
