#include "scepd/engine.hpp"

#include "base/file.hpp"
#include "base/log.hpp"
#include "profile/endpoint.hpp"
#include "scepd/named_files.hpp"
#include "scepd/overview.hpp"
#include "schedule/hold.hpp"
#include "schedule/look.hpp"
#include "schedule/notes.hpp"
#include "schedule/spread.hpp"
#include "store/generation.hpp"
#include "store/history.hpp"
#include "store/last_time.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace scepd {
namespace {

using record::Action;
using namespace std::chrono_literals;

/// The same complaint is not repeated in the log within this time.
constexpr Duration complaintInterval = 1h;

} // namespace

Engine::Engine(Loop& loop, Places places, Deployer deployer, Audience audience)
    : loop_(loop),
      places_(std::move(places)),
      deployer_(std::move(deployer)),
      audience_(std::move(audience)),
      machineId_(profile::machineId(places_.root)),
      targetWatch_(loop, places_.root, [this](const auto& paths) { touched(paths); }) {}

// ---- what next ----

void Engine::clockStepped() {
    const auto time = judgedTime();
    for (auto& [name, entry] : entries_)
        entry.history = schedule::noteClockStep(std::move(entry.history), time);
    circumstancesChanged();
}

void Engine::clockSynchronized(bool synchronized) {
    surroundings_.clockSynchronized = synchronized;
    circumstancesChanged();
}

void Engine::networkOnline(bool online) {
    surroundings_.networkOnline = online;
    planSoon();
}

void Engine::networkChanged() {
    networkChanged_ = judgedTime();
    circumstancesChanged();
}

/// What comes next for whom may be another now.
void Engine::circumstancesChanged() {
    const auto moment = circumstances();
    for (auto& [name, entry] : entries_)
        show(entry, moment);
    planSoon();
}

/// What is held tells where the clock cannot be.
void Engine::measureClock() {
    std::vector<record::Held> held;
    for (const auto& [name, entry] : entries_)
        if (entry.held) held.push_back(*entry.held);
    belief_.floor = schedule::clockFloor(schedule::buildTime(), store::readLastTime(places_.root), held);
    belief_.ceiling = schedule::clockCeiling(belief_.floor, held);
    measured_ = uptime();
}

Time Engine::judgedTime() const {
    auto belief = belief_;
    belief.synchronized = surroundings_.clockSynchronized;
    belief.elapsed = uptime() - measured_;
    return schedule::judgedTime(now(), belief);
}

schedule::Circumstances Engine::circumstances() const {
    const auto& settings = configuration_.settings;
    const auto boot = schedule::hash(machineId_, "boot");
    const schedule::Start start{
        .uptime = uptime(),
        .synchronized = surroundings_.clockSynchronized,
        .waitForSync = settings.waitForSync,
        .bootDelay = schedule::scaled(settings.bootSpread, schedule::share(boot, 0)),
    };
    const auto time = judgedTime();
    auto [until, why] = schedule::holdAfterBoot(start, time);
    return {.now = time, .networkChanged = networkChanged_, .held = until, .heldWhy = std::move(why)};
}

/// From the loop, so that whoever calls is done first and several reasons make one plan.
void Engine::planSoon() {
    alarm_ = loop_.after(Duration::zero(), [this] { plan(); });
}

std::vector<schedule::Candidate> Engine::candidates(const schedule::Circumstances& moment) const {
    std::vector<schedule::Candidate> all;
    all.reserve(entries_.size());
    for (const auto& [name, entry] : entries_)
        all.push_back(entry.candidate(moment));
    return all;
}

schedule::Limits Engine::limits() const {
    schedule::Limits limits{
        .spacing = configuration_.settings.renewalSpacing,
        .parallel = configuration_.settings.parallelEnrollments,
        .lastRenewal = never,
    };
    for (const auto& [name, entry] : entries_)
        limits.lastRenewal = std::max(limits.lastRenewal, entry.history.lastRenewal);
    return limits;
}

void Engine::plan() {
    const auto moment = circumstances();
    const auto time = moment.now;
    const auto all = candidates(moment);
    const auto decision = schedule::decide(all, limits(), time);
    setAlarm(schedule::earlier(decision.wakeUp, nextWatch(moment)), time);
    std::vector<Entry*> entries;
    for (auto& [name, entry] : entries_)
        entries.push_back(&entry);
    for (const auto index : decision.start)
        start(*entries[index], all[index].step.action);
    for (auto* entry : entries)
        warn(*entry, moment);
    const auto after = circumstances();
    for (auto* entry : entries)
        tellChange(*entry, after);
    lookAtAuthorities(moment);
    showOverview(all, time);
    planInspection();
}

