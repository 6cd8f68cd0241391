#include "fleet/endpoint.hpp"

#include "schedule/hold.hpp"
#include "schedule/notes.hpp"
#include "schedule/spread.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace scepd::fleet {
namespace {

using record::Action;
using What = Event::What;
using namespace std::chrono_literals;

/// When the programs were built.
const Time built = parseRfc3339("2025-11-01T00:00:00Z");

/// From a generation that was written to consumers that were seen to use it.
constexpr Duration deployment = 1s;

/// As scepd-enroll has it (enroll/check.cpp).
constexpr Duration clockTolerance = 5min;

} // namespace

Endpoint::Endpoint(const std::string& machineId, const Settings& settings, const Authority& authority,
                   const std::vector<std::string>& certificates, Listener listener, Time truth)
    : settings_(settings),
      authority_(authority),
      listener_(std::move(listener)),
      bootDelay_(schedule::scaled(settings.bootSpread, schedule::share(schedule::hash(machineId, "boot"), 0))),
      truth_(truth),
      booted_(truth) {
    for (const auto& name : certificates) {
        Entry entry;
        entry.name = name;
        entry.policy = settings.policy;
        entry.policy.seed = schedule::hash(machineId, name);
        entries_.push_back(std::move(entry));
    }
    startDaemon();
}

// ---- time ----

/// What is held tells where the clock cannot be.
void Endpoint::measureClock() {
    std::vector<record::Held> held;
    for (const auto& entry : entries_)
        if (entry.held) held.push_back(*entry.held);
    belief_.floor = schedule::clockFloor(built, lastNoted_, held);
    belief_.ceiling = schedule::clockCeiling(belief_.floor, held);
    measured_ = truth_;
}

Time Endpoint::judgedTime() const {
    auto belief = belief_;
    belief.synchronized = synchronized_;
    belief.elapsed = truth_ - measured_;
    return schedule::judgedTime(wallClock(), belief);
}

void Endpoint::live(Time until) {
    for (auto next = nextTurn(); next <= until; next = nextTurn()) {
        truth_ = std::max(truth_, next);
        turn();
    }
    truth_ = until;
}

Time Endpoint::nextTurn() const {
    auto next = alarm_ == never ? Time::max() : truth_ + (alarm_ - judgedTime());
    for (const auto& entry : entries_)
        if (entry.running) next = std::min(next, entry.running->ends);
    return next;
}

/// The first of what has ended, or else a new plan.
void Endpoint::turn() {
    const auto ended = [&](const Entry& entry) { return entry.running && entry.running->ends <= truth_; };
    const auto entry = std::ranges::find_if(entries_, ended);
    if (entry == entries_.end()) return plan();
    if (entry->running->action == Action::deploy) return deployed(*entry);
    attemptEnded(*entry, entry->running->report);
}

// ---- what happens to it ----

void Endpoint::setClock(Duration ahead) {
    ahead_ = ahead;
    clockStepped();
}

void Endpoint::slewClock(Duration by) {
    ahead_ += by;
}

void Endpoint::setSynchronized(bool synchronized) {
    synchronized_ = synchronized;
    planSoon();
}

void Endpoint::sleep(Duration duration) {
    truth_ += duration;
    for (auto& entry : entries_)
        if (entry.running && entry.running->action != Action::deploy && entry.running->ends <= truth_)
            entry.running->report = record::Failed{Code::unreachable, "the connection was lost", std::nullopt};
    clockStepped(); // the kernel tells so after every sleep
}

void Endpoint::restart() {
    for (auto& entry : entries_)
        entry.running.reset();
    startDaemon();
}

void Endpoint::boot(Duration off, Duration ahead) {
    truth_ += off;
    booted_ = truth_;
    ahead_ = ahead;
    synchronized_ = false;
    restart();
}

void Endpoint::startDaemon() {
    networkChanged_ = never;
    measureClock();
    for (auto& entry : entries_)
        entry.history.deployment.failures = 0;
    planSoon();
}

void Endpoint::networkChanged() {
    networkChanged_ = judgedTime();
    planSoon();
}

void Endpoint::ask(std::string_view certificate) {
    auto& entry = find(certificate);
    if (!entry.running) entry.history = schedule::noteRequest(std::move(entry.history), false, judgedTime());
    planSoon();
}

void Endpoint::clockStepped() {
    for (auto& entry : entries_)
        entry.history = schedule::noteClockStep(std::move(entry.history), judgedTime());
    planSoon();
}

// ---- what next, as in scepd/engine.cpp and scepd/entry.cpp ----

schedule::Circumstances Endpoint::circumstances() const {
    const schedule::Start start{
        .uptime = truth_ - booted_,
        .synchronized = synchronized_,
        .waitForSync = settings_.waitForSync,
        .bootDelay = bootDelay_,
    };
    const auto time = judgedTime();
    auto [until, why] = schedule::holdAfterBoot(start, time);
    return {.now = time, .networkChanged = networkChanged_, .held = until, .heldWhy = std::move(why)};
}

schedule::Step Endpoint::nextStep(const Entry& entry, const schedule::Circumstances& moment) const {
    auto step = schedule::nextStep(entry.policy, entry.held, entry.history, moment.now);
    if (entry.upcoming && !schedule::asked(entry.history, moment.now))
        step = schedule::withUpcoming(std::move(step), *entry.upcoming, moment.now);
    return schedule::underCircumstances(std::move(step), entry.history, moment);
}

