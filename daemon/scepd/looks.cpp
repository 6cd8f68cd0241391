// The engine's part that looks at CAs of which nothing is asked, and warns of what expires.

#include "scepd/engine.hpp"

#include "base/log.hpp"
#include "schedule/look.hpp"
#include "store/authorities.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace scepd {
namespace {

Time nextLookAt(const Entry& entry, const schedule::Circumstances& moment) {
    if (!entry.blocked.empty()) return never;
    const auto due = schedule::nextLook(entry.policy, entry.held, entry.authorities, entry.history, moment.now);
    return due == never ? never : std::max(due, moment.held);
}

} // namespace

Time Engine::nextWatch(const schedule::Circumstances& moment) const {
    auto next = never;
    const auto consider = [&](Time time) {
        if (time > moment.now) next = schedule::earlier(next, time);
    };
    for (const auto& [name, entry] : entries_) {
        consider(nextLookAt(entry, moment));
        if (entry.held) consider(schedule::nextOf(schedule::warningTimes(entry.policy, *entry.held), moment.now));
        for (const auto& authority : entry.authorities)
            consider(schedule::nextOf(schedule::warningTimes(authority), moment.now));
    }
    return next;
}

/// One at a time: its end makes us plan again, and so does a network that comes.
void Engine::lookAtAuthorities(const schedule::Circumstances& moment) {
    const auto looks = [](const auto& named) { return named.second.running && named.second.running->givesWay; };
    if (!surroundings_.networkOnline || std::ranges::any_of(entries_, looks)) return;
    for (auto& [name, entry] : entries_) {
        const auto due = nextLookAt(entry, moment);
        if (due != never && due <= moment.now && !entry.running) return startLook(entry);
    }
}

void Engine::startLook(Entry& entry) {
    begin(entry, record::Action::nothing, "look");
    entry.running->givesWay = true;
    try {
        entry.running->child = std::make_unique<EnrollRun>(
            loop_, places_.enrollProgram, enrollArguments({"--look", entry.name()}), std::vector<EnrollRun::Handed>{},
            entry.exchangeDeadline(),
            listener(entry, [this](Entry& found, const auto& report) { looked(found, report); }));
    } catch (const Error& error) {
        looked(entry, record::Failed{error.code(), error.what(), std::nullopt});
    }
}

void Engine::looked(Entry& entry, const record::Report& report) {
    const auto ran = std::exchange(entry.running, std::nullopt);
    const bool wasFollowed = schedule::isFollowed(entry.authorities);
    entry.authorities = store::readAuthorities(places_.root, entry.name());
    const bool failed = !std::holds_alternative<record::Looked>(report);
    entry.history = schedule::noteLook(std::move(entry.history), failed, judgedTime());
    if (const auto* failure = std::get_if<record::Failed>(&report))
        tell(entry, failure->fault() == Fault::unreachable ? log::Level::info : log::Level::warning, failure->code,
             failure->reason);
    if (!wasFollowed && schedule::isFollowed(entry.authorities))
        tell(entry, log::Level::notice, Code::successor,
             "the CA has named the one that follows it; scepctl ca shows both");
    changed(entry);
    planSoon();
}

/// A look ends for what somebody asks for.
void Engine::giveWay(Entry& entry) {
    if (entry.running && entry.running->givesWay) endByHand(entry);
}

/// Says what expires, once at each of the times for it.
void Engine::warn(Entry& entry, const schedule::Circumstances& moment) {
    if (!entry.held || entry.held->notAfter <= moment.now) return;
    const auto due = schedule::lastOf(schedule::warningTimes(entry.policy, *entry.held), moment.now);
    if (due != never && due != entry.warned)
        tellExpiry(entry, moment, fmt::format("the certificate expires on {}", rfc3339(entry.held->notAfter)));
    entry.warned = due;

    const auto ending = schedule::endingAuthority(entry.authorities, moment.now);
    const auto ends = ending ? schedule::lastOf(schedule::warningTimes(*ending), moment.now) : never;
    if (ending && ends != entry.warnedOfAuthority)
        tellExpiry(entry, moment,
                   fmt::format("the {} {} expires on {}", ending->role == "ra" ? "RA" : "CA", ending->subject,
                               rfc3339(ending->notAfter)));
    entry.warnedOfAuthority = ends;
}

void Engine::tellExpiry(Entry& entry, const schedule::Circumstances& moment, const std::string& text) {
    tell(entry, log::Level::warning, Code::expiring, text);
    audience_.event(entry.name(), "expiring", text, entry.held);
    tellHooks(entry, "expiring");
    show(entry, moment);
}

} // namespace scepd
