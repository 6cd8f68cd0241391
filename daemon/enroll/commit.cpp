#include "enroll/commit.hpp"

#include "base/log.hpp"
#include "profile/request_digest.hpp"
#include "store/generation.hpp"

#include <utility>

namespace scepd::enroll {
namespace {

std::string pemOf(const std::vector<crypto::Certificate>& certificates) {
    std::string pem;
    for (const auto& certificate : certificates)
        pem += certificate.toPem();
    return pem;
}

} // namespace

record::Issued commit(const Wanted& wanted, const Accepted& accepted, const crypto::Key& key,
                      const Provenance& provenance, Time now) {
    const auto& name = wanted.certificate.name;
    for (const auto& remark : accepted.remarks)
        log::warning("{}: {}", name, remark);
    auto facts = factsOf(accepted, provenance.authorities.front(), now);
    facts.profile = std::filesystem::path(wanted.profile.file).filename();
    facts.configuration = profile::requestDigest(wanted.profile.scep, wanted.certificate);
    facts.names = provenance.names;
    facts.machineId = provenance.machineId;
    store::Generation generation{
        key.toPem(), accepted.certificate.toPem(), pemOf(accepted.chain), pemOf(provenance.authorities),
        facts,       provenance.rollover};
    const bool upcoming = isForLater(accepted.certificate, now);
    facts.generation = upcoming ? store::commitUpcoming(wanted.root, name, std::move(generation))
                                : store::commit(wanted.root, name, std::move(generation));
    return {facts, upcoming};
}

} // namespace scepd::enroll
