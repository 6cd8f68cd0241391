#include "deploy/deployer.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "deploy/hook.hpp"
#include "deploy/rehearsal.hpp"
#include "deploy/verify.hpp"
#include "profile/preset.hpp"
#include "schedule/plausible.hpp"
#include "store/generation.hpp"
#include "store/last_time.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace scepd::deploy {
namespace {

constexpr std::array<std::string_view, 4> events{"deployed", "rolled-back", "failed", "expiring"};

/// A profile that is gone or broken must not keep an interrupted transaction from its end.
std::optional<Subject> findIfThere(const std::filesystem::path& root, const std::string& name) {
    try {
        return findSubject(root, name);
    } catch (const Error& error) {
        log::warning("{}: {}; its consumers and hooks are left alone", name, error.what());
        return std::nullopt;
    }
}

/// The units that were looked at and did not show what was installed. They ran then.
std::vector<std::string> listeners(const Subject& subject) {
    std::vector<std::string> units;
    for (const auto& target : subject.targets)
        if (target.served && target.unit && profile::actionOf(target) != profile::Action::none)
            units.push_back(*target.unit);
    return units;
}

record::TargetState failed(const profile::Target& target, const std::string& why) {
    return {nameOf(target), "failed", why};
}

/// What a clock that nobody has synchronised shows may be far ahead: that must not keep a machine from the certificate
/// which brings it the network, and with it the right time.
Time believed(const std::filesystem::path& root, const store::Generation& generation, Time shown) {
    record::Held held;
    const auto certificate = crypto::Certificate::fromPem(generation.certificate);
    held.notBefore = certificate.notBefore();
    held.notAfter = certificate.notAfter();
    for (const auto& authority : crypto::Certificate::allFromPem(generation.ca))
        held.caNotAfter = std::max(held.caNotAfter, authority.notAfter());
    const std::array all{held};
    const auto floor = schedule::clockFloor(schedule::buildTime(), store::readLastTime(root), all);
    return schedule::judgedTime(shown, {.floor = floor, .ceiling = schedule::clockCeiling(floor, all)});
}

} // namespace

Deployer::Deployer(std::filesystem::path root) : root_(std::move(root)) {}

Deployer::Targets Deployer::deploy(const std::string& name, unsigned generation, Time now) {
    const Lock lock(root_);
    return install(name, generation, "deployed", now);
}

Deployer::Targets Deployer::rollback(const std::string& name, unsigned generation, Time now) {
    const Lock lock(root_);
    const auto wanted = generation != 0 ? generation : readDeployed(root_, name).confirmed;
    if (wanted == 0)
        throw Error(Fault::local, fmt::format("roll back {}: no generation of it was ever confirmed", name));
    auto states = install(name, wanted, "rolled-back", now);
    if (generation == 0)
        for (const auto& trouble : startAgain(root_, {listeners(findSubject(root_, name)), {}}))
            log::error("{}: with its former files back: {}", name, trouble);
    return states;
}

Deployer::Targets Deployer::install(const std::string& name, unsigned generation, const std::string& event, Time now) {
    try {
        const auto subject = findSubject(root_, name);
        settle(name, Reach::consumersToo);
        const auto read = store::readGeneration(root_, name, generation);
        const auto material = check(read, subject.scep, root_, believed(root_, read, now));
        const auto files = planAll(root_, subject, material);
        Transaction transaction(root_,
                                {name, generation, readDeployed(root_, name).generation, event, Phase::stage, {}});
        transaction.stage(files);
        rehearseOrDiscard(transaction, subject);
        try {
            transaction.install();
        } catch (const Error& error) {
            throw error.during(takeBack(transaction, subject, error, {}));
        }
        return complete(transaction, subject);
    } catch (const Error& error) {
        throw error.during(fmt::format("deploy generation {} of {}", generation, name));
    }
}

void Deployer::rehearseOrDiscard(Transaction& transaction, const Subject& subject) const {
    try {
        rehearse(root_, subject);
    } catch (const Error&) {
        transaction.discard();
        throw;
    }
}

