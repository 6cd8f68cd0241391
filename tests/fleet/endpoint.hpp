#pragma once

#include "fleet/authority.hpp"
#include "record/history.hpp"
#include "schedule/next_step.hpp"
#include "schedule/plausible.hpp"
#include "schedule/queue.hpp"
#include "schedule/state.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scepd::fleet {

/// What the profile and scepd.toml say about time.
struct Settings {
    schedule::Policy policy; ///< Its seed is replaced by each certificate's own.
    Duration spacing = std::chrono::hours(1);
    unsigned parallel = 2;
    Duration waitForSync = std::chrono::minutes(10);
    Duration bootSpread{};
};

/// Something that happened to a certificate, or a decision that was made for all (with an empty name).
struct Event {
    enum class What {
        attempt, ///< scepd-enroll is started.
        request, ///< In it a new transaction with the CA: one more certificate that it issues.
        deployed,
        decision
    };
    What what = What::decision;
    std::string_view certificate;
    record::Action action = record::Action::nothing;
    Time truth; ///< When, by the clock of the rest of the world.
};

/// An endpoint in virtual time: the rules of schedule/ run on it as the daemon's engine (scepd/engine.cpp) runs them,
/// in the same order, and write their history. What the rules decide takes effect on a CA that is simulated as well.
///
/// There are two clocks: the true one, which also is what CLOCK_BOOTTIME counts, and the endpoint's wall clock, which
/// may be wrong and can be set.
class Endpoint {
public:
    using Listener = std::function<void(const Event&)>;

    /// Borrows settings and authority. It boots at that time, with a clock that is right.
    Endpoint(const std::string& machineId, const Settings& settings, const Authority& authority,
             const std::vector<std::string>& certificates, Listener listener, Time truth);

    /// Does what falls due up to and with this time.
    void live(Time until);

    // What may happen to it, now:
    void setClock(Duration ahead); ///< To true time and so much more or, when negative, less.
    void slewClock(Duration by);   ///< As NTP does for small differences: nobody is told.
    void setSynchronized(bool synchronized);
    void sleep(Duration duration);           ///< Suspended; attempts that run lose their connection.
    void restart();                          ///< Only the daemon; an attempt that runs is lost.
    void boot(Duration off, Duration ahead); ///< After so long without power, with a clock that is so wrong.
    void networkChanged();
    void ask(std::string_view certificate); ///< "scepctl renew"

    [[nodiscard]] Duration ahead() const { return ahead_; }
    [[nodiscard]] schedule::Situation situation(std::string_view certificate) const;
    [[nodiscard]] const record::History& history(std::string_view certificate) const;
    /// The certificate in use, if one is.
    [[nodiscard]] const std::optional<record::Held>& held(std::string_view certificate) const;

private:
    /// What runs for a certificate, and how and when it will end.
    struct Running {
        record::Action action = record::Action::nothing;
        Time ends;
        record::Report report;
    };
    struct Entry {
        std::string name;
        schedule::Policy policy;
        std::optional<record::Held> held, upcoming;
        record::History history;
        std::optional<Transaction> transaction;
        std::optional<Running> running;
    };

    void measureClock();
    [[nodiscard]] Time judgedTime() const;
    [[nodiscard]] schedule::Circumstances circumstances() const;
    [[nodiscard]] schedule::Step nextStep(const Entry& entry, const schedule::Circumstances& moment) const;
    [[nodiscard]] schedule::Candidate candidate(const Entry& entry, const schedule::Circumstances& moment) const;
    void plan();
    void planSoon();
    void setAlarm(Time decided, Time now);
    void clockStepped();
    void startDaemon();
    void turn();

    void start(Entry& entry, record::Action action);
    void startAttempt(Entry& entry, record::Action action);
    void attemptEnded(Entry& entry, record::Report report);
    void startDeployment(Entry& entry);
    void deployed(Entry& entry);

    [[nodiscard]] Time wallClock() const { return truth_ + ahead_; }
    [[nodiscard]] Time nextTurn() const;
    [[nodiscard]] record::Report checked(Entry& entry, record::Report report) const;
    [[nodiscard]] const Entry& find(std::string_view certificate) const;
    [[nodiscard]] Entry& find(std::string_view certificate);
    void tell(Event::What what, const Entry& entry, record::Action action) const;

    const Settings& settings_;
    const Authority& authority_;
    Listener listener_;
    std::vector<Entry> entries_;
    Duration bootDelay_;
    Time truth_, booted_, measured_;
    schedule::Belief belief_; ///< As it was measured.
    Duration ahead_{};        ///< How much the wall clock is.
    bool synchronized_ = true;
    Time lastNoted_; ///< What a synchronised clock showed when something was written down last.
    Time networkChanged_;
    Time alarm_; ///< In judged time; `never` for none.
};

} // namespace scepd::fleet
