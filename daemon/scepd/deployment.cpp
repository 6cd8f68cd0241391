// The engine's part that has generations deployed, looks whether they are served, and confirms or rolls back.

#include "scepd/engine.hpp"

#include "base/log.hpp"
#include "schedule/notes.hpp"
#include "store/generation.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace scepd {
namespace {

using record::Action;
using namespace std::chrono_literals;

/// scepd-enroll looks for ten seconds; this is for what hangs.
constexpr Duration lookDeadline = 1min;

bool isUnconfirmed(const record::TargetState& target) {
    return target.state == "unconfirmed";
}

/// The listeners of the targets that the deployer left unconfirmed: those whose units do not run are not looked at. Its
/// rows begin with the targets, in the order of the profile.
std::vector<std::string> listenersToLookAt(const Entry& entry) {
    const auto& rows = entry.history.deployment.targets;
    std::vector<std::string> listeners;
    for (std::size_t i = 0; i < std::min(rows.size(), entry.certificate.targets.size()); ++i)
        if (const auto& served = entry.certificate.targets[i].served; served && isUnconfirmed(rows[i]))
            listeners.push_back(*served);
    return listeners;
}

std::vector<std::string> failedHooks(const record::Deployment& deployment) {
    std::vector<std::string> hooks;
    for (const auto& row : deployment.targets)
        if (record::isHook(row)) hooks.push_back(row.target.substr(std::string_view("hook ").size()));
    return hooks;
}

/// The facts of the generation that somebody wants back; 0 stands for the newest before what is held.
record::Held earlierGeneration(const std::filesystem::path& root, const record::Held& held, const std::string& name,
                               unsigned wanted) {
    const auto kept = store::generations(root, name);
    const auto before = std::ranges::lower_bound(kept, held.generation);
    if (wanted == 0 && before == kept.begin())
        throw Error(Fault::local, fmt::format("no generation of {} before {} is kept", name, held.generation));
    if (wanted == held.generation)
        throw Error(Fault::local, fmt::format("generation {} of {} is in use already", wanted, name));
    if (wanted != 0 && std::ranges::find(kept, wanted) == kept.end())
        throw Error(Fault::local,
                    fmt::format("generation {} of {} is not kept, only {}", wanted, name, fmt::join(kept, ", ")));
    return store::readFacts(root, name, wanted != 0 ? wanted : *std::prev(before));
}

/// What everybody sees in use is in use, also when the disk did not say that it is safe there.
void useEarlier(const std::filesystem::path& root, const std::string& name, unsigned generation) {
    try {
        store::use(root, name, generation);
    } catch (const Error& error) {
        const auto now = store::readHeld(root, name);
        if (!now || now->generation != generation) throw;
        log::warning("{}: generation {} is in use, but {}", name, generation, error.what());
    }
}

} // namespace

/// The wall between an answer that comes later and an entry that may have gone on meanwhile.
Deployer::Done Engine::whenDone(const Entry& entry, std::function<void(Entry&, std::expected<Targets, Error>)> then) {
    return [this, name = entry.name(), id = entry.running->id,
            then = std::move(then)](std::expected<Targets, Error> result) {
        try {
            if (auto* found = findRunning(name, id)) then(*found, std::move(result));
        } catch (const std::exception& error) { // Whatever it was, what runs has an end.
            if (auto* found = findRunning(name, id)) deploymentFailed(*found, Error(Fault::local, error.what()));
        }
    };
}

/// What the coming CA has issued is in use from the moment it is valid.
void Engine::takeUpcoming(Entry& entry) {
    if (!entry.upcoming || entry.upcoming->notBefore > judgedTime()) return;
    store::useUpcoming(places_.root, entry.name());
    entry.held = std::exchange(entry.upcoming, std::nullopt);
    entry.history = schedule::noteNewGeneration(std::move(entry.history));
}

void Engine::startDeploymentOrHooks(Entry& entry) {
    const bool another = entry.upcoming && entry.upcoming->notBefore <= judgedTime();
    if (!another && schedule::hooksOwed(entry.held, entry.history)) return rerunHooks(entry);
    startDeployment(entry);
}

