#include "scepd/entry.hpp"

#include "base/code.hpp"
#include "schedule/look.hpp"
#include "schedule/spread.hpp"
#include "schedule/state.hpp"

#include <filesystem>

#include <fmt/format.h>

namespace scepd {

using record::Action;

namespace {

/// A remedy that can be copied into a shell.
std::string withName(std::string remedy, const std::string& name) {
    constexpr std::string_view placeholder = " NAME";
    for (auto at = remedy.find(placeholder); at != std::string::npos; at = remedy.find(placeholder, at + name.size()))
        remedy.replace(at + 1, placeholder.size() - 1, name);
    return remedy;
}

} // namespace

bool Entry::isExchanging() const {
    return running && running->child && running->action != Action::deploy && running->action != Action::nothing;
}

Duration Entry::exchangeDeadline() const {
    const auto exchanges = static_cast<Duration::rep>(profile->scep.urls.size()) + 2;
    return profile->scep.timeout * exchanges + Duration(std::chrono::minutes(1));
}

bool Entry::outdated() const {
    return held && held->configuration != configuration;
}

schedule::NameChange Entry::nameChange() const {
    using schedule::NameChange;
    if (!held || held->names.empty() || names.empty() || held->names == names) return NameChange::none;
    switch (certificate.subjectChange) {
    case profile::SubjectChange::keep:
        return NameChange::keep;
    case profile::SubjectChange::reenroll:
        return NameChange::reenroll;
    case profile::SubjectChange::alert:
        return NameChange::alert;
    }
    return NameChange::none;
}

schedule::Policy Entry::currentPolicy() const {
    auto current = policy;
    current.outdated = outdated();
    current.nameChange = nameChange();
    return current;
}

schedule::Step Entry::nextStep(const schedule::Circumstances& circumstances) const {
    const auto now = circumstances.now;
    if (!blocked.empty()) return {Action::nothing, never, never, blocked};
    const auto current = currentPolicy();
    auto step = schedule::nextStep(current, held, history, now);
    const bool wantsAnother =
        current.outdated || current.nameChange == schedule::NameChange::reenroll || schedule::asked(history, now);
    if (upcoming && !wantsAnother) step = schedule::withUpcoming(std::move(step), *upcoming, now);
    return schedule::underCircumstances(std::move(step), history, circumstances);
}

schedule::Candidate Entry::candidate(const schedule::Circumstances& circumstances) const {
    const auto now = circumstances.now;
    auto step = nextStep(circumstances);
    if (running) step.action = running->action;
    return {
        .name = name(),
        .authority = profile->scep.urls.front(),
        .opensTheNetwork = certificate.usage == profile::Usage::ieee8021x,
        .asked = schedule::asked(history, now) || schedule::owed(history),
        .running = running.has_value(),
        .unfinished = schedule::renewalUnfinished(held, history, now),
        .step = std::move(step),
        .notAfter = held ? held->notAfter : never,
        .lifetime = held ? held->notAfter - held->notBefore : Duration::zero(),
        .window = held ? schedule::renewalWindow(policy, *held) : Duration::zero(),
    };
}

/// What went wrong last: with the CA, or with what is held on its way to the consumers.
std::optional<Code> Entry::lastCode() const {
    if (history.lastCode) return history.lastCode;
    return blocked.empty() ? history.deployment.code : Code::unsupported;
}

record::Status Entry::status(const schedule::Circumstances& circumstances) const {
    const auto step = nextStep(circumstances);
    const bool attempted = running && running->action != Action::nothing;
    const auto action = attempted ? std::optional(running->action) : std::nullopt;
    auto situation = schedule::situationOf(currentPolicy(), held, history, step, action, blocked, circumstances.now);
    if (const auto ending = schedule::endingAuthority(authorities, circumstances.now))
        situation = schedule::withEnding(std::move(situation), *ending);
    const auto code = lastCode();
    return {
        .name = name(),
        .profile = profile->file,
        .usage = std::string(profile::name(certificate.usage)),
        .state = situation.state,
        .reason = std::move(situation.reason),
        .remedy = withName(std::move(situation.remedy), name()),
        .held = held,
        .nextAction = step.action,
        .nextActionTime = step.at,
        .nextActionReason = step.why,
        .lastAttempt = history.lastAttempt,
        .lastErrorCode = code ? scepd::name(*code) : std::string(),
        .lastError = history.lastCode ? history.lastError : history.deployment.error,
        .attempts = history.attempts,
        .phase = running ? running->phase : std::string(),
        .deployedGeneration = history.deployment.generation,
        .targets = history.deployment.targets,
    };
}

schedule::Policy policyOf(const profile::Profile& profile, const profile::Certificate& certificate,
                          const profile::Settings& settings, const std::string& machineId) {
    return {
        .renewBefore = certificate.renew.before,
        .manual = profile.manual,
        .retries = profile.scep.retries,
        .retryDelay = profile.scep.retryDelay,
        .retryDelayMax = profile.scep.retryDelayMax,
        .pollInterval = profile.scep.pollInterval,
        .pollLimit = profile.scep.pollLimit,
        .spread = settings.renewalSpread,
        .seed = schedule::hash(machineId, certificate.name),
    };
}

record::Status notApplicable(const profile::Profile& profile, const profile::Certificate& certificate) {
    record::Status status;
    status.name = certificate.name;
    status.profile = profile.file;
    status.usage = profile::name(certificate.usage);
    status.state = record::State::notApplicable;
    status.reason = profile::groupsSentence(profile);
    return status;
}

} // namespace scepd
