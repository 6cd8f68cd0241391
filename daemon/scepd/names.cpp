// The engine's part that looks whether what is held still bears the endpoint's names.

#include "scepd/engine.hpp"

#include "base/log.hpp"
#include "profile/variables.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace scepd {
namespace {

using namespace std::chrono_literals;
using schedule::NameChange;

/// A resolver that does not answer takes half a minute; this is for what hangs.
constexpr Duration namesDeadline = 2min;

/// True when what is held may bear other names than those of this endpoint by now.
bool namesMayChange(const Entry& entry) {
    return entry.held && !entry.held->names.empty() && profile::usesVariables(entry.certificate);
}

} // namespace

void Engine::lookAtNames() {
    namesAgain_ = namesRun_ != nullptr;
    const auto hangsOnThem = [](const auto& named) { return namesMayChange(named.second); };
    if (namesRun_ || std::ranges::none_of(entries_, hangsOnThem)) return;
    try {
        namesRun_ = std::make_unique<EnrollRun>(
            loop_, places_.enrollProgram, enrollArguments({"--names"}), std::vector<EnrollRun::Handed>{}, namesDeadline,
            EnrollRun::Listener{[](const std::string&) {}, [this](const auto& report) { namesTold(report); }});
    } catch (const Error& error) {
        namesUnknown(error.what());
    }
}

/// The network tells of itself often.
void Engine::namesUnknown(const std::string& why) {
    if (toldOfNames_.isNews(why, judgedTime())) log::warning("whether names have changed cannot be looked up: {}", why);
}

void Engine::namesTold(const record::Report& report) {
    namesRun_.reset();
    if (namesAgain_) return lookAtNames();
    const auto* now = std::get_if<record::NamesNow>(&report);
    if (now == nullptr) {
        const auto* failed = std::get_if<record::Failed>(&report);
        return namesUnknown(failed != nullptr ? failed->reason : "scepd-enroll reported something else");
    }
    for (auto& [name, entry] : entries_) {
        const auto digest = now->digests.find(name);
        entry.names = digest != now->digests.end() ? digest->second : std::string();
        tellOfNames(entry);
    }
    circumstancesChanged();
}

/// Once, until the names are the same again.
void Engine::tellOfNames(Entry& entry) {
    const auto change = entry.nameChange();
    if (change == NameChange::none) entry.toldOfNames = false;
    const bool speaks = change == NameChange::alert || change == NameChange::reenroll;
    if (!speaks || std::exchange(entry.toldOfNames, true)) return;
    const bool alerts = change == NameChange::alert;
    tell(entry, alerts ? log::Level::warning : log::Level::notice, Code::namesChanged,
         fmt::format("this endpoint's names are others than those in its certificate {}; {}", entry.held->subject,
                     alerts ? "scepctl renew replaces it" : "a new one is enrolled (subject-change)"));
}

} // namespace scepd