/// From files in place to the end.
Deployer::Targets Deployer::complete(Transaction& transaction, const Subject& subject) {
    std::vector<Told> told;
    const auto ran = runningConsumers(root_, subject.targets);
    try {
        told = tellConsumers(root_, subject.targets);
    } catch (const Error& error) {
        throw error.during(takeBack(transaction, subject, error, ran));
    }
    transaction.accept();
    Targets states;
    for (std::size_t i = 0; i < subject.targets.size(); ++i) {
        const auto& target = subject.targets[i];
        const bool toBeLookedAt = target.served && told[i].runs;
        states.push_back({nameOf(target), toBeLookedAt ? "unconfirmed" : "deployed", told[i].note});
    }
    const auto& intent = transaction.intent();
    std::ranges::move(runHooksOf(subject, intent.event, intent.generation), std::back_inserter(states));
    transaction.finish();
    return states;
}

/// A row for each hook that failed.
Deployer::Targets Deployer::runHooksOf(const Subject& subject, const std::string& event, unsigned generation) const {
    Targets rows;
    const auto facts = factsOf(subject, event, generation);
    for (const auto& hook : subject.certificate.hooks)
        if (const auto end = runHook(root_, hook, facts, subject.certificate.hookTimeout); !end.succeeded)
            rows.push_back({"hook " + hook, "failed", end.detail});
    return rows;
}

/// Puts the former files back for their consumers, and returns what came of that, for people. Also when putting back
/// fails, the error tells what came first.
std::string Deployer::takeBack(Transaction& transaction, const Subject& subject, const Error& why, const Running& ran) {
    try {
        transaction.undo();
    } catch (const Error& error) {
        throw error.during(fmt::format("{}; putting the former files back", why.what()));
    }
    auto troubles = tellOfFormer(subject);
    transaction.finish();
    std::ranges::move(startAgain(root_, ran), std::back_inserter(troubles));
    const std::string done = "what lay there before was put back";
    return troubles.empty() ? done : fmt::format("{} ({})", done, fmt::join(troubles, "; "));
}

/// Returns what goes wrong.
std::vector<std::string> Deployer::tellOfFormer(const Subject& subject) const {
    try {
        tellConsumers(root_, subject.targets);
        return {};
    } catch (const Error& error) {
        return {error.what()};
    }
}

void Deployer::confirm(const std::string& name, unsigned generation) {
    const Lock lock(root_);
    auto deployed = readDeployed(root_, name);
    if (generation == 0 || deployed.generation != generation)
        throw Error(Fault::local, fmt::format("confirm generation {} of {}: generation {} is deployed", generation,
                                              name, deployed.generation));
    deployed.confirmed = generation;
    write(root_, name, deployed);
}

const profile::Configuration& Deployer::configuration() {
    auto stamp = file::stamp(profile::configurationFiles(root_));
    if (stamp == configurationStamp_) return configuration_;
    configuration_ = profile::load(root_);
    configurationStamp_ = std::move(stamp);
    return configuration_;
}

Deployer::Targets Deployer::verify(const std::string& name) {
    const auto subject = findSubject(configuration(), name);
    const Lock lock(root_);
    const auto deployed = readDeployed(root_, name);
    Targets states;
    const auto all = [&](const std::string& why) {
        for (const auto& target : subject.targets)
            states.push_back(failed(target, why));
        return states;
    };
    if (deployed.generation == 0) return all("nothing is deployed");
    try {
        const auto material =
            check(store::readGeneration(root_, name, deployed.generation), subject.scep, root_, never);
        for (const auto& target : subject.targets)
            states.push_back(verifyTarget(name, target, material, deployed));
    } catch (const Error& error) {
        return all(error.what());
    }
    return states;
}

record::TargetState Deployer::verifyTarget(const std::string& name, const profile::Target& target,
                                           const Material& material, const Deployed& deployed) const {
    try {
        const auto found = differences(root_, plan(root_, name, target, material));
        const bool open = target.served && deployed.confirmed != deployed.generation;
        return {nameOf(target), !found.empty() ? "drifted" : open ? "unconfirmed" : "deployed", found};
    } catch (const Error& error) {
        return failed(target, error.what());
    }
}

