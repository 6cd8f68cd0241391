#include "deploy/subject.hpp"

#include "base/error.hpp"
#include "deploy/directory.hpp"
#include "deploy/memory.hpp"
#include "profile/preset.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace scepd::deploy {
namespace {

Subject resolved(const profile::Profile& profile, const profile::Certificate& certificate) {
    if (const auto why = profile::unsupported(certificate))
        throw Error(Fault::configuration, fmt::format("{}: {}", certificate.name, *why));
    Subject subject{profile.scep, certificate, {}};
    for (const auto& target : certificate.targets)
        subject.targets.push_back(profile::resolveTarget(target, certificate));
    return subject;
}

/// The first of the paths that any target has, as it is opened.
template <typename... Member>
std::string firstPath(const std::filesystem::path& root, const std::vector<profile::Target>& targets,
                      Member... member) {
    for (const auto& target : targets)
        for (const auto& path : {target.*member...})
            if (path) return below(root, *path).string();
    return {};
}

} // namespace

Subject findSubject(const std::filesystem::path& root, const std::string& name) {
    return findSubject(profile::load(root), name);
}

Subject findSubject(const profile::Configuration& configuration, const std::string& name) {
    if (!isCertificateName(name)) throw Error(Fault::configuration, "that is no name of a certificate");
    const auto [profile, certificate] = profile::select(configuration, name);
    return resolved(profile, certificate);
}

std::vector<PlannedFile> planAll(const std::filesystem::path& root, const Subject& subject, const Material& material) {
    std::vector<PlannedFile> files;
    for (const auto& target : subject.targets)
        std::ranges::move(plan(root, subject.certificate.name, target, material), std::back_inserter(files));
    return files;
}

HookFacts hookFacts(const std::filesystem::path& root, const Subject& subject, const std::string& event,
                    unsigned generation, const std::optional<crypto::Certificate>& certificate) {
    using profile::Target;
    HookFacts facts;
    facts.certificate = subject.certificate.name;
    facts.usage = profile::name(subject.certificate.usage);
    facts.event = event;
    facts.generation = generation;
    const auto first = [&](auto... member) { return firstPath(root, subject.targets, member...); };
    facts.certificateFile = first(&Target::certificate, &Target::fullchain, &Target::combined, &Target::pkcs12);
    facts.keyFile = first(&Target::key, &Target::combined, &Target::pkcs12);
    facts.chainFile = first(&Target::chain, &Target::fullchain, &Target::combined, &Target::pkcs12);
    facts.caFile = first(&Target::ca);
    if (!certificate) return facts;
    facts.serial = certificate->serialNumber();
    facts.fingerprint = crypto::hex(certificate->fingerprint(Digest::sha256));
    facts.notAfter = rfc3339(certificate->notAfter());
    return facts;
}

} // namespace scepd::deploy
