#include "enroll/dry_run.hpp"

#include "crypto/describe.hpp"
#include "crypto/key.hpp"
#include "enroll/keys.hpp"
#include "enroll/own_held.hpp"
#include "enroll/steps.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace scepd::enroll {
namespace {

using Held = std::optional<record::Held>;

/// Where a challenge comes from; never what it is.
struct ChallengeText {
    std::string operator()(const profile::NoChallenge&) const { return "none"; }
    std::string operator()(const profile::StaticChallenge& challenge) const {
        if (challenge.file) return "from " + *challenge.file;
        return challenge.credential ? "from the credential " + *challenge.credential : "from the profile";
    }
    std::string operator()(const profile::DynamicChallenge& challenge) const {
        return "a fresh one from " + challenge.url;
    }
    std::string operator()(const profile::CommandChallenge& challenge) const {
        return "what " + challenge.argv.front() + " prints";
    }
};

std::string inWords(const Step& step) {
    const auto* const way = step.way == Way::renewalReq      ? "RenewalReq, signed with the certificate that is held"
                            : step.way == Way::pkcsReqByHeld ? "PKCSReq, signed with the certificate that is held"
                                                             : "PKCSReq, signed with the new key";
    return fmt::format("{}, {} challenge", way, step.challenge ? "with the" : "without a");
}

Situation situationOf(const Wanted& wanted, const Held& held, bool renews, bool offered) {
    return {.renews = renews,
            .heldDecrypts = !held || held->keyType.starts_with("RSA"),
            .offered = offered,
            .hasChallenge = maySendChallenge(wanted.profile.scep.challenge, held.has_value())};
}

std::string inWords(const std::vector<Step>& steps) {
    std::vector<std::string> all;
    for (const auto& step : steps)
        all.push_back(inWords(step));
    return fmt::format("{}", fmt::join(all, "; if that is refused: "));
}

} // namespace

void dryRun(const Wanted& wanted, Time now,
            const std::function<void(const char* part, const std::string& name, const std::string& value)>& tell) {
    const auto& scep = wanted.profile.scep;
    const auto content = requestContent(wanted);
    const auto key = makeKey(wanted.certificate.key);
    for (const auto& [name, value] : crypto::describeRequest(crypto::Request::make(content, key, Secret()).toDer()))
        if (name != "challenge") tell("request", name, value);

    tell("exchange", "profile", wanted.profile.file);
    for (const auto& url : scep.urls)
        tell("exchange", "CA", url);
    tell("exchange", "pin", profile::describe(scep.trust));
    tell("exchange", "challenge", std::visit(ChallengeText{}, scep.challenge.source));
    const auto held = ownHeld(wanted);
    const bool renews = held && canSign(*held, namesDigest(content), now);
    const auto offered = inWords(stepsOf(scep, situationOf(wanted, held, renews, true)));
    const auto other = inWords(stepsOf(scep, situationOf(wanted, held, renews, false)));
    tell("exchange", "message", offered);
    if (other != offered) tell("exchange", "without Renewal", other);
}

} // namespace scepd::enroll
