// The engine's part that starts attempts of scepd-enroll and writes down how they ended.

#include "scepd/engine.hpp"

#include "base/log.hpp"
#include "schedule/notes.hpp"
#include "store/authorities.hpp"
#include "store/generation.hpp"
#include "store/transaction.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace scepd {

using record::Action;
using record::Outcome;
using namespace std::chrono_literals;

namespace {

const char* begunWords(Action action, bool renews) {
    if (action == Action::poll) return "asking the CA whether it has decided";
    return renews ? "asking for the next certificate" : "asking for a certificate";
}

} // namespace

/// Tells phases, remarks and the end of what runs for the entry now, unless something else does by then.
EnrollRun::Listener Engine::listener(const Entry& entry, End end) {
    const auto& name = entry.name();
    const auto id = entry.running->id;
    const auto transaction = [this, name, id](const std::string& sent) {
        if (auto* found = findRunning(name, id)) found->transaction = sent;
    };
    const auto phase = [this, name, id](const std::string& word) {
        auto* found = findRunning(name, id);
        if (found == nullptr) return;
        found->running->phase = word;
        show(*found, circumstances());
    };
    const auto ended = [this, name, id, end = std::move(end)](const record::Report& report) {
        if (auto* found = findRunning(name, id)) end(*found, report);
    };
    return {phase, ended, transaction, remarks(entry)};
}

/// They go to the journal as long as the same runs.
std::function<void(log::Level, const std::string&)> Engine::remarks(const Entry& entry) {
    return [this, name = entry.name(), id = entry.running->id](log::Level level, const std::string& line) {
        if (auto* found = findRunning(name, id)) passOn(*found, level, line);
    };
}

std::vector<std::string> Engine::enrollArguments(std::vector<std::string> rest) const {
    std::vector<std::string> arguments{fmt::format("--root={}", places_.root.string())};
    if (const auto time = judgedTime(); std::chrono::abs(time - now()) > schedule::clockTolerance)
        arguments.push_back(fmt::format("--earliest={}", rfc3339(time)));
    std::ranges::move(rest, std::back_inserter(arguments));
    return arguments;
}

std::unique_ptr<EnrollRun> Engine::spawn(Entry& entry, std::vector<std::string> arguments) {
    arguments.push_back(entry.name());
    const auto end = [this](Entry& found, const record::Report& report) { attemptEnded(found, report); };
    const std::vector<EnrollRun::Handed> handed{{"--challenge-fd", entry.asked.challenge.get()},
                                                {"--trace-fd", entry.asked.trace.get()}};
    auto run = std::make_unique<EnrollRun>(loop_, places_.enrollProgram, enrollArguments(std::move(arguments)), handed,
                                           entry.exchangeDeadline(), listener(entry, end));
    entry.asked = {}; // it has them now; what could not be started leaves them for the next attempt
    return run;
}

void Engine::startAttempt(Entry& entry, Action action) {
    auto& history = entry.history;
    const auto time = judgedTime();
    if (action == Action::poll && schedule::pollLimitReached(entry.policy, *history.pending)) {
        store::dropTransaction(places_.root, entry.name());
        history.pending.reset();
        throw Error(Code::pollLimit,
                    fmt::format("the CA did not decide within poll-limit ({})", humanDuration(entry.policy.pollLimit)));
    }
    history = schedule::noteAttempt(std::move(history), time);
    const bool renews = entry.held && entry.held->notAfter > time && !entry.outdated() &&
                        entry.nameChange() == schedule::NameChange::none; // other names are a new enrollment
    entry.transaction.clear();
    begin(entry, action, "start");
    entry.running->child = spawn(entry, renews ? std::vector<std::string>{"--renew"} : std::vector<std::string>{});
    audience_.event(entry.name(), "requested", "", entry.held);
    tell(entry, log::Level::info, Code::requested, begunWords(action, renews));
}

/// What an attempt has committed counts, also when it ended before it could say so.
record::Report Engine::asTheStoreTells(Entry& entry, const record::Report& report) const {
    if (!std::holds_alternative<record::Failed>(report)) return report;
    try {
        const auto held = store::readHeld(places_.root, entry.name());
        const auto known = entry.held ? entry.held->generation : 0;
        if (held && held->generation > known && held->machineId == machineId_) return record::Issued{*held};
    } catch (const Error& error) {
        passOn(entry, log::Level::warning, fmt::format("what is held cannot be read: {}", error.what()));
    }
    return report;
}

void Engine::attemptEnded(Entry& entry, const record::Report& told) {
    const auto report = asTheStoreTells(entry, told);
    const auto ran = std::exchange(entry.running, std::nullopt);
    entry.authorities = store::readAuthorities(places_.root, entry.name());
    const auto kept = std::exchange(entry.history, schedule::noteEnd(entry.history, report, judgedTime())).pending;
    ++entry.ended[entry.history.lastOutcome];
    if (const auto* issued = std::get_if<record::Issued>(&report))
        take(entry, *issued);
    else if (entry.history.lastOutcome != Outcome::pending)
        complain(entry, entry.history.lastOutcome == Outcome::refused ? "refused" : "failed",
                 entry.history.lastCode.value_or(Code::local), entry.history.lastError);
    else if (!kept || kept->id != entry.history.pending->id)
        tellPending(entry);
    changed(entry);
    planSoon();
}

void Engine::take(Entry& entry, const record::Issued& issued) {
    entry.told.forget();
    entry.upcoming = issued.upcoming ? std::optional(issued.held) : std::nullopt;
    if (!issued.upcoming) entry.held = issued.held;
    const auto when = issued.upcoming ? fmt::format("valid from {}", rfc3339(issued.held.notBefore))
                                      : fmt::format("valid until {}", rfc3339(issued.held.notAfter));
    tell(entry, log::Level::notice, Code::issued,
         fmt::format("issued: generation {}, serial {}, {}", issued.held.generation, issued.held.serialNumber, when));
    audience_.event(entry.name(), "issued", "", issued.held);
    dropTransaction(entry.name());
    if (issued.upcoming) return;
    measureClock();
    entry.names = issued.held.names; // looked up for it just now, and later than by what may still run
    namesAgain_ = namesRun_ != nullptr;
    startDeployment(entry);
}

/// An exchange that was killed after its commit leaves keys which nobody needs any more.
void Engine::dropTransaction(const std::string& name) const {
    try {
        store::dropTransaction(places_.root, name);
    } catch (const Error& error) {
        log::warning("{}: the finished transaction stays: {}", name, error.what());
    }
}

void Engine::tellPending(Entry& entry) {
    tell(entry, log::Level::notice, Code::pending,
         fmt::format("the CA keeps request {} for approval", entry.history.pending->id));
    audience_.event(entry.name(), "pending", "", entry.held);
}

} // namespace scepd
