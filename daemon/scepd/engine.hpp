#pragma once

#include "base/log.hpp"
#include "base/loop.hpp"
#include "profile/load.hpp"
#include "record/authority.hpp"
#include "record/explanation.hpp"
#include "record/overview.hpp"
#include "record/request.hpp"
#include "scepd/entry.hpp"
#include "scepd/metrics.hpp"
#include "scepd/target_watch.hpp"
#include "schedule/plausible.hpp"

#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace scepd {

/// The deployer as the engine sees it: calls that answer later, from the loop.
struct Deployer {
    using Done = std::function<void(std::expected<std::vector<record::TargetState>, Error>)>;
    using Call = std::function<void(const std::string& certificate, unsigned generation, Done done)>;
    using CallForAll = std::function<void(const std::string& certificate, Done done)>;
    Call deploy, confirm, rollback;
    CallForAll verify, purge;
    /// All hooks of the certificate when none is named; answered with a row for each that failed.
    std::function<void(const std::string& certificate, const std::string& event, const std::vector<std::string>& hooks,
                       Done done)>
        runHooks;
};

/// Who is told of what changes.
struct Audience {
    std::function<void(const record::Status&)> one; ///< After something happened to one certificate.
    std::function<void(const std::set<std::string>& names)>
        only; ///< After the profiles were read: there are no others.
    std::function<void(const record::Overview&)> overview;
    std::function<void(const std::string& certificate, const std::string& event, const std::string& reason,
                       const std::optional<record::Held>& held)>
        event;
};

/// Profiles and facts in, attempts and status out: the engine keeps one entry per certificate of this endpoint, asks
/// schedule/ what is due, starts it, and writes down how it ended. It has no state of its own that is not on the disk
/// or running.
class Engine {
public:
    struct Places {
        std::filesystem::path root;          ///< Everything lies below it.
        std::filesystem::path enrollProgram; ///< scepd-enroll
    };

    Engine(Loop& loop, Places places, Deployer deployer, Audience audience);

    /// Reads the profiles again and applies what is different.
    void reload();

    /// Asks for certificates now, all that apply when `names` is empty. Returns the names that are affected: a valid
    /// one is left alone unless `options.renew`, a running one is not started twice. Throws Error{configuration} for a
    /// blocked one.
    std::vector<std::string> request(const std::vector<std::string>& names, record::RequestOptions options);

    /// Ends the attempt that runs; nothing to end is fine.
    void cancel(const std::string& name);

    /// What asked for something that takes a while is told at the end.
    using Done = std::function<void(std::expected<std::string, Error>)>;

    /// Makes a request for a CA that is asked by hand; `done` gets it as PEM. False when something runs for the
    /// certificate: then nothing was started. Throws Error{configuration} for a blocked one.
    bool createRequest(const std::string& name, Done done);

    /// Takes such a CA's answer, which goes the way of every issued certificate; the text that `done` gets is empty. As
    /// createRequest() otherwise.
    bool import(const std::string& name, const std::string& text, Done done);

    /// Forgets a certificate: what is installed of it and what is kept of it, whether a profile still names it or not.
    /// `done` is called when nothing is left, with a text that means nothing. False when something runs for it.
    bool purge(const std::string& name, Done done);

    /// Has what is held installed once more. `done` is called when it is in use, with a text that means nothing. False
    /// when something runs for it. Throws Error{configuration} for a blocked one, Error{local} when nothing valid is
    /// held.
    bool redeploy(const std::string& name, Done done);

    /// Goes back to an earlier generation, with 0 to the one before that in use, and has it installed; it stays in use
    /// until somebody asks for another or half of the time that is left to it has passed. As redeploy() otherwise;
    /// throws Error{local} when that one is not kept or has expired.
    bool rollback(const std::string& name, unsigned generation, Done done);

    /// True when anything of a certificate of that name is kept.
    [[nodiscard]] bool keeps(const std::string& name) const;

    /// Public PEM text of what is held: "certificate", "chain" or "ca". Throws Error{local} when nothing is held.
    [[nodiscard]] std::string pem(const std::string& name, const std::string& what) const;

