#include "ctl/progress.hpp"

#include "console_support.hpp"

#include <gtest/gtest.h>

namespace scepd::ctl {
namespace {

using namespace std::chrono_literals;
using test::here;

Watched asked(const Certificate& certificate, bool renew = false) {
    return {.before = certificate, .now = certificate, .attempted = false, .renew = renew};
}

Certificate in(const std::string& state, const std::string& nextAction = "enroll") {
    Certificate certificate;
    certificate.state = state;
    certificate.nextAction = nextAction;
    return certificate;
}

TEST(Progress, ARequestIsDoneWhenTheCertificateIsValid) {
    auto watched = asked(in("waiting"));
    EXPECT_EQ(judge(watched, here), Verdict::underWay);
    observe(watched, {{"State", sdbus::Variant("valid")}});
    EXPECT_EQ(judge(watched, here), Verdict::done);
}

TEST(Progress, ARenewalIsDoneWithANewGenerationOnly) {
    auto before = in("valid", "renew");
    before.generation = 3;
    auto watched = asked(before, true);
    EXPECT_EQ(judge(watched, here), Verdict::underWay);
    observe(watched, {{"State", sdbus::Variant("renewing")}, {"AttemptPhase", sdbus::Variant("request")}});
    EXPECT_EQ(judge(watched, here), Verdict::underWay);
    observe(watched, {{"Generation", sdbus::Variant(std::uint32_t{4})}, {"AttemptPhase", sdbus::Variant("deploy")}});
    EXPECT_EQ(judge(watched, here), Verdict::underWay);
    observe(watched, {{"State", sdbus::Variant("valid")}, {"AttemptPhase", sdbus::Variant("")}});
    EXPECT_EQ(judge(watched, here), Verdict::done);
}

TEST(Progress, AnEarlierFailureIsNotThisOnes) {
    auto before = in("failed");
    before.lastErrorCode = "SCEPD-303";
    before.attempts = 2;
    auto watched = asked(before);
    EXPECT_EQ(judge(watched, here), Verdict::underWay);
    observe(watched, {{"Attempts", sdbus::Variant(std::uint32_t{3})}, {"AttemptPhase", sdbus::Variant("request")}});
    EXPECT_EQ(judge(watched, here), Verdict::underWay);
    observe(watched, {{"AttemptPhase", sdbus::Variant("")}});
    EXPECT_EQ(judge(watched, here), Verdict::failed);
}

TEST(Progress, AnUnreachableAuthorityIsWaitedFor) {
    auto watched = asked(in("waiting"));
    observe(watched, {{"Attempts", sdbus::Variant(std::uint32_t{1})}, {"LastErrorCode", sdbus::Variant("SCEPD-202")}});
    EXPECT_EQ(judge(watched, here), Verdict::underWay);
    observe(watched, {{"LastErrorCode", sdbus::Variant("SCEPD-404")}});
    EXPECT_EQ(judge(watched, here), Verdict::failed);
}

TEST(Progress, WhatTheAuthorityKeepsIsWaitedFor) {
    auto watched = asked(in("pending", "poll"));
    observe(watched, {{"Attempts", sdbus::Variant(std::uint32_t{1})}});
    EXPECT_EQ(judge(watched, here), Verdict::underWay);
    EXPECT_TRUE(isPending(watched.now));
    EXPECT_TRUE(isPending(in("renewing", "poll")));
    EXPECT_FALSE(isPending(in("renewing", "renew")));
}

TEST(Progress, ADeploymentInTroubleIsAFailureUnlessItIsAboutToBeTried) {
    auto watched = asked(in("degraded", "deploy"));
    watched.now.nextActionTime = here + 1min;
    EXPECT_EQ(judge(watched, here), Verdict::underWay) << "nothing was tried since it was asked for";
    observe(watched, {{"AttemptPhase", sdbus::Variant("deploy")}});
    observe(watched, {{"AttemptPhase", sdbus::Variant("")}});
    EXPECT_EQ(judge(watched, here), Verdict::failed);
    EXPECT_EQ(judge(watched, here + 1min), Verdict::underWay);
}

TEST(Progress, NothingToComeIsAFailureAtOnce) {
    EXPECT_EQ(judge(asked(in("failed", "nothing")), here), Verdict::failed);
}

TEST(Progress, AConsumerFindsWhatLiesOnTheTargets) {
    auto certificate = in("enrolling", "deploy");
    certificate.generation = 1;
    certificate.notAfter = here + 1h;
    EXPECT_EQ(judgeReady(certificate, here), Verdict::underWay) << "held is not installed";
    certificate.deployedGeneration = 1;
    for (const auto* state : {"valid", "renewing", "degraded"}) {
        certificate.state = state;
        EXPECT_EQ(judgeReady(certificate, here), Verdict::done) << state;
    }
    EXPECT_EQ(judgeReady(certificate, here + 1h), Verdict::underWay) << "expired";
    EXPECT_EQ(judgeReady(in("failed", "nothing"), here), Verdict::failed);
}

TEST(Progress, TheSituationIsTheStateWithWhatRunsOrWhy) {
    auto certificate = in("enrolling");
    certificate.attemptPhase = "request";
    EXPECT_EQ(situation(certificate), "enrolling: sending the request");
    certificate.attemptPhase = "a-newer-phase";
    EXPECT_EQ(situation(certificate), "enrolling: a-newer-phase");
    certificate.attemptPhase = "";
    EXPECT_EQ(situation(certificate), "enrolling");
    certificate.reason = "the CA keeps request 3F for approval";
    certificate.state = "pending";
    EXPECT_EQ(situation(certificate), "pending: the CA keeps request 3F for approval");
}

TEST(Progress, CountsDownToWhatComesNext) {
    auto certificate = in("pending", "poll");
    certificate.reason = "the CA keeps request 3F for approval";
    certificate.nextActionTime = here + 42s;
    EXPECT_EQ(progress(certificate, here), "pending, next poll in 42 s: the CA keeps request 3F for approval");
    EXPECT_EQ(progress(certificate, here + 42s), "pending: the CA keeps request 3F for approval");
    certificate.attemptPhase = "poll";
    EXPECT_EQ(progress(certificate, here), "pending: asking the CA whether it has decided");
    EXPECT_EQ(progress(in("failed", "nothing"), here), "failed");
}

} // namespace
} // namespace scepd::ctl
