// The engine's part that has the installed files looked at, and put back or reported when they have changed.

#include "scepd/engine.hpp"

#include "base/log.hpp"
#include "profile/preset.hpp"
#include "schedule/inspection.hpp"
#include "schedule/notes.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace scepd {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::vector<profile::TargetFile> filesOf(const profile::Certificate& certificate) {
    std::vector<profile::TargetFile> files;
    for (const auto& target : certificate.targets)
        std::ranges::move(profile::filesOf(profile::resolveTarget(target, certificate)), std::back_inserter(files));
    return files;
}

std::string folderOf(const profile::TargetFile& file) {
    return fs::path(file.path).parent_path().string();
}

bool mayBeInspected(const Entry& entry, Time now) {
    return entry.held && !entry.running && entry.blocked.empty() && !entry.certificate.targets.empty() &&
           schedule::mayBeInspected(*entry.held, entry.history, now);
}

} // namespace

void Engine::watchTargets() {
    TargetWatch::Paths folders;
    for (const auto& [name, entry] : entries_)
        for (const auto& file : filesOf(entry.certificate))
            folders.insert(folderOf(file));
    targetWatch_.watch(std::move(folders));
}

/// A file of a target or its whole folder: whoever is concerned is looked at soon.
void Engine::touched(const TargetWatch::Paths& paths) {
    for (auto& [name, entry] : entries_) {
        const bool concerned = std::ranges::any_of(filesOf(entry.certificate), [&](const auto& file) {
            return paths.contains(file.path) || paths.contains(folderOf(file));
        });
        if (concerned) entry.inspection.touched = true;
    }
    planInspection();
}

/// Sets the alarm for what is to be looked at next; one at a time, each end plans the next.
void Engine::planInspection() {
    if (inspecting_) return;
    const auto time = judgedTime();
    const Entry* next = nullptr;
    Duration due{};
    for (const auto& [name, entry] : entries_) {
        if (!mayBeInspected(entry, time)) continue;
        const auto at = schedule::inspectionDue(entry.policy, *entry.held, entry.inspection);
        if (next != nullptr && at >= due) continue;
        next = &entry;
        due = at;
    }
    if (next == nullptr)
        inspectionAlarm_ = {};
    else
        inspectionAlarm_ = loop_.after(due - uptime(), [this, name = next->name()] { inspect(name); });
}

void Engine::inspect(const std::string& name) {
    auto* entry = find(name);
    if (entry == nullptr || !mayBeInspected(*entry, judgedTime())) return planInspection();
    inspecting_ = true;
    entry->inspection.touched = false;
    deployer_.verify(name, [this, name, generation = entry->held->generation](const auto& result) {
        inspecting_ = false;
        auto* found = find(name);
        // What was deployed meanwhile is not what was looked at.
        const bool same =
            found != nullptr && mayBeInspected(*found, judgedTime()) && found->held->generation == generation;
        if (same) inspected(*found, result);
        planInspection();
    });
}

void Engine::inspected(Entry& entry, const std::expected<Targets, Error>& result) {
    using Last = schedule::Inspection::Last;
    entry.inspection.last = result ? Last::answered : Last::unanswered;
    entry.inspection.at = uptime();
    if (result) return judge(entry, *result);
    passOn(entry, log::Level::warning,
           fmt::format("the installed files cannot be looked at: {}", result.error().what()));
}

void Engine::judge(Entry& entry, const Targets& rows) {
    const auto before = entry.history.deployment.targets;
    entry.history = schedule::noteInspection(std::move(entry.history), rows);
    const auto& after = entry.history.deployment.targets;
    const auto drift = schedule::driftOf(after);
    const bool heals = !drift.empty() && entry.certificate.drift == profile::Drift::heal;
    if (!heals && after == before) return;
    if (heals) entry.history = schedule::noteDrift(std::move(entry.history), drift, judgedTime());
    if (!drift.empty()) tellDrift(entry, drift);
    changed(entry);
    planSoon(); // heals, or tells everybody
}

void Engine::tellDrift(Entry& entry, const std::string& what) {
    audience_.event(entry.name(), "drifted", what, entry.held);
    tell(entry, log::Level::warning, Code::drifted, what);
}

} // namespace scepd