Deployer::Targets Deployer::runHooks(const std::string& name, const std::string& event,
                                     const std::vector<std::string>& hooks) {
    if (std::ranges::find(events, event) == events.end())
        throw Error(Fault::configuration, fmt::format("hooks know no such event, only {}", fmt::join(events, ", ")));
    auto subject = findSubject(root_, name);
    auto& known = subject.certificate.hooks;
    for (const auto& hook : hooks)
        if (std::ranges::find(known, hook) == known.end())
            throw Error(Fault::configuration, fmt::format("{} has no hook {}", name, hook));
    if (!hooks.empty()) known = hooks;
    const Lock lock(root_);
    return runHooksOf(subject, event, readDeployed(root_, name).generation);
}

void Deployer::purge(const std::string& name) {
    const Lock lock(root_);
    if (const auto intent = readIntent(root_, name)) {
        Transaction transaction(root_, *intent);
        settleFiles(transaction);
        transaction.discard();
    }
    for (const auto& text : readDeployed(root_, name).paths) {
        const std::filesystem::path path(text);
        const auto directory = Directory::openIfExists(root_, path.parent_path());
        if (!directory) continue;
        directory->remove(path.filename().string());
        directory->sync();
        const auto folder = path.parent_path();
        if (folder.filename() == name) Directory::open(root_, folder.parent_path()).removeEmptyDirectory(name);
    }
    forget(root_, name);
}

HookFacts Deployer::factsOf(const Subject& subject, const std::string& event, unsigned generation) const {
    std::optional<crypto::Certificate> certificate;
    try {
        if (generation != 0)
            certificate = crypto::Certificate::fromPem(
                store::readGeneration(root_, subject.certificate.name, generation).certificate);
    } catch (const Error& error) {
        log::warning("what hooks are told of generation {}: {}", generation, error.what());
    }
    return hookFacts(root_, subject, event, generation, certificate);
}

unsigned Deployer::recover(Reach reach) {
    const Lock lock(root_);
    unsigned stayed = 0;
    for (const auto& name : interrupted(root_)) {
        try {
            settle(name, reach);
        } catch (const Error& error) {
            log::error("recover the interrupted deployment of {}: {}", name, error.what());
            ++stayed;
        }
    }
    return stayed;
}

void Deployer::settle(const std::string& name, Reach reach) {
    const auto intent = readIntent(root_, name);
    if (!intent) return;
    const log::Scope scope({{"SCEPD_CERTIFICATE", name}});
    log::notice("{}: going on with the interrupted deployment of generation {}", name, intent->generation);
    Transaction transaction(root_, *intent);
    if (intent->phase == Phase::stage) return transaction.discard();
    settleFiles(transaction);
    if (const auto& done = transaction.intent(); done.phase == Phase::undone)
        log::notice("{}: its targets hold what lay there before", name);
    else
        log::notice("{}: its targets hold generation {}", name, done.generation);
    if (reach == Reach::consumersToo) settleConsumers(transaction);
}

/// Afterwards the targets hold one generation, complete.
void Deployer::settleFiles(Transaction& transaction) {
    const auto phase = transaction.intent().phase;
    if (phase == Phase::undo) transaction.undo();
    if (phase != Phase::install) return;
    try {
        transaction.install();
    } catch (const Error& error) {
        log::error("{}: {}; putting the former files back", transaction.intent().certificate, error.what());
        transaction.undo();
    }
}

void Deployer::settleConsumers(Transaction& transaction) {
    const auto subject = findIfThere(root_, transaction.intent().certificate);
    const auto phase = transaction.intent().phase;
    if (!subject) {
        if (phase != Phase::undone) transaction.accept();
        return transaction.finish();
    }
    if (phase == Phase::reload) return logFailedHooks(*subject, complete(transaction, *subject));
    if (phase == Phase::undone)
        for (const auto& trouble : tellOfFormer(*subject))
            log::error("{}: with its former files back: {}", subject->certificate.name, trouble);
    else
        logFailedHooks(*subject, runHooksOf(*subject, transaction.intent().event, transaction.intent().generation));
    transaction.finish();
}

/// Nobody has asked who could tell it.
void Deployer::logFailedHooks(const Subject& subject, const Targets& rows) {
    for (const auto& row : rows)
        if (record::isHook(row) && row.state == "failed")
            log::write(log::Level::error,
                       fmt::format("{}: {} failed: {}", subject.certificate.name, row.target, row.detail),
                       log::fieldsOf(Code::hookFailed));
}

} // namespace scepd::deploy