void Engine::startDeployment(Entry& entry) {
    takeUpcoming(entry);
    begin(entry, Action::deploy, "deploy");
    deployer_.deploy(entry.name(), entry.held->generation,
                     whenDone(entry, [this](Entry& found, auto result) { deployed(found, std::move(result)); }));
}

void Engine::deployed(Entry& entry, std::expected<Targets, Error> result) {
    if (!result) return deploymentFailed(entry, result.error());
    const auto& targets = entry.history.deployment.targets = std::move(*result);
    if (std::ranges::any_of(targets, isUnconfirmed)) return lookAtServed(entry);
    confirm(entry);
}

/// The deployer has no network: scepd-enroll's second job is to look what listeners present.
void Engine::lookAtServed(Entry& entry) {
    const auto end = [this, name = entry.name(), id = entry.running->id](const record::Report& report) {
        auto* found = findRunning(name, id);
        if (found == nullptr) return;
        if (std::holds_alternative<record::Served>(report)) return confirm(*found);
        const auto* failed = std::get_if<record::Failed>(&report);
        putBack(*found, failed != nullptr ? Error(failed->code, failed->reason)
                                          : Error(Code::local, "scepd-enroll did not say what is served"));
    };
    std::vector<std::string> arguments{fmt::format("--root={}", places_.root.string()),
                                       fmt::format("--served={}", entry.held->generation)};
    for (const auto& listener : listenersToLookAt(entry))
        arguments.push_back(fmt::format("--listener={}", listener));
    arguments.push_back(entry.name());
    entry.running->phase = "served";
    try {
        entry.running->child = std::make_unique<EnrollRun>(
            loop_, places_.enrollProgram, arguments, std::vector<EnrollRun::Handed>{}, lookDeadline,
            EnrollRun::Listener{[](const std::string&) {}, end, {}, remarks(entry)});
    } catch (const Error& error) {
        return deploymentFailed(entry, error);
    }
    changed(entry);
}

void Engine::confirm(Entry& entry) {
    deployer_.confirm(entry.name(), entry.held->generation,
                      whenDone(entry, [this](Entry& found, const auto& result) { confirmed(found, result); }));
}

void Engine::confirmed(Entry& entry, const std::expected<Targets, Error>& result) {
    if (!result) return deploymentFailed(entry, result.error());
    for (auto& target : entry.history.deployment.targets)
        if (isUnconfirmed(target)) target.state = "deployed";
    entry.history = schedule::noteDeployed(std::move(entry.history), entry.held->generation, judgedTime());
    const auto ended = std::exchange(entry.running, std::nullopt)->ended;
    entry.told.forget();
    tell(entry, log::Level::notice, Code::deployed, fmt::format("generation {} is deployed", entry.held->generation));
    tellFailedHooks(entry, entry.history.deployment.targets);
    audience_.event(entry.name(), "deployed", "", entry.held);
    changed(entry);
    planSoon();
    if (ended) ended({});
}

/// Those that failed, once more.
void Engine::rerunHooks(Entry& entry) {
    begin(entry, Action::nothing, "hooks");
    const bool wentBack = entry.history.heldBackUntil != never;
    deployer_.runHooks(entry.name(), wentBack ? "rolled-back" : "deployed", failedHooks(entry.history.deployment),
                       whenDone(entry, [this](Entry& found, auto result) { hooksRan(found, std::move(result)); }));
}

void Engine::hooksRan(Entry& entry, std::expected<Targets, Error> result) {
    auto rows = result ? std::move(*result) : Targets{};
    if (!result)
        for (const auto& hook : failedHooks(entry.history.deployment))
            rows.push_back({"hook " + hook, "failed", result.error().what()});
    entry.history = schedule::noteHooks(std::move(entry.history), rows, judgedTime());
    entry.running.reset();
    if (rows.empty()) tell(entry, log::Level::notice, Code::hooksRan, "its hooks have run");
    tellFailedHooks(entry, rows);
    changed(entry);
    planSoon();
}