schedule::Candidate Endpoint::candidate(const Entry& entry, const schedule::Circumstances& moment) const {
    const auto& [name, policy, held, upcoming, history, transaction, running] = entry;
    auto step = nextStep(entry, moment);
    if (running) step.action = running->action;
    return {
        .name = name,
        .authority = "http://ca.example.com/scep",
        .asked = schedule::asked(history, moment.now) || schedule::owed(history),
        .running = running.has_value(),
        .unfinished = schedule::renewalUnfinished(held, history, moment.now),
        .step = std::move(step),
        .notAfter = held ? held->notAfter : never,
        .lifetime = held ? held->notAfter - held->notBefore : Duration::zero(),
        .window = held ? schedule::renewalWindow(policy, *held) : Duration::zero(),
    };
}

void Endpoint::planSoon() {
    alarm_ = judgedTime();
}

void Endpoint::plan() {
    const auto moment = circumstances();
    schedule::Limits limits{.spacing = settings_.spacing, .parallel = settings_.parallel, .lastRenewal = never};
    std::vector<schedule::Candidate> candidates;
    for (const auto& entry : entries_) {
        candidates.push_back(candidate(entry, moment));
        limits.lastRenewal = std::max(limits.lastRenewal, entry.history.lastRenewal);
    }
    const auto decision = schedule::decide(candidates, limits, moment.now);
    setAlarm(decision.wakeUp, moment.now);
    for (const auto index : decision.start)
        start(entries_[index], candidates[index].step.action);
    listener_({.what = What::decision, .certificate = {}, .action = Action::nothing, .truth = truth_});
}

void Endpoint::setAlarm(Time decided, Time now) {
    alarm_ = decided;
    for (const auto& entry : entries_) {
        if (!entry.held || entry.held->notAfter <= now) continue;
        if (alarm_ == never || entry.held->notAfter < alarm_) alarm_ = entry.held->notAfter;
    }
}

void Endpoint::start(Entry& entry, Action action) {
    if (action == Action::deploy) return startDeployment(entry);
    startAttempt(entry, action);
}

// ---- attempts, as in scepd/attempts.cpp and enroll/attempt.cpp ----

void Endpoint::startAttempt(Entry& entry, Action action) {
    const auto time = judgedTime();
    auto& pending = entry.history.pending;
    if (action == Action::poll && schedule::pollLimitReached(entry.policy, *pending)) {
        entry.transaction.reset();
        pending.reset();
        return attemptEnded(entry, record::Failed{Code::refused, "the CA did not decide", std::nullopt});
    }
    entry.history = schedule::noteAttempt(std::move(entry.history), time);
    tell(What::attempt, entry, action);
    const bool resumes = entry.transaction.has_value();
    auto [takes, report] = authority_.exchange(entry.name, entry.transaction, truth_);
    if (entry.transaction && !resumes) tell(What::request, entry, action);
    entry.running = Running{action, truth_ + takes, std::move(report)};
}

/// What is issued is not accepted when it is not valid by the wall clock, and the transaction ends either way.
record::Report Endpoint::checked(Entry& entry, record::Report report) const {
    auto* issued = std::get_if<record::Issued>(&report);
    if (issued == nullptr) return report;
    entry.transaction.reset();
    if (issued->held.notBefore > wallClock() + clockTolerance && !issued->upcoming)
        return record::Failed{Code::protocol, "not valid yet", std::nullopt};
    if (issued->held.notAfter <= wallClock()) return record::Failed{Code::protocol, "expired", std::nullopt};
    issued->held.generation = (entry.held ? entry.held->generation : 0) + 1;
    issued->held.issued = wallClock();
    return report;
}

void Endpoint::attemptEnded(Entry& entry, record::Report report) {
    entry.running.reset();
    report = checked(entry, std::move(report));
    entry.history = schedule::noteEnd(std::move(entry.history), report, judgedTime());
    if (synchronized_) lastNoted_ = wallClock();
    planSoon();
    const auto* issued = std::get_if<record::Issued>(&report);
    if (issued == nullptr) return;
    entry.upcoming = issued->upcoming ? std::optional(issued->held) : std::nullopt;
    if (issued->upcoming) return;
    entry.held = issued->held;
    measureClock();
    startDeployment(entry);
}

// ---- deployment, as in scepd/deployment.cpp ----

void Endpoint::startDeployment(Entry& entry) {
    if (entry.upcoming && entry.upcoming->notBefore <= judgedTime()) {
        entry.held = std::exchange(entry.upcoming, std::nullopt);
        entry.history = schedule::noteNewGeneration(std::move(entry.history));
    }
    entry.running = Running{Action::deploy, truth_ + deployment, {}};
}

void Endpoint::deployed(Entry& entry) {
    entry.history = schedule::noteDeployed(std::move(entry.history), entry.held->generation, judgedTime());
    entry.running.reset();
    tell(What::deployed, entry, Action::deploy);
    planSoon();
}

// ---- what can be seen ----

void Endpoint::tell(What what, const Entry& entry, Action action) const {
    listener_({.what = what, .certificate = entry.name, .action = action, .truth = truth_});
}

const Endpoint::Entry& Endpoint::find(std::string_view certificate) const {
    const auto found = std::ranges::find(entries_, certificate, &Entry::name);
    if (found == entries_.end()) throw std::invalid_argument("no such certificate");
    return *found;
}

Endpoint::Entry& Endpoint::find(std::string_view certificate) {
    return const_cast<Entry&>(std::as_const(*this).find(certificate));
}

schedule::Situation Endpoint::situation(std::string_view certificate) const {
    const auto& entry = find(certificate);
    const auto moment = circumstances();
    const auto running = entry.running ? std::optional(entry.running->action) : std::nullopt;
    return schedule::situationOf(entry.policy, entry.held, entry.history, nextStep(entry, moment), running, "",
                                 moment.now);
}

const record::History& Endpoint::history(std::string_view certificate) const {
    return find(certificate).history;
}

const std::optional<record::Held>& Endpoint::held(std::string_view certificate) const {
    return find(certificate).held;
}

} // namespace scepd::fleet
