// The engine's part that reads the profiles, and what is kept of their certificates.

#include "scepd/engine.hpp"

#include "base/file.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "profile/request_digest.hpp"
#include "scepd/named_files.hpp"
#include "schedule/notes.hpp"
#include "store/authorities.hpp"
#include "store/generation.hpp"
#include "store/history.hpp"

#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace scepd {
namespace {

/// Facts of a generation that this machine made; a cloned image's or a damaged one is as good as none.
template <typename Read>
std::optional<record::Held> usable(Read read, const std::filesystem::path& root, const std::string& name,
                                   const std::string& machineId) {
    try {
        auto held = read(root, name);
        if (!held || held->machineId == machineId) return held;
        log::warning("{}: generation {} was made on another machine and is not used", name, held->generation);
    } catch (const Error& error) {
        log::warning("{}: what is held cannot be read and is not used: {}", name, error.what());
    }
    return std::nullopt;
}

/// Failures belong to the profile that caused them: its text tells whether it is still the same. One that cannot be
/// read any more is another.
std::string digest(const std::string& profileFile) {
    try {
        return fmt::format("{:016x}", stableHash(file::readIfExists(profileFile).value_or("")));
    } catch (const Error&) {
        return {};
    }
}

} // namespace

void Engine::reload() {
    configuration_ = profile::load(places_.root, configuration_);
    const auto profiles = applicableProfiles();
    // What may fail comes first: until it is done the entries are as they were.
    std::map<std::string, Entry> added;
    eachCertificate(profiles, [&](const Applicable& from, const profile::Certificate& certificate) {
        if (entries_.contains(certificate.name)) return;
        auto& entry = added.emplace(certificate.name, makeEntry(from.profile, certificate)).first->second;
        readKept(entry, from.versions);
    });
    auto old = std::exchange(entries_, std::move(added));
    eachCertificate(profiles, [&](const Applicable& from, const profile::Certificate& certificate) {
        const auto known = old.extract(certificate.name); // it goes as the new one comes: there are never two of each
        if (!known) return;
        auto fresh = makeEntry(from.profile, certificate);
        takeOver(fresh, known.mapped(), from.versions);
        entries_.emplace(certificate.name, std::move(fresh));
    });
    measureClock();
    showAll();
    const auto moment = circumstances();
    showOverview(candidates(moment), moment.now); // whoever asked for it is answered with what was found now
    for (const auto& [name, entry] : old)
        tellRemoved(entry);
    watchTargets();
    lookAtNames();
    planSoon();
}

std::vector<Engine::Applicable> Engine::applicableProfiles() const {
    std::vector<Applicable> found;
    for (const auto& profile : configuration_.profiles)
        if (profile.appliesTo(configuration_.settings.groups))
            found.push_back({std::make_shared<const profile::Profile>(profile), versionsOf(profile)});
    return found;
}

/// Of certificates with one name the file that sorts first wins.
void Engine::eachCertificate(const std::vector<Applicable>& profiles,
                             const std::function<void(const Applicable&, const profile::Certificate&)>& take) {
    std::set<std::string_view> seen;
    for (const auto& from : profiles)
        for (const auto& certificate : from.profile->certificates)
            if (seen.insert(certificate.name).second) take(from, certificate);
}

/// What is installed and kept stays until somebody purges it.
void Engine::tellRemoved(const Entry& entry) {
    constexpr auto why = "no profile asks for it any more";
    audience_.event(entry.name(), "removed", why, entry.held);
    log::write(log::Level::notice, fmt::format("{}: {}", entry.name(), why),
               fieldsOf(entry, Code::removed, entry.shown));
}

Entry Engine::makeEntry(const std::shared_ptr<const profile::Profile>& profile,
                        const profile::Certificate& certificate) const {
    Entry entry;
    entry.profile = profile;
    entry.certificate = certificate;
    entry.configuration = profile::requestDigest(profile->scep, certificate);
    entry.policy = policyOf(*profile, certificate, configuration_.settings, machineId_);
    entry.blocked = profile::unsupported(certificate).value_or("");
    return entry;
}

Engine::Versions Engine::versionsOf(const profile::Profile& profile) const {
    return {digest(profile.file), file::stamp(scepd::namedFiles(profile.scep, places_.root))};
}

/// What is known from before this start.
void Engine::readKept(Entry& entry, const Versions& versions) const {
    store::removeLeftovers(places_.root, entry.name());
    entry.held = usable(store::readHeld, places_.root, entry.name(), machineId_);
    entry.upcoming = usable(store::readUpcoming, places_.root, entry.name(), machineId_);
    entry.authorities = store::readAuthorities(places_.root, entry.name());
    entry.written = entry.history = store::readHistory(places_.root, entry.name());
    if (entry.held) entry.history = schedule::noteUntold(std::move(entry.history), *entry.held);
    if (entry.history != entry.written) dropTransaction(entry.name());
    // After a crash or a power cut nothing is more urgent than a whole installation.
    entry.history.deployment.failures = 0;
    // What failed with the profile as it was may work now, and the targets may be others.
    if (entry.history.configuration != versions.profile) entry.history = schedule::noteChange(std::move(entry.history));
    if (entry.history.namedFiles != versions.namedFiles)
        entry.history = schedule::noteFileChange(std::move(entry.history));
    entry.history.configuration = versions.profile;
    entry.history.namedFiles = versions.namedFiles;
}

/// What is known and what runs goes on under the new profile, unless the profile says something else now. An exchange
/// ends that may have begun with a secret which is not the same any more.
void Engine::takeOver(Entry& fresh, Entry& old, const Versions& versions) {
    const bool same = old.certificate == fresh.certificate && old.profile->scep == fresh.profile->scep;
    const bool sameFiles = old.history.namedFiles == versions.namedFiles;
    fresh.held = std::move(old.held);
    fresh.upcoming = std::move(old.upcoming);
    fresh.authorities = std::move(old.authorities);
    fresh.history = std::move(old.history);
    fresh.written = std::move(old.written);
    fresh.ended = std::move(old.ended);
    fresh.asked = std::move(old.asked);
    fresh.inspection = old.inspection;
    fresh.told = std::move(old.told);
    fresh.transaction = std::move(old.transaction);
    fresh.names = same ? std::move(old.names) : std::string();
    fresh.toldOfNames = old.toldOfNames;
    fresh.warned = old.warned;
    fresh.warnedOfAuthority = old.warnedOfAuthority;
    if (!same)
        fresh.history = schedule::noteChange(std::move(fresh.history));
    else if (!sameFiles)
        fresh.history = schedule::noteFileChange(std::move(fresh.history));
    if (same && (sameFiles || !old.isExchanging())) fresh.running = std::move(old.running);
    fresh.history.configuration = versions.profile;
    fresh.history.namedFiles = versions.namedFiles;
}

} // namespace scepd
