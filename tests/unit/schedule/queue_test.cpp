#include "schedule/queue.hpp"

#include "unit/schedule/samples.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

namespace scepd::schedule {
namespace {

using namespace test;
using record::Action;
using testing::ElementsAre;
using testing::IsEmpty;

/// Noon of a day on which renewals of certificates of 90 days with a window of 30 days are due.
const Time noon = start + days(62) + 12h;

Candidate candidate(const std::string& name, Action action, Time due) {
    Candidate result;
    result.name = name;
    result.authority = "http://" + name + ".example.com/scep"; // every one has its own CA
    result.step = {action, due, due, ""};
    return result;
}

Candidate enrollment(const std::string& name) {
    return candidate(name, Action::enroll, never);
}

Candidate renewal(const std::string& name, Time due) {
    auto result = candidate(name, Action::renew, due);
    result.lifetime = days(90);
    result.window = days(30);
    result.notAfter = due + days(30);
    return result;
}

Candidate running(Candidate candidate) {
    candidate.running = true;
    return candidate;
}

Candidate waitingUntil(Candidate candidate, Time at) {
    candidate.step.at = at;
    return candidate;
}

std::vector<std::string> started(const std::vector<Candidate>& candidates, const Limits& limits = {}, Time now = noon) {
    std::vector<std::string> names;
    for (const auto index : decide(candidates, limits, now).start)
        names.push_back(candidates.at(index).name);
    return names;
}

Time wakeUp(const std::vector<Candidate>& candidates, const Limits& limits = {}, Time now = noon) {
    return decide(candidates, limits, now).wakeUp;
}

TEST(Queue, WithNothingToDoWaitsForAnEvent) {
    EXPECT_EQ(decide({}, {}, noon), Decision());
    EXPECT_EQ(decide({candidate("a", Action::nothing, never)}, {}, noon), Decision());
}

TEST(Queue, WakesAtTheFirstTimeAtWhichSomethingIsDue) {
    const std::vector<Candidate> later{renewal("a", noon + 2h), renewal("b", noon + 1h), enrollment("c")};

    EXPECT_THAT(started(later), ElementsAre("c"));
    EXPECT_EQ(wakeUp(later), noon + 1h);
}

TEST(Queue, StartsWhatIsDueExactlyNow) {
    EXPECT_THAT(started({renewal("a", noon)}), ElementsAre("a"));
    EXPECT_THAT(started({renewal("a", noon + 1us)}), IsEmpty());
}

TEST(Queue, DoesNotStartWhatRuns) {
    EXPECT_EQ(decide({running(enrollment("a")), running(renewal("b", noon))}, {}, noon), Decision());
}

// ---- deployments ----

TEST(Queue, StartsDeploymentsAtOnceWhateverElseRuns) {
    auto one = candidate("one", Action::deploy, noon);
    auto two = candidate("two", Action::deploy, noon);
    one.authority = two.authority = "http://a.example.com/scep";

    EXPECT_THAT(started({running(enrollment("a")), running(enrollment("b")), one, two}), ElementsAre("one", "two"));
}

TEST(Queue, ADeploymentThatRunsHoldsUpNoEnrollment) {
    auto deployment = running(candidate("a", Action::deploy, noon));
    auto other = enrollment("b");
    other.authority = deployment.authority;

    EXPECT_THAT(started({deployment, other}), ElementsAre("b"));
}

// ---- enrollments and polls ----

TEST(Queue, MakesSoManyFirstEnrollmentsAtATime) {
    const std::vector<Candidate> four{enrollment("a"), enrollment("b"), enrollment("c"), enrollment("d")};

    EXPECT_THAT(started(four), ElementsAre("a", "b"));
    EXPECT_THAT(started(four, {.parallel = 3, .lastRenewal = never}), ElementsAre("a", "b", "c"));
    EXPECT_EQ(wakeUp(four), never) << "the end of one makes it decide again";
}

TEST(Queue, CountsEnrollmentsAndPollsThatRun) {
    const std::vector<Candidate> polling{running(candidate("a", Action::poll, noon)), enrollment("b"), enrollment("c")};

    EXPECT_THAT(started(polling), ElementsAre("b"));
}

TEST(Queue, PollsAreMadeAsEnrollmentsAre) {
    const std::vector<Candidate> polls{candidate("a", Action::poll, noon - 1min), candidate("b", Action::poll, noon),
                                       candidate("c", Action::poll, noon)};

    EXPECT_THAT(started(polls), ElementsAre("a", "b"));
}

TEST(Queue, PutsTheCertificateThatOpensTheNetworkFirst) {
    auto wifi = enrollment("wifi");
    wifi.opensTheNetwork = true;
    wifi.step.due = noon;

    EXPECT_THAT(started({enrollment("a"), enrollment("b"), wifi}, {.parallel = 1, .lastRenewal = never}),
                ElementsAre("wifi"));
}

TEST(Queue, StartsEquallyDueOnesByNameSoThatEveryRunIsTheSame) {
    EXPECT_THAT(started({enrollment("b"), enrollment("c"), enrollment("a")}), ElementsAre("a", "b"));
}

TEST(Queue, WhatWasTriedInVainLetsTheOthersGoFirst) {
    auto hanging = waitingUntil(enrollment("a"), noon - 1min);
    hanging.opensTheNetwork = true;
    const auto later = waitingUntil(enrollment("b"), noon);
    auto expired = enrollment("c");
    expired.step.at = expired.step.due = noon - 1h;
    const Limits one{.parallel = 1, .lastRenewal = never};

    EXPECT_THAT(started({hanging, later, expired}, one), ElementsAre("c"));
    EXPECT_THAT(started({hanging, later}, one), ElementsAre("a"));
}

TEST(Queue, SendsOneRequestAtATimeToACa) {
    auto a = enrollment("a");
    auto b = enrollment("b");
    auto c = renewal("c", noon);
    b.authority = c.authority = a.authority;

    EXPECT_THAT(started({a, b, c, enrollment("d")}), ElementsAre("a", "d"));
    EXPECT_THAT(started({running(c), a, b}), IsEmpty());
}

TEST(Queue, EnrollsBesideARenewal) {
    EXPECT_THAT(started({renewal("a", noon), enrollment("b"), enrollment("c")}), ElementsAre("b", "c", "a"));
}

// ---- renewals ----

TEST(Queue, RenewsOneAtATimeInTheOrderTheyFellDue) {
    const std::vector<Candidate> three{renewal("a", noon - 1h), renewal("b", noon - 3h), renewal("c", noon - 2h)};

    EXPECT_THAT(started(three), ElementsAre("b"));
    EXPECT_THAT(started({three[0], running(three[1]), three[2]}), IsEmpty());
}

TEST(Queue, RenewsTheCertificateThatOpensTheNetworkFirst) {
    auto wifi = renewal("wifi", noon - 1h);
    wifi.opensTheNetwork = true;

    EXPECT_THAT(started({renewal("a", noon - 3h), wifi}), ElementsAre("wifi"));
}

TEST(Queue, KeepsTheSpacingAfterASuccessfulRenewal) {
    const std::vector<Candidate> due{renewal("a", noon - 1h)};
    const Limits limits{.spacing = 1h, .lastRenewal = noon - 20min};

    EXPECT_THAT(started(due, limits), IsEmpty());
    EXPECT_EQ(wakeUp(due, limits), noon + 40min);
    EXPECT_THAT(started(due, limits, noon + 40min), ElementsAre("a"));
}

TEST(Queue, HasNoSpacingBeforeTheFirstRenewal) {
    EXPECT_THAT(started({renewal("a", Time(1min))}, {.spacing = 1h, .lastRenewal = never}, Time(2min)),
                ElementsAre("a"));
}

TEST(Queue, ARenewalThatClaimsToLieAheadKeepsNobodyWaiting) {
    EXPECT_THAT(started({renewal("a", noon)}, {.spacing = 1h, .lastRenewal = noon + days(3650)}), ElementsAre("a"));
}

TEST(Queue, SpacingDoesNotCountForEnrollments) {
    EXPECT_THAT(started({enrollment("a")}, {.spacing = 1h, .lastRenewal = noon}), ElementsAre("a"));
}

TEST(Queue, SpacingDoesNotCountForARenewalThatSomebodyAskedFor) {
    auto asked = renewal("a", noon);
    asked.asked = true;

    EXPECT_THAT(started({asked}, {.spacing = 1h, .lastRenewal = noon - 1min}), ElementsAre("a"));
    EXPECT_THAT(started({asked, waitingUntil(renewal("head", noon - 1h), noon + 1h)}), ElementsAre("a"));
    EXPECT_THAT(started({asked, running(renewal("b", noon))}), IsEmpty()) << "still one at a time";
}

TEST(Queue, TheFirstRenewalMustSucceedBeforeTheNextBegins) {
    const std::vector<Candidate> failing{waitingUntil(renewal("head", noon - 2h), noon + 30min),
                                         renewal("next", noon - 1h)};

    EXPECT_THAT(started(failing), IsEmpty());
    EXPECT_EQ(wakeUp(failing), noon + 30min) << "when the head is tried again";
    EXPECT_THAT(started(failing, {}, noon + 30min), ElementsAre("head"));
}

TEST(Queue, ARenewalWaitsOnlyForThoseThatFellDueBeforeIt) {
    EXPECT_THAT(started({waitingUntil(renewal("later", noon - 1h), noon + 30min), renewal("a", noon - 2h)}),
                ElementsAre("a"));
    EXPECT_THAT(started({renewal("not due yet", noon + 1h), renewal("a", noon)}), ElementsAre("a"));
}

TEST(Queue, AHeadThatGaveUpHoldsUpNobody) {
    EXPECT_THAT(started({candidate("head", Action::nothing, never), renewal("next", noon)}), ElementsAre("next"));
}

TEST(Queue, ARenewalThatIsBeingDeployedIsNoSuccessYet) {
    auto head = running(candidate("head", Action::deploy, noon - 1min));
    head.unfinished = true;

    EXPECT_THAT(started({head, renewal("next", noon - 1h)}), IsEmpty());
}

TEST(Queue, ARenewalWhoseDeploymentFailsOrThatWaitsForApprovalHoldsUpTheNext) {
    for (const auto action : {Action::deploy, Action::poll}) {
        auto head = waitingUntil(candidate("head", action, noon - 2h), noon + 30min);
        head.unfinished = true;
        const std::vector<Candidate> both{head, renewal("next", noon - 1h)};

        EXPECT_THAT(started(both), IsEmpty());
        EXPECT_EQ(wakeUp(both), noon + 30min);
        EXPECT_THAT(started({head, enrollment("new")}), ElementsAre("new")) << "enrollments go on";
    }
}

TEST(Queue, AnUnfinishedRenewalDoesNotWaitForItself) {
    auto again = renewal("a", noon);
    again.unfinished = true;

    EXPECT_THAT(started({again}), ElementsAre("a"));
}

TEST(Queue, ADeploymentThatIsNoRenewalHoldsUpNobody) {
    EXPECT_THAT(started({running(candidate("a", Action::deploy, noon)), renewal("next", noon)}), ElementsAre("next"));
}

TEST(Queue, ARenewalOvertakesWhenHalfOfItsWindowIsGone) {
    const auto head = waitingUntil(renewal("head", noon - days(20)), noon + days(20));
    const auto next = renewal("next", noon); // a window of 30 days: danger begins after 15
    const std::vector<Candidate> both{head, next};

    EXPECT_EQ(wakeUp(both), noon + days(15));
    EXPECT_THAT(started(both, {}, noon + days(15) - 1us), IsEmpty());
    EXPECT_THAT(started(both, {}, noon + days(15)), ElementsAre("next"));
}

TEST(Queue, RenewalsThatOvertakeKeepTheSpacing) {
    const auto head = waitingUntil(renewal("head", noon - days(20)), noon + days(20));
    const std::vector<Candidate> both{head, renewal("next", noon)};
    const auto danger = noon + days(15);
    const Limits limits{.spacing = 1h, .lastRenewal = danger - 1min};

    EXPECT_THAT(started(both, limits, danger), IsEmpty());
    EXPECT_EQ(wakeUp(both, limits, danger), danger + 59min);
    EXPECT_THAT(started(both, limits, danger + 59min), ElementsAre("next"));
}

TEST(Queue, ARenewalInDangerKeepsTheSpacingUntilItsEmergency) {
    const std::vector<Candidate> due{renewal("a", noon)}; // expires after 30 days, a twentieth of its life is 4.5 days
    const auto emergency = noon + days(30) - Duration(days(9)) / 2;
    const Limits limits{.spacing = days(20), .lastRenewal = noon + days(14)};

    EXPECT_THAT(started(due, limits, noon + days(16)), IsEmpty()) << "half of its window is gone";
    EXPECT_EQ(wakeUp(due, limits, noon + days(16)), emergency);
    EXPECT_THAT(started(due, limits, emergency), ElementsAre("a"));
}

TEST(Queue, InTheLastTwentiethOfALifetimeSpacingDoesNotCount) {
    auto late = renewal("late", noon); // its window is shorter than a twentieth of its lifetime of 90 days
    late.window = days(4);
    late.notAfter = noon + days(4);
    const Limits limits{.spacing = 1h, .lastRenewal = noon - 1min};

    EXPECT_THAT(started({late}, limits), ElementsAre("late"));
    EXPECT_THAT(started({late, waitingUntil(renewal("head", noon - days(1)), noon + 1h)}, limits), ElementsAre("late"));
}

TEST(Queue, EvenInDangerRenewalsAreOneAtATime) {
    EXPECT_THAT(started({running(renewal("a", noon)), renewal("b", noon - days(29))}), IsEmpty());
    EXPECT_THAT(started({renewal("a", noon - days(28)), renewal("b", noon - days(29))}), ElementsAre("b"));
}

} // namespace
} // namespace scepd::schedule