/// Nothing depends on how these end.
void Engine::tellHooks(const Entry& entry, const std::string& event) {
    if (entry.certificate.hooks.empty()) return;
    deployer_.runHooks(entry.name(), event, {}, [this, name = entry.name(), event](const auto& result) {
        if (!result) log::warning("{}: its hooks are not told that it is {}: {}", name, event, result.error().what());
        if (auto* found = find(name); found != nullptr && result) tellFailedHooks(*found, *result);
    });
}

/// For what somebody asks of what is held.
Entry& Engine::deployable(const std::string& name) {
    auto* entry = find(name);
    if (entry == nullptr) throw Error(Fault::configuration, fmt::format("no profile asks for {} any more", name));
    if (!entry->blocked.empty()) throw Error(Fault::configuration, fmt::format("{}: {}", name, entry->blocked));
    if (!entry->held) throw Error(Fault::local, fmt::format("{}: no certificate is held", name));
    giveWay(*entry);
    return *entry;
}

bool Engine::redeploy(const std::string& name, Done done) {
    auto& entry = deployable(name);
    if (entry.running) return false;
    if (entry.held->notAfter <= judgedTime())
        throw Error(Fault::local, fmt::format("{} expired on {}", name, rfc3339(entry.held->notAfter)));
    entry.history = schedule::noteNewGeneration(std::move(entry.history));
    startDeployment(entry);
    entry.running->ended = std::move(done);
    return true;
}

bool Engine::rollback(const std::string& name, unsigned generation, Done done) {
    auto& entry = deployable(name);
    if (entry.running) return false;
    if (entry.upcoming && generation == entry.upcoming->generation)
        throw Error(Fault::local, fmt::format("generation {} of {} is used by itself when it becomes valid, on {}",
                                              generation, name, rfc3339(entry.upcoming->notBefore)));
    const auto earlier = earlierGeneration(places_.root, *entry.held, name, generation);
    if (earlier.machineId != machineId_)
        throw Error(Fault::local,
                    fmt::format("generation {} of {} was made on another machine", earlier.generation, name));
    if (earlier.notAfter <= judgedTime())
        throw Error(Fault::local, fmt::format("generation {} of {} expired on {}", earlier.generation, name,
                                              rfc3339(earlier.notAfter)));
    useEarlier(places_.root, name, earlier.generation);
    entry.held = earlier;
    entry.history = schedule::noteRollback(std::move(entry.history), earlier, judgedTime());
    begin(entry, Action::deploy, "rollback");
    entry.running->ended = std::move(done);
    audience_.event(name, "rolled-back", "on request", entry.held);
    entry.told.forget();
    tell(entry, log::Level::notice, Code::rolledBack,
         fmt::format("going back to generation {} on request", earlier.generation));
    deployer_.rollback(name, earlier.generation,
                       whenDone(entry, [this](Entry& found, auto result) { deployed(found, std::move(result)); }));
    return true;
}

/// A listener does not present the new certificate: back to what worked, if there is something to go back to.
void Engine::putBack(Entry& entry, const Error& why) {
    if (entry.history.deployment.generation == 0) {
        for (auto& target : entry.history.deployment.targets)
            if (isUnconfirmed(target)) target = {target.target, "not-served", why.what()};
        return deploymentFailed(entry, why);
    }
    entry.running->phase = "rollback";
    entry.running->child.reset();
    changed(entry);
    deployer_.rollback(
        entry.name(), 0, whenDone(entry, [this, why](Entry& found, auto result) {
            if (!result)
                return deploymentFailed(found, {why.code(), fmt::format("{}; going back failed as well: {}", why.what(),
                                                                        result.error().what())});
            found.history.deployment.targets = std::move(*result);
            tellFailedHooks(found, found.history.deployment.targets);
            audience_.event(found.name(), "rolled-back", why.what(), found.held);
            deploymentFailed(found, {why.code(), fmt::format("{}; the generation before was put back", why.what())});
        }));
}

void Engine::deploymentFailed(Entry& entry, const Error& why) {
    entry.history = schedule::noteDeploymentFailure(std::move(entry.history), why, judgedTime());
    const auto ended = std::exchange(entry.running, std::nullopt)->ended;
    complain(entry, "failed", why.code(), entry.history.deployment.error);
    changed(entry);
    planSoon();
    if (ended) ended(std::unexpected(why));
}

} // namespace scepd
