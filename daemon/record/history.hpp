#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <optional>
#include <string>
#include <vector>

namespace scepd::record {

/// One target of a certificate, as the deployer left it.
struct TargetState {
    std::string target; ///< What people recognise: the certificate's path.
    std::string state;  ///< deployed, unconfirmed, drifted, failed, not-served
    std::string detail; ///< Why, when it is not deployed.

    bool operator==(const TargetState&) const = default;
};

/// What the deployer reports beside its targets: how a hook ended.
inline bool isHook(const TargetState& row) {
    return row.target.starts_with("hook "); // targets are named by an absolute path or by their preset
}

/// How far the newest generation has come on its way to the consumers.
struct Deployment {
    unsigned generation = 0; ///< What lies on the targets; 0 for nothing.
    bool confirmed = false;  ///< The consumers were seen to use it.
    unsigned failures = 0;   ///< Failed deployments in a row of the generation that is to be deployed.
    Time lastAttempt;
    unsigned hookFailures = 0;  ///< Runs in a row after which a hook of what is deployed had failed.
    unsigned heals = 0;         ///< How often in a row the installed files were found changed and are put back.
    Time lastDrift{};           ///< When that was last found, or put right; after a quiet day `heals` counts anew.
    std::optional<Code> code{}; ///< What is wrong with it, by the catalogue; nullopt after a success.
    std::string error;          ///< The same as a sentence; empty after a success.
    std::vector<TargetState> targets;

    bool operator==(const Deployment&) const = default;
};

/// A transaction that the CA keeps for approval.
struct PendingTransaction {
    std::string id;
    Time since, lastPoll;
    unsigned polls = 0;

    bool operator==(const PendingTransaction&) const = default;
};

/// How the last attempt ended.
enum class Outcome { none, issued, pending, refused, waiting, failed };
std::string_view name(Outcome outcome);         ///< "none", "issued", ...
Outcome outcomeFromName(std::string_view text); ///< Throws Error{local} for another word.

/// What attempts and deployments of one certificate left behind. Written by scepd only.
struct History {
    unsigned attempts = 0; ///< All attempts since the certificate is known here.
    unsigned failures = 0; ///< In a row; 0 after a success and after a change of the profile.
    Time lastAttempt, lastSuccess;
    Time lastRenewal; ///< When a renewal was last issued, deployed and confirmed: `spacing` counts from it.
    Outcome lastOutcome = Outcome::none;
    std::optional<Code> lastCode; ///< What went wrong, by the catalogue; nullopt after a success.
    std::string lastError;        ///< The sentence people see; empty after a success.
    Time notBeforeNextAttempt;    ///< What the server asked for by Retry-After.
    Time requested;               ///< When somebody last asked for it; `never` for nobody.
    std::optional<PendingTransaction> pending;
    Deployment deployment;
    std::string configuration; ///< Digest of the profile text the failures belong to.
    std::string namedFiles{};  ///< The same of the files that the profile names: secrets and CA certificates.
    Time lastLook{};           ///< When the CA was last looked at while nothing was asked of it.
    Time lastFailedLook{};     ///< When that failed since; `never` for not.
    Time heldBackUntil{};      ///< An earlier generation was put back on request, and is not renewed by itself before.

    /// Whose fault the last failure was; nobody's while something is waited for.
    [[nodiscard]] std::optional<Fault> lastFault() const;

    bool operator==(const History&) const = default;
};

} // namespace scepd::record