    /// The generations that are kept of a certificate, the newest first. One that is damaged is left out. Throws
    /// Error{configuration} for one that no profile asks for.
    [[nodiscard]] std::vector<record::Kept> generations(const std::string& name) const;

    /// The CAs that the certificates' exchanges met.
    [[nodiscard]] std::vector<record::KnownAuthority> authorities() const;

    /// What a monitoring system is told.
    [[nodiscard]] Metrics metrics() const;
    /// Where the settings want it written; nowhere without a path.
    [[nodiscard]] std::optional<std::filesystem::path> metricsFile() const;

    /// Why the next step of a certificate comes when it does. Throws Error{configuration} for one that no profile asks
    /// for.
    [[nodiscard]] record::Explanation explain(const std::string& name) const;

    /// The files that the profiles name and that an exchange depends on: when one changes, reload() tries again what
    /// was refused.
    [[nodiscard]] std::vector<std::filesystem::path> namedFiles() const;

    /// One line for systemctl status: "5 certificates: 4 valid, 1 waiting".
    [[nodiscard]] std::string summary() const;

    /// The wall clock was set: what was noted in a future that is none any more counts from now, and all is decided
    /// again.
    void clockStepped();

    /// The clock is synchronised, or is not: until it is nothing goes to a CA for a while.
    void clockSynchronized(bool synchronized);

    /// The network has become better: what could not reach its CA is tried again.
    void networkChanged();
    void networkOnline(bool online);

    /// How long a synchronised clock is waited for.
    [[nodiscard]] Duration waitForSync() const { return configuration_.settings.waitForSync; }

    /// The hostname or an address may be another now: where a certificate's names hang on it, they are looked up again.
    void lookAtNames();

private:
    [[nodiscard]] Entry makeEntry(const std::shared_ptr<const profile::Profile>& profile,
                                  const profile::Certificate& certificate) const;
    /// What failures belong to: digests of the profile's text and of the files that it names.
    struct Versions {
        std::string profile, namedFiles;
    };
    [[nodiscard]] Versions versionsOf(const profile::Profile& profile) const;
    /// A profile that applies to this endpoint.
    struct Applicable {
        std::shared_ptr<const profile::Profile> profile;
        Versions versions;
    };
    [[nodiscard]] std::vector<Applicable> applicableProfiles() const;
    static void eachCertificate(const std::vector<Applicable>& profiles,
                                const std::function<void(const Applicable&, const profile::Certificate&)>& take);
    void readKept(Entry& entry, const Versions& versions) const;
    static void takeOver(Entry& fresh, Entry& old, const Versions& versions);
    void tellRemoved(const Entry& entry);
    bool ask(Entry& entry, record::RequestOptions options);
    void beginAgain(Entry& entry);

    void measureClock();
    [[nodiscard]] Time judgedTime() const;
    [[nodiscard]] schedule::Circumstances circumstances() const;
    [[nodiscard]] std::vector<schedule::Candidate> candidates(const schedule::Circumstances& moment) const;
    [[nodiscard]] schedule::Limits limits() const;
    void circumstancesChanged();
    void show(Entry& entry, const schedule::Circumstances& moment);
    void showAll();
    void plan();
    void planSoon();
    void setAlarm(Time decided, Time now);
    void start(Entry& entry, record::Action action);
    void startAttempt(Entry& entry, record::Action action);
    [[nodiscard]] record::Report asTheStoreTells(Entry& entry, const record::Report& report) const;
    void attemptEnded(Entry& entry, const record::Report& told);
    void dropTransaction(const std::string& name) const;

    using Targets = std::vector<record::TargetState>;
    void takeUpcoming(Entry& entry);
    void startDeploymentOrHooks(Entry& entry);
    void startDeployment(Entry& entry);
    [[nodiscard]] Entry& deployable(const std::string& name);
    void deployed(Entry& entry, std::expected<Targets, Error> result);
    void lookAtServed(Entry& entry);
    void confirm(Entry& entry);
    void confirmed(Entry& entry, const std::expected<Targets, Error>& result);
    void putBack(Entry& entry, const Error& why);
    void rerunHooks(Entry& entry);
    void hooksRan(Entry& entry, std::expected<Targets, Error> result);
    void tellHooks(const Entry& entry, const std::string& event);
    void deploymentFailed(Entry& entry, const Error& why);
    [[nodiscard]] Deployer::Done whenDone(const Entry& entry,
                                          std::function<void(Entry&, std::expected<Targets, Error>)> then);