/// Wakes for the next decision, and when something held expires, for people to see it.
void Engine::setAlarm(Time decided, Time now) {
    auto next = decided;
    for (auto& [name, entry] : entries_) {
        if (!entry.held) continue;
        if (const auto expiry = entry.held->notAfter; expiry > now && (next == never || expiry < next)) next = expiry;
        if (entry.held->notAfter <= now && entry.shown != record::State::expired) show(entry, circumstances());
    }
    // By the clock as it shows, so that a step of it brings the next decision.
    alarm_ = next == never ? Loop::Handle() : loop_.at(next + (scepd::now() - now), [this] { plan(); });
}

void Engine::start(Entry& entry, Action action) {
    try {
        if (action == Action::deploy) return startDeploymentOrHooks(entry);
        startAttempt(entry, action);
    } catch (const Error& error) {
        attemptEnded(entry, record::Failed{error.code(), error.what(), std::nullopt});
    }
}

// ---- telling ----

Entry* Engine::find(const std::string& name) {
    const auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : &found->second;
}

const Entry& Engine::named(const std::string& name) const {
    const auto found = entries_.find(name);
    if (found == entries_.end())
        throw Error(Fault::configuration, fmt::format("no profile asks for {} any more", name));
    return found->second;
}

Entry* Engine::findRunning(const std::string& name, unsigned id) {
    auto* entry = find(name);
    return entry != nullptr && entry->running && entry->running->id == id ? entry : nullptr;
}

void Engine::begin(Entry& entry, Action action, const std::string& phase) {
    entry.running = Running{.action = action, .id = ++lastRunning_, .phase = phase, .child = nullptr};
    changed(entry);
}

/// Writes down what is known now and shows it. A full disk does not stop the daemon: what it knows it keeps in memory.
void Engine::changed(Entry& entry) {
    try {
        if (entry.history != entry.written) {
            store::writeHistory(places_.root, entry.name(), entry.history);
            if (surroundings_.clockSynchronized) store::noteTime(places_.root, judgedTime());
        }
        entry.written = entry.history;
    } catch (const Error& error) {
        if (const auto time = judgedTime(); lastUnwritten_ == never || time - lastUnwritten_ >= complaintInterval) {
            log::error("{}: what happened cannot be written down: {}", entry.name(), error.what());
            lastUnwritten_ = time;
        }
    }
    show(entry, circumstances());
}

void Engine::show(Entry& entry, const schedule::Circumstances& moment) {
    const auto status = entry.status(moment);
    entry.shown = status.state;
    audience_.one(status);
}

/// Also what does not apply here, and what is kept although no profile asks for it any more.
void Engine::showAll() {
    const auto moment = circumstances();
    std::set<std::string> names;
    for (auto& [name, entry] : entries_) {
        show(entry, moment);
        names.insert(name);
    }
    const auto showOthers = [&](const std::vector<record::Status>& others) {
        for (const auto& status : others) {
            audience_.one(status);
            names.insert(status.name);
        }
    };
    showOthers(otherEndpoints(configuration_, names));
    showOthers(removedCertificates(configuration_, store::keptCertificates(places_.root), names));
    audience_.only(names);
}

void Engine::showOverview(const std::vector<schedule::Candidate>& candidates, Time now) {
    audience_.overview(overviewOf(configuration_, surroundings_, schedule::queueOf(candidates, now)));
}

std::vector<std::filesystem::path> Engine::namedFiles() const {
    std::vector<std::filesystem::path> files;
    for (const auto& profile : configuration_.profiles)
        if (profile.appliesTo(configuration_.settings.groups))
            std::ranges::move(scepd::namedFiles(profile.scep, places_.root), std::back_inserter(files));
    return files;
}

std::string Engine::summary() const {
    std::map<std::string_view, std::size_t> counts;
    for (const auto& [name, entry] : entries_)
        ++counts[record::name(entry.shown)];
    std::string text = fmt::format("{} certificate{}", entries_.size(), entries_.size() == 1 ? "" : "s");
    const char* separator = ": ";
    for (const auto& [state, count] : counts) {
        text += fmt::format("{}{} {}", separator, count, state);
        separator = ", ";
    }
    return text;
}

} // namespace scepd
