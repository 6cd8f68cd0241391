#include "schedule/explain.hpp"

#include "unit/schedule/samples.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>

namespace scepd::schedule {
namespace {

using namespace test;
using record::Action;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Candidate candidate(const std::string& name, Action action, Time due) {
    Candidate result;
    result.name = name;
    result.step = {action, due, due, "a rule"};
    return result;
}

Candidate renewal(const std::string& name, Time due) {
    auto result = candidate(name, Action::renew, due);
    result.lifetime = days(90);
    result.window = days(30);
    result.notAfter = due + days(30);
    return result;
}

const Time soon = start + days(61);

TEST(TheTurn, OfARenewalComesAfterThoseThatAreDueBeforeSpacingApart) {
    const std::vector<Candidate> three{renewal("log", soon), renewal("web", soon + 10min),
                                       renewal("wifi", soon + 20min)};

    EXPECT_EQ(turnOf(0, three, {}, start), (Turn{soon, {}}));
    EXPECT_EQ(turnOf(1, three, {}, start), (Turn{soon + 1h, {"log"}}));
    EXPECT_EQ(turnOf(2, three, {}, start), (Turn{soon + 2h, {"log", "web"}}));
}

TEST(TheTurn, OfARenewalThatIsDueLongAfterTheOthersIsItsOwnTime) {
    EXPECT_EQ(turnOf(1, {renewal("log", soon), renewal("web", soon + days(2))}, {}, start),
              (Turn{soon + days(2), {"log"}}));
}

TEST(TheTurn, CountsSpacingFromTheLastRenewal) {
    Limits limits;
    limits.lastRenewal = soon;
    EXPECT_EQ(turnOf(0, {renewal("web", soon + 10min)}, limits, soon + 20min).expected, soon + 1h);
}

TEST(TheTurn, OfARenewalComesAtOnceWhenSomebodyAskedForIt) {
    auto asked = renewal("web", soon);
    asked.asked = true;
    Limits limits;
    limits.lastRenewal = soon;
    EXPECT_EQ(turnOf(0, {asked}, limits, soon + 1min).expected, soon + 1min);
}

TEST(TheTurn, OfARenewalDoesNotWaitBeyondItsDanger) {
    auto failing = renewal("log", soon);
    failing.step.at = soon + days(28); // a CA that asks to wait
    const auto turn = turnOf(1, {failing, renewal("web", soon + 1min)}, {}, soon + 1h);
    EXPECT_EQ(turn.expected, soon + 1min + days(15));
}

TEST(TheTurn, OfAFirstEnrollmentIsAfterTheOnesBeforeIt) {
    auto network = candidate("wifi", Action::enroll, never);
    network.opensTheNetwork = true;
    const std::vector<Candidate> all{candidate("log", Action::enroll, never), candidate("web", Action::enroll, never),
                                     network, candidate("done", Action::nothing, never)};

    EXPECT_EQ(turnOf(1, all, {}, start), (Turn{start, {"wifi", "log"}}));
    EXPECT_EQ(turnOf(3, all, {}, start), (Turn{never, {}}));
}

record::Explanation explained(const Candidate& candidate, const record::History& history,
                              const Circumstances& circumstances = {.now = start}, const Policy& policy = {}) {
    return explain(0, {candidate}, {}, policy, history, circumstances, "office.toml");
}

TEST(AnExplanation, OfARenewalTellsRuleTurnAndWhenItOvertakes) {
    const auto explanation = explained(renewal("web", soon), deployed());

    EXPECT_EQ(explanation.rule, "a rule");
    EXPECT_EQ(explanation.due, soon);
    EXPECT_EQ(explanation.expected, soon);
    EXPECT_THAT(explanation.before, IsEmpty());
    EXPECT_EQ(explanation.overtakes, soon + days(15));
    EXPECT_EQ(explanation.emergency, soon + days(30) - Duration(days(90)) / 20);
    EXPECT_THAT(explanation.changes, ElementsAre("scepctl renew web: at once, without waiting for others",
                                                 "another renew, or anything else, in office.toml: noticed by itself"));
}

TEST(AnExplanation, OfWhatIsUnreachableNamesTheNetwork) {
    const auto explanation = explained(candidate("web", Action::enroll, never), failed({}, 3, start));

    EXPECT_THAT(explanation.changes, Contains("a change of the network: it is tried again within seconds"));
    EXPECT_EQ(explanation.overtakes, never);
}

TEST(AnExplanation, OfWhatWasRefusedNamesTheProfileAndItsSecretsAndTheEndOfTries) {
    Policy policy;
    policy.retries = 2;
    const auto explanation = explained(candidate("web", Action::enroll, never), failed({}, 1, start, Fault::refused),
                                       {.now = start}, policy);

    EXPECT_THAT(explanation.changes, Contains(HasSubstr("a change of office.toml, of a secret that it names")));
    EXPECT_THAT(explanation.changes, Contains("after 3 failures in a row it gives up (retries = 2)"));
}

TEST(AnExplanation, OfWhatWasGivenUpSaysWhatBeginsAfreshAndNothingTwice) {
    Policy policy;
    policy.retries = 2;
    const auto explanation = explained(candidate("web", Action::nothing, never), failed({}, 3, start, Fault::refused),
                                       {.now = start}, policy);

    EXPECT_THAT(explanation.changes, ElementsAre(HasSubstr("a change of office.toml, of a secret that it names"),
                                                 "scepctl request web: at once"));
}

TEST(AnExplanation, OfWhatWasGivenUpDoesNotPromiseTheNetwork) {
    Policy policy;
    policy.retries = 2;
    const auto explanation =
        explained(candidate("web", Action::nothing, never), failed({}, 3, start), {.now = start}, policy);

    EXPECT_THAT(explanation.changes, ElementsAre(HasSubstr("a change of office.toml, of a secret that it names"),
                                                 "scepctl request web: at once"));
}

TEST(AnExplanation, OfAHeldEndpointNamesTheClock) {
    const Circumstances waiting{.now = start, .held = start + 5min, .heldWhy = "the clock"};
    EXPECT_THAT(explained(candidate("web", Action::enroll, never), {}, waiting).changes,
                Contains("it goes on as soon as the clock is synchronised or the wait is over"));
    EXPECT_THAT(explained(candidate("web", Action::deploy, never), {}, waiting).changes,
                ElementsAre("scepctl redeploy web: at once"));
}

TEST(AnExplanation, OfWhatIsPendingNamesTheApproval) {
    EXPECT_THAT(explained(candidate("web", Action::poll, start), {}).changes,
                Contains(HasSubstr("approved at the CA")));
}

TEST(AnExplanation, OfNothingSaysHowToAsk) {
    EXPECT_THAT(explained(candidate("web", Action::nothing, never), {}).changes,
                ElementsAre("scepctl request web: at once", "a change of office.toml: noticed by itself"));
}

} // namespace
} // namespace scepd::schedule
