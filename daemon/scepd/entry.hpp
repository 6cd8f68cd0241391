#pragma once

#include "profile/profile.hpp"
#include "record/authority.hpp"
#include "record/history.hpp"
#include "record/request.hpp"
#include "record/status.hpp"
#include "scepd/spawn.hpp"
#include "scepd/told.hpp"
#include "schedule/inspection.hpp"
#include "schedule/next_step.hpp"
#include "schedule/queue.hpp"

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace scepd {

/// What runs for a certificate now: an attempt of scepd-enroll, or a deployment.
struct Running {
    record::Action action =
        record::Action::nothing; ///< nothing: a look at the CA, or what is done for one that is asked by hand.
    unsigned id = 0;             ///< Answers that come for another one are too late.
    std::string phase;
    std::unique_ptr<EnrollRun> child; ///< None while the deployer works.
    bool givesWay = false;            ///< A look at the CA: what somebody asks for ends it.
    /// Who asked for a deployment is told how it ended.
    std::function<void(std::expected<std::string, Error>)> ended{};
};

/// One certificate that this endpoint must hold: what the profile asks for, what is known, what runs.
struct Entry {
    std::shared_ptr<const profile::Profile> profile;
    profile::Certificate certificate;
    schedule::Policy policy;
    std::string blocked;                        ///< Why this version cannot request it; empty when it can.
    std::optional<record::Held> held, upcoming; ///< What is in use, and what the coming CA has issued for later.
    std::vector<record::Authority> authorities; ///< That the last exchange met.
    record::History history, written;           ///< What happened, and what of it is on the disk.
    std::string names;         ///< What the names come to on this endpoint now, as Held::names; empty: not known now.
    bool toldOfNames = false;  ///< That they are others than those in what is held was said in the log.
    std::string configuration; ///< profile::requestDigest of what the profile asks for.
    std::map<record::Outcome, std::uint64_t> ended; ///< Attempts since the daemon runs, by how they ended.
    record::RequestOptions asked;                   ///< Of the last request that was not served yet.
    std::optional<Running> running;
    schedule::Inspection inspection;
    Told told;               ///< What the journal knows of it.
    std::string transaction; ///< Of the last attempt that sent a message; empty for none since the start.
    record::State shown = record::State::waiting; ///< What people were told last.
    Time warned{}, warnedOfAuthority{}; ///< The last warnings of what expires, of those that schedule/look knows.

    [[nodiscard]] const std::string& name() const { return certificate.name; }
    /// True while scepd-enroll talks to the CA.
    [[nodiscard]] bool isExchanging() const;
    /// When scepd-enroll is ended: each exchange bounds itself, at every URL and at the challenge's; this is for what
    /// hangs.
    [[nodiscard]] Duration exchangeDeadline() const;
    /// True when what is held is not what the profile asks for now.
    [[nodiscard]] bool outdated() const;
    /// What the profile wants when the names in what is held are not those of this endpoint now.
    [[nodiscard]] schedule::NameChange nameChange() const;
    /// What went wrong last and was not put right since.
    [[nodiscard]] std::optional<Code> lastCode() const;
    [[nodiscard]] schedule::Step nextStep(const schedule::Circumstances& circumstances) const;
    /// The policy, with what is known of what is held.
    [[nodiscard]] schedule::Policy currentPolicy() const;
    [[nodiscard]] schedule::Candidate candidate(const schedule::Circumstances& circumstances) const;
    [[nodiscard]] record::Status status(const schedule::Circumstances& circumstances) const;
};

/// The schedule's rules for a certificate, from what its profile and the endpoint's settings say.
schedule::Policy policyOf(const profile::Profile& profile, const profile::Certificate& certificate,
                          const profile::Settings& settings, const std::string& machineId);

/// The status of a certificate whose profile is for other groups of endpoints.
record::Status notApplicable(const profile::Profile& profile, const profile::Certificate& certificate);

} // namespace scepd
