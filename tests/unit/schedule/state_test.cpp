#include "schedule/state.hpp"

#include "schedule/inspection.hpp"
#include "schedule/notes.hpp"
#include "unit/schedule/samples.hpp"

#include <optional>
#include <string>

#include <gmock/gmock.h>

namespace scepd::schedule {
namespace {

using namespace test;
using record::Action;
using record::Held;
using record::History;
using record::Outcome;
using record::PendingTransaction;
using record::State;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// One certificate at one time, as people ask for its state.
struct View {
    Policy policy = plainPolicy();
    std::optional<Held> what;
    History history;
    std::optional<Action> running;
    std::string blocked;
    Time now = start + 1h;

    [[nodiscard]] Situation situation() const {
        return situationOf(policy, what, history, nextStep(policy, what, history, now), running, blocked, now);
    }
};

View nothingHeld(History history = {}) {
    View view;
    view.history = std::move(history);
    return view;
}

View holding(History history = deployed(), unsigned generation = 1) {
    View view;
    view.what = held(generation);
    view.history = std::move(history);
    return view;
}

History pending(History history) {
    history.pending = PendingTransaction{.id = "ab12", .since = start, .lastPoll = start};
    return history;
}

TEST(State, HasTenWords) {
    const std::pair<State, std::string> words[]{
        {State::notApplicable, "not-applicable"},
        {State::notRequested, "not-requested"},
        {State::waiting, "waiting"},
        {State::enrolling, "enrolling"},
        {State::pending, "pending"},
        {State::valid, "valid"},
        {State::renewing, "renewing"},
        {State::degraded, "degraded"},
        {State::failed, "failed"},
        {State::expired, "expired"},
    };
    for (const auto& [state, word] : words)
        EXPECT_EQ(name(state), word);
}

TEST(State, IsNotRequestedWhileAManualProfileWaitsForSomebodyToAsk) {
    auto view = nothingHeld();
    view.policy.manual = true;

    EXPECT_EQ(view.situation(), (Situation{State::notRequested, "request = \"manual\": it waits until somebody asks",
                                           "Ask for it with scepctl request NAME."}));
}

TEST(State, IsWaitingBeforeTheFirstAttempt) {
    EXPECT_EQ(nothingHeld().situation(), (Situation{State::waiting, "it waits for its turn", ""}));
}

TEST(State, IsWaitingAfterAFailureThatMayPassWithItsReasonAndRemedy) {
    const auto situation = nothingHeld(failed({}, 3, start)).situation();

    EXPECT_EQ(situation.state, State::waiting);
    EXPECT_EQ(situation.reason, "connection refused");
    EXPECT_THAT(situation.remedy, AllOf(HasSubstr("network"), HasSubstr("tried again by itself")));
}

TEST(State, IsWaitingForAVariableAndSaysWhereItCanBeSet) {
    History history;
    history.lastOutcome = Outcome::waiting;
    history.lastCode = Code::variableUnknown;
    history.failures = 1;
    history.lastAttempt = start;
    history.lastError = "${serial} is not known yet";
    const auto situation = nothingHeld(history).situation();

    EXPECT_EQ(situation.state, State::waiting);
    EXPECT_EQ(situation.reason, "${serial} is not known yet");
    EXPECT_THAT(situation.remedy, AllOf(HasSubstr("[endpoint]"), HasSubstr("scepd.toml")));
}

TEST(State, IsEnrollingWhileTheFirstAttemptRuns) {
    auto view = nothingHeld();
    view.running = Action::enroll;

    EXPECT_EQ(view.situation(), (Situation{State::enrolling, "the first certificate is being requested", ""}));
}

TEST(State, IsEnrollingUntilTheFirstCertificateLiesOnItsTargets) {
    auto view = holding(deployed(0));
    view.history.deployment.confirmed = false;

    EXPECT_EQ(view.situation(), (Situation{State::enrolling, "generation 1 is being deployed", ""}));
}

TEST(State, IsPendingWhileTheCaKeepsTheFirstRequest) {
    const Situation expected{State::pending, "the CA keeps request ab12 for approval",
                             "Approve the request at the CA."};
    auto view = nothingHeld(pending({}));
    EXPECT_EQ(view.situation(), expected);
    view.running = Action::poll;
    EXPECT_EQ(view.situation(), expected) << "also while it is asked";
}

TEST(State, IsValidWhenHeldDeployedAndConfirmed) {
    EXPECT_EQ(holding().situation(), (Situation{State::valid, "generation 1 is deployed", ""}));
}

TEST(State, IsRenewingWhileTheNextIsRequestedApprovedOrDeployed) {
    auto requested = holding();
    requested.running = Action::renew;
    EXPECT_EQ(requested.situation(), (Situation{State::renewing, "the next certificate is being requested", ""}));

    EXPECT_EQ(holding(pending(deployed())).situation(),
              (Situation{State::renewing, "the CA keeps request ab12 for approval", "Approve the request at the CA."}));

    EXPECT_EQ(holding(deployed(1), 2).situation(), (Situation{State::renewing, "generation 2 is being deployed", ""}));
    auto again = holding();
    again.running = Action::deploy;
    EXPECT_EQ(again.situation().state, State::renewing);
}

TEST(State, IsDegradedWhenARenewalFails) {
    auto view = holding(failed(deployed(), 2, start + days(61)));
    view.now = start + days(61) + 1min;
    const auto situation = view.situation();

    EXPECT_EQ(situation.state, State::degraded);
    EXPECT_EQ(situation.reason, "the renewal failed: connection refused");
    EXPECT_THAT(situation.remedy, HasSubstr("network"));
    view.running = Action::renew;
    EXPECT_EQ(view.situation().state, State::renewing) << "while it is tried again";
}

TEST(State, ARenewalThatWasRefusedIsAskedForAgainAsARenewal) {
    auto view = holding(failed(deployed(), 1, start + days(61), Fault::refused));
    view.now = start + days(62);
    EXPECT_THAT(view.situation().remedy, AllOf(HasSubstr("scepctl renew NAME"), Not(HasSubstr("scepctl request"))));
}

TEST(State, IsNotDegradedByAFailureOfWhatIsNotDueAnyMore) {
    auto view = holding(failed(deployed(), 9, start + days(20))); // under a clock that said it had expired
    view.now = start + days(20) + 1h;

    EXPECT_EQ(view.situation().state, State::valid);
    view.now = start + days(60);
    EXPECT_EQ(view.situation().state, State::degraded) << "it is due now and has not been made";
}

TEST(State, IsDegradedWhenAPollFails) {
    auto view = holding(failed(pending(deployed()), 1, start + days(61)));
    view.history.pending->lastPoll = view.now = start + days(61);

    EXPECT_EQ(view.situation().state, State::degraded);
}

TEST(State, IsDegradedWhenADeploymentFails) {
    auto view = holding(deployed(1), 2);
    view.history.deployment.error = "nginx.service does not reload";
    view.history.deployment.failures = 1;
    const auto situation = view.situation();

    EXPECT_EQ(situation.state, State::degraded);
    EXPECT_EQ(situation.reason, "nginx.service does not reload");
    EXPECT_THAT(situation.remedy, Not(IsEmpty()));
}

TEST(State, IsDegradedWhileFilesThatWereChangedWaitToBePutBack) {
    auto view = holding();
    view.history.deployment.targets = {{"/etc/ssl/cert.pem", "drifted", "key.pem is missing"}};
    view.history = noteDrift(view.history, driftOf(view.history.deployment.targets), start + 1h);
    const auto situation = view.situation();

    EXPECT_EQ(situation.state, State::degraded);
    EXPECT_EQ(situation.reason, "/etc/ssl/cert.pem was changed behind scepd's back: key.pem is missing");
    EXPECT_THAT(situation.remedy, AllOf(HasSubstr("Find out"), HasSubstr("put back by itself")));
    view.running = Action::deploy;
    EXPECT_EQ(view.situation().state, State::renewing) << "while they are put back";
    view.history = noteDeploymentFailure(view.history, {Code::diskFull, "no space left"}, start + 1h);
    view.running.reset();
    EXPECT_EQ(view.situation().reason, "the deployment failed: no space left");
    EXPECT_THAT(view.situation().remedy, HasSubstr("Make room on the file system"));
}

TEST(State, IsDegradedWhenFilesWereChangedAndAreOnlyReported) {
    auto view = holding();
    view.history.deployment.targets = {{"/etc/ssl/cert.pem", "drifted", "cert.pem: mode 0666 instead of 0644"},
                                       {"/etc/key.pem", "deployed", ""}};
    const auto situation = view.situation();

    EXPECT_EQ(situation.state, State::degraded);
    EXPECT_EQ(situation.reason, "generation 1 is deployed, but /etc/ssl/cert.pem was changed behind scepd's back: "
                                "cert.pem: mode 0666 instead of 0644");
    EXPECT_THAT(situation.remedy, AllOf(HasSubstr("Restore the files"), HasSubstr("scepctl renew")));
    EXPECT_EQ(holding(pending(view.history)).situation().state, State::degraded) << "also while the CA decides";
    view.what = held(2);
    EXPECT_EQ(view.situation().state, State::renewing) << "another generation replaces them anyway";
}

TEST(State, IsDegradedWhenATargetCannotBeComparedAnyMore) {
    auto view = holding();
    view.history.deployment.targets = {{"/etc/ssl/cert.pem", "failed", "/etc/ssl is a symlink"}};

    EXPECT_EQ(view.situation().state, State::degraded);
    EXPECT_EQ(view.situation().reason, "generation 1 is deployed, but /etc/ssl/cert.pem cannot be compared with what "
                                       "was deployed: /etc/ssl is a symlink");
}

TEST(State, IsDegradedByAHookThatFailed) {
    auto view = holding();
    view.history.deployment.targets = {{"/etc/ssl/cert.pem", "deployed", ""}, {"hook tell", "failed", "exit code 3"}};

    EXPECT_EQ(view.situation().reason, "generation 1 is deployed, but hook tell failed: exit code 3");
    EXPECT_THAT(view.situation().remedy, HasSubstr("the hook is run again by itself"));
}

TEST(State, FollowsFromTheWordOfEachTarget) {
    const std::pair<std::string, State> words[]{{"deployed", State::valid},
                                                {"unconfirmed", State::valid},
                                                {"drifted", State::degraded},
                                                {"failed", State::degraded}};
    for (const auto& [word, state] : words) {
        auto view = holding();
        view.history.deployment.targets = {{"/etc/ssl/cert.pem", word, "why"}};
        EXPECT_EQ(view.situation().state, state) << word;
    }
}

TEST(State, IsDegradedWhenAConfigurationThatCannotBeServedHasReplacedOneThatCould) {
    auto view = holding();
    view.blocked = "keys in a TPM are not supported yet";

    EXPECT_EQ(view.situation(), (Situation{State::degraded, "keys in a TPM are not supported yet",
                                           "Change the profile, or leave this certificate out."}));
}

TEST(State, IsDegradedWhenTheNamesAreOthersAndTheProfileWantsAnAlert) {
    auto view = holding();
    view.policy.nameChange = NameChange::alert;
    const auto situation = view.situation();

    EXPECT_EQ(situation.state, State::degraded);
    EXPECT_EQ(situation.reason, "generation 1 is deployed, but this endpoint's names are others now");
    EXPECT_THAT(situation.remedy, HasSubstr("scepctl renew"));
    view.policy.nameChange = NameChange::keep;
    EXPECT_EQ(view.situation().state, State::valid);
}

TEST(State, IsFailedWhenNothingIsHeldAndItWillNotGetBetterByItself) {
    auto refused = failed({}, 1, start, Fault::refused);
    refused.lastOutcome = Outcome::refused;
    refused.lastError = "badRequest";
    auto unauthorized = failed({}, 1, start, Fault::refused);
    unauthorized.lastError = "HTTP 401";
    auto misconfigured = failed({}, 1, start, Fault::configuration);
    misconfigured.lastError = "the challenge file is missing";
    for (const auto& history : {refused, unauthorized, misconfigured}) {
        const auto situation = nothingHeld(history).situation();
        EXPECT_EQ(situation.state, State::failed);
        EXPECT_EQ(situation.reason, history.lastError);
        EXPECT_THAT(situation.remedy, Not(IsEmpty()));
    }
}

TEST(State, IsFailedWhenItGaveUpOrCannotEvenTry) {
    auto gaveUp = nothingHeld(failed({}, 4, start));
    gaveUp.policy.retries = 3;
    EXPECT_EQ(gaveUp.situation().state, State::failed);
    EXPECT_EQ(gaveUp.situation().remedy, "Mend what the reason names; then ask again with scepctl request NAME.");
    gaveUp.history.failures = 3;
    EXPECT_EQ(gaveUp.situation().state, State::waiting) << "one more attempt follows";

    auto blocked = nothingHeld();
    blocked.blocked = "keys in a TPM are not supported yet";
    EXPECT_EQ(blocked.situation(), (Situation{State::failed, "keys in a TPM are not supported yet",
                                              "Change the profile, or leave this certificate out."}));
}

TEST(State, IsEnrollingWhileWhatFailedIsTriedAgain) {
    auto view = nothingHeld(failed({}, 1, start, Fault::configuration));
    view.running = Action::enroll;

    EXPECT_EQ(view.situation().state, State::enrolling);
}

TEST(State, IsExpiredFromTheSecondOnWhateverElseIsTrue) {
    auto view = holding();
    view.now = start + days(90) - 1us;
    EXPECT_EQ(view.situation().state, State::valid);
    view.now = start + days(90);
    EXPECT_EQ(view.situation().state, State::expired);
    EXPECT_EQ(view.situation().reason, "expired on 2026-04-01T00:00:00Z");

    view.blocked = "keys in a TPM are not supported yet";
    view.running = Action::enroll;
    view.history = pending(failed(deployed(), 9, start + days(89)));
    const auto situation = view.situation();
    EXPECT_EQ(situation.state, State::expired);
    EXPECT_EQ(situation.reason, "expired on 2026-04-01T00:00:00Z; connection refused");
    EXPECT_THAT(situation.remedy, HasSubstr("network"));
}

TEST(State, SaysWhatToDoAboutAnExpiredOneWithWhichNothingWentWrong) {
    auto view = holding();
    view.now = start + days(91);
    EXPECT_THAT(view.situation().remedy, HasSubstr("\"scepctl request NAME --wait\" asks for it"));

    view.history.requested = view.now; // as that verb notes it
    const auto step = nextStep(view.policy, view.what, view.history, view.now);
    EXPECT_EQ(step.action, Action::enroll);
    EXPECT_LE(step.at, view.now);

    view.history = pending(deployed());
    EXPECT_EQ(view.situation().remedy, "Approve the request at the CA.");

    view.history = deployed();
    view.history.lastOutcome = Outcome::waiting;
    view.history.lastCode = Code::secretMissing;
    EXPECT_THAT(view.situation().remedy, HasSubstr("chown root:scepd"));

    view.blocked = "keys in a TPM are not supported yet";
    EXPECT_EQ(view.situation(),
              (Situation{State::expired, "expired on 2026-04-01T00:00:00Z; keys in a TPM are not supported yet",
                         "Change the profile, or leave this certificate out."}));
}

TEST(State, EveryFaultHasARemedyOfItsOwn) {
    std::vector<std::string> remedies;
    for (const auto fault : {Fault::configuration, Fault::unreachable, Fault::refused, Fault::protocol, Fault::local}) {
        auto view = holding(failed(deployed(), 1, start + days(61), fault));
        view.now = start + days(62);
        const auto remedy = view.situation().remedy;
        EXPECT_THAT(remedies, Not(testing::Contains(remedy)));
        remedies.push_back(remedy);
    }
}

} // namespace
} // namespace scepd::schedule
