#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "deploy/check.hpp"
#include "deploy/consumer.hpp"
#include "deploy/memory.hpp"
#include "deploy/subject.hpp"
#include "deploy/transaction.hpp"
#include "record/history.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace scepd::deploy {

/// What org.scepd1.Deployer does. It believes nobody: every call that changes something reads the profile and the
/// generation anew and checks both. Calls block, and one at a time works below a root. Errors: configuration for a
/// certificate or target that is not there or not allowed, protocol for a generation that is not what it should be,
/// local for this machine.
class Deployer {
public:
    using Targets = std::vector<record::TargetState>;

    /// `root` is "/" for production. What follows takes as `now` what the clock shows: as long as that cannot be right
    /// (schedule/plausible.hpp) nothing is refused as expired by it.
    explicit Deployer(std::filesystem::path root);

    /// Installs a generation on all targets as one transaction, when the consumers' checks of it pass, tells the
    /// consumers and runs the hooks. A target is
    /// "unconfirmed" when somebody must still look whether it is served, otherwise "deployed", with a note when its
    /// consumer was not told. A hook that fails leaves the installation alone: it is an own row, "hook NAME", "failed".
    /// When anything else fails, all targets are as they were and the consumers were told so, and it throws.
    Targets deploy(const std::string& name, unsigned generation, Time now);

    /// Remembers that the deployed generation is in use. Throws Error{local} when another one is deployed.
    void confirm(const std::string& name, unsigned generation);

    /// As deploy(), with a generation that was deployed before, for hooks the event "rolled-back". 0 stands for the
    /// last confirmed one, because listeners do not show the other one: those that have failed meanwhile are started
    /// again. Error{local} when there is none.
    Targets rollback(const std::string& name, unsigned generation, Time now);

    /// Compares bytes (of a PKCS#12 container what it holds), modes and owners on the targets with what was deployed:
    /// "drifted" says what differs, "failed" why a target cannot be compared. Changes nothing.
    Targets verify(const std::string& name);

    /// Runs hooks of the certificate, all when none is named, with what is deployed. Returns a row for each that
    /// failed, as deploy(). Throws Error{configuration} for an event or a hook that is unknown there.
    Targets runHooks(const std::string& name, const std::string& event, const std::vector<std::string>& hooks = {});

    /// Removes every file that was ever installed for the certificate, also when no profile names it any more.
    void purge(const std::string& name);

    /// How far a recovery goes: early at boot there are no consumers to tell, they start on what lies there.
    enum class Reach { filesOnly, consumersToo };

    /// Brings every interrupted transaction to its end: what had not begun to change a target is taken away, what had
    /// is finished, and if that fails undone. What must wait (consumers and hooks, with filesOnly) stays recorded. One
    /// that cannot be ended now is told in the log and stays recorded, the others go on. Returns how many stayed so.
    unsigned recover(Reach reach);

private:
    Targets install(const std::string& name, unsigned generation, const std::string& event, Time now);
    void rehearseOrDiscard(Transaction& transaction, const Subject& subject) const;
    Targets complete(Transaction& transaction, const Subject& subject);
    [[nodiscard]] record::TargetState verifyTarget(const std::string& name, const profile::Target& target,
                                                   const Material& material, const Deployed& deployed) const;
    Targets runHooksOf(const Subject& subject, const std::string& event, unsigned generation) const;
    std::string takeBack(Transaction& transaction, const Subject& subject, const Error& why, const Running& ran);
    [[nodiscard]] std::vector<std::string> tellOfFormer(const Subject& subject) const;
    static void logFailedHooks(const Subject& subject, const Targets& rows);
    void settle(const std::string& name, Reach reach);
    void settleFiles(Transaction& transaction);
    void settleConsumers(Transaction& transaction);
    [[nodiscard]] HookFacts factsOf(const Subject& subject, const std::string& event, unsigned generation) const;
    const profile::Configuration& configuration();

    std::filesystem::path root_;
    profile::Configuration configuration_; ///< For what only looks: after a start every certificate is looked at.
    std::string configurationStamp_;       ///< Of the files that it was read from.
};

} // namespace scepd::deploy
