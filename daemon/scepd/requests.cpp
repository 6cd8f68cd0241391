// The engine's part that does what people ask for.

#include "scepd/engine.hpp"

#include "base/log.hpp"
#include "scepd/overview.hpp"
#include "schedule/explain.hpp"
#include "schedule/notes.hpp"
#include "store/generation.hpp"
#include "store/purge.hpp"
#include "store/transaction.hpp"

#include <algorithm>
#include <ranges>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace scepd {
namespace {

/// What a generation that is kept is there for, as record::Kept has it.
std::string_view useOf(const Entry& entry, unsigned number) {
    if (entry.upcoming && entry.upcoming->generation == number) return "upcoming";
    if (entry.history.deployment.generation == number) return "deployed";
    return entry.held && entry.held->generation == number ? "held" : "earlier";
}

std::string manualRequest(const std::filesystem::path& root, const std::string& name) {
    if (auto request = store::readManualRequest(root, name)) return *std::move(request);
    throw Error(Fault::local,
                fmt::format("{}: no request was made to be carried to the CA; scepctl csr makes one", name));
}

} // namespace

std::vector<std::string> Engine::request(const std::vector<std::string>& names, record::RequestOptions options) {
    std::vector<std::string> affected;
    for (auto& [name, entry] : entries_) {
        const bool named = std::ranges::find(names, name) != names.end();
        const bool inGroups = options.groups.empty() || entry.profile->names(options.groups);
        if (!(named || names.empty()) || !inGroups) continue;
        if (named && !entry.blocked.empty())
            throw Error(Fault::configuration, fmt::format("{}: {}", name, entry.blocked));
        record::RequestOptions own{.renew = options.renew,
                                   .force = options.force,
                                   .challenge = std::move(options.challenge),
                                   .trace = std::move(options.trace),
                                   .groups = {}};
        if (entry.blocked.empty() && ask(entry, std::move(own))) affected.push_back(name);
    }
    planSoon();
    return affected;
}

/// True when the request changes something or joins something that runs.
bool Engine::ask(Entry& entry, record::RequestOptions options) {
    giveWay(entry);
    const bool bringsAnother = options.challenge && entry.isExchanging(); // than that which runs began with, or none
    // A deployment brings no new certificate, and what is done by hand is no attempt.
    const bool comesAfterwards =
        entry.running && !entry.isExchanging() &&
        (options.renew || options.challenge || entry.running->action == record::Action::nothing);
    if (entry.running && !comesAfterwards && !bringsAnother) return true;
    auto& history = entry.history;
    const bool valid = entry.held && entry.held->notAfter > judgedTime();
    if (valid && !options.renew && !history.pending && !bringsAnother) {
        const bool deployed = history.deployment.confirmed && history.deployment.generation == entry.held->generation;
        // A deployment that waits for its next try is tried now.
        history.deployment.failures = history.deployment.heals = 0;
        return !deployed;
    }
    history = schedule::noteRequest(std::move(history), options.force, judgedTime());
    if (options.challenge) entry.asked.challenge = std::move(options.challenge);
    if (options.trace) entry.asked.trace = std::move(options.trace);
    if (bringsAnother)
        beginAgain(entry);
    else
        changed(entry);
    return true;
}

/// In the place of what runs, whose turn it was: nobody sees it stand still.
void Engine::beginAgain(Entry& entry) {
    const auto action = entry.running->action;
    entry.running.reset();
    start(entry, action);
}

void Engine::cancel(const std::string& name) {
    auto* entry = find(name);
    if (entry == nullptr || !entry->running || !entry->running->child) return;
    if (entry->running->action == record::Action::nothing) return endByHand(*entry);
    entry->history.requested = never; // what was asked for is not wanted any more
    attemptEnded(*entry, record::Failed{Code::local, "cancelled on request", std::nullopt});
}

bool Engine::purge(const std::string& name, Done done) {
    auto* entry = find(name);
    if (entry != nullptr) giveWay(*entry);
    if (entry != nullptr && entry->running) return false;
    if (entry != nullptr) begin(*entry, record::Action::nothing, "purge");
    const auto id = lastRunning_;
    deployer_.purge(name, [this, name, id, done = std::move(done)](const std::expected<Targets, Error>& result) {
        std::optional<Error> failure;
        try {
            if (!result) throw result.error();
            forget(name);
        } catch (const Error& error) {
            failure = error.during("purge " + name);
            if (auto* purged = findRunning(name, id)) endByHand(*purged);
        }
        failure ? done(std::unexpected(*failure)) : done({});
    });
    return true;
}

/// The deployer has removed what was installed; here goes the rest. A profile that still asks for it starts anew.
void Engine::forget(const std::string& name) {
    store::purge(places_.root, name);
    auto fields = log::fieldsOf(Code::purged);
    fields.emplace_back("SCEPD_CERTIFICATE", name);
    log::write(log::Level::notice, fmt::format("{}: everything of it was removed on request", name), fields);
    audience_.event(name, "removed", "purged on request", std::nullopt);
    auto* entry = find(name);
    if (entry == nullptr) return showAll(); // it was listed as one whose profile was removed
    *entry = makeEntry(entry->profile, entry->certificate);
    readKept(*entry, versionsOf(*entry->profile));
    show(*entry, circumstances());
    planSoon();
}

bool Engine::keeps(const std::string& name) const {
    return store::keeps(places_.root, name);
}

std::string Engine::pem(const std::string& name, const std::string& what) const {
    if (what == "request") return manualRequest(places_.root, name);
    const auto found = entries_.find(name);
    if (found == entries_.end() || !found->second.held)
        throw Error(Fault::local, fmt::format("{}: no certificate is held", name));
    if (what == "certificate") return store::readPublic(places_.root, name, "cert");
    if (what == "chain" || what == "ca") return store::readPublic(places_.root, name, what);
    throw Error(Fault::configuration,
                fmt::format("there is no \"{}\" to get: certificate, chain, ca and request are known", what));
}

std::vector<record::Kept> Engine::generations(const std::string& name) const {
    const auto& entry = named(name);
    std::vector<record::Kept> result;
    for (const auto number : store::generations(places_.root, name) | std::views::reverse) {
        try {
            result.push_back({store::readFacts(places_.root, name, number), std::string(useOf(entry, number))});
        } catch (const Error&) {
            continue; // whoever uses it is told; anybody may ask for this list, as often as he likes
        }
    }
    return result;
}

std::vector<record::KnownAuthority> Engine::authorities() const {
    return knownAuthorities(entries_);
}

Metrics Engine::metrics() const {
    const auto moment = circumstances();
    Metrics metrics{.now = moment.now,
                    .clockSynchronized = surroundings_.clockSynchronized,
                    .certificates = {},
                    .authorities = authorities()};
    metrics.certificates.reserve(entries_.size());
    for (const auto& [name, entry] : entries_)
        metrics.certificates.push_back({entry.status(moment), entry.history.lastSuccess, entry.ended});
    return metrics;
}

std::optional<std::filesystem::path> Engine::metricsFile() const {
    const auto& path = configuration_.settings.metricsTextfile;
    if (!path) return std::nullopt;
    return places_.root / std::filesystem::path(*path).relative_path();
}

record::Explanation Engine::explain(const std::string& name) const {
    const auto& entry = named(name);
    const auto moment = circumstances();
    const auto index = static_cast<std::size_t>(std::distance(entries_.begin(), entries_.find(name)));
    return schedule::explain(index, candidates(moment), limits(), entry.currentPolicy(), entry.history, moment,
                             entry.profile->file);
}

} // namespace scepd