    void watchTargets();
    void touched(const TargetWatch::Paths& paths);
    void planInspection();
    void inspect(const std::string& name);
    void inspected(Entry& entry, const std::expected<Targets, Error>& result);
    void judge(Entry& entry, const Targets& rows);
    void tellDrift(Entry& entry, const std::string& what);

    void take(Entry& entry, const record::Issued& issued);
    void tellPending(Entry& entry);

    [[nodiscard]] Time nextWatch(const schedule::Circumstances& moment) const;
    void lookAtAuthorities(const schedule::Circumstances& moment);
    void startLook(Entry& entry);
    void looked(Entry& entry, const record::Report& report);
    void giveWay(Entry& entry);
    void warn(Entry& entry, const schedule::Circumstances& moment);
    void tellExpiry(Entry& entry, const schedule::Circumstances& moment, const std::string& text);

    void namesTold(const record::Report& report);
    void namesUnknown(const std::string& why);
    void tellOfNames(Entry& entry);

    Entry* find(const std::string& name);
    /// The entry when this still runs for it: an answer may come after a cancellation or for an older profile.
    /// Throws Error{configuration} when no profile asks for it.
    [[nodiscard]] const Entry& named(const std::string& name) const;
    Entry* findRunning(const std::string& name, unsigned id);
    void begin(Entry& entry, record::Action action, const std::string& phase);
    void changed(Entry& entry);
    /// What the journal keeps beside a line about a certificate.
    [[nodiscard]] log::Fields fieldsOf(const Entry& entry, Code code, record::State state) const;
    /// A line in the journal, unless the same one was written within the last hour: true when it was.
    bool tell(Entry& entry, log::Level level, Code code, const std::string& text);
    /// The same for what is no event of a certificate: what scepd-enroll remarks on its way, or what cannot be read.
    void passOn(Entry& entry, log::Level level, const std::string& line) const;
    /// When the state has changed since the last line, that is a line of its own.
    void tellChange(Entry& entry, const schedule::Circumstances& moment);
    void tellFailedHooks(Entry& entry, const Targets& rows);
    void complain(Entry& entry, const std::string& event, Code code, const std::string& text);
    void showOverview(const std::vector<schedule::Candidate>& candidates, Time now);
    using End = std::function<void(Entry&, const record::Report&)>;
    [[nodiscard]] EnrollRun::Listener listener(const Entry& entry, End end);
    [[nodiscard]] std::function<void(log::Level, const std::string&)> remarks(const Entry& entry);
    bool runByHand(const std::string& name, const EnrollRun::Handed& handed, std::vector<std::string> arguments,
                   End end);
    void endByHand(Entry& entry);
    void forget(const std::string& name);
    /// What every run of scepd-enroll is told before `rest`.
    [[nodiscard]] std::vector<std::string> enrollArguments(std::vector<std::string> rest) const;
    [[nodiscard]] std::unique_ptr<EnrollRun> spawn(Entry& entry, std::vector<std::string> arguments);

    Loop& loop_;
    Places places_;
    Deployer deployer_;
    Audience audience_;
    std::string machineId_;
    profile::Configuration configuration_;
    std::map<std::string, Entry> entries_;
    Loop::Handle alarm_;
    TargetWatch targetWatch_;
    Loop::Handle inspectionAlarm_;
    bool inspecting_ = false; ///< The deployer looks at the installed files of a certificate.
    unsigned lastRunning_ = 0;
    record::Surroundings surroundings_;
    schedule::Belief belief_;
    Duration measured_{}; ///< When `belief_` was taken, as uptime.
    Time networkChanged_;
    std::unique_ptr<EnrollRun> namesRun_;
    bool namesAgain_ = false; ///< Something changed while namesRun_ runs.
    Told toldOfNames_;        ///< Why they could not be looked up.
    Time lastUnwritten_;      ///< When it was last said that the disk takes nothing.
};

} // namespace scepd
