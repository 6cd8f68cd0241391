#include "ctl/progress.hpp"

#include "base/code.hpp"
#include "ctl/text.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace scepd::ctl {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 12> phases{{
    {"start", "starting"},
    {"key", "making the key"},
    {"capabilities", "asking the CA what it can do"},
    {"next-authority", "asking for the CA that follows"},
    {"authority", "fetching and checking the CA's certificate"},
    {"request", "sending the request"},
    {"poll", "asking the CA whether it has decided"},
    {"check", "checking the certificate"},
    {"commit", "storing the certificate"},
    {"deploy", "deploying"},
    {"served", "looking at what is served"},
    {"rollback", "going back to the certificate before"},
}};

std::string inWords(const std::string& phase) {
    const auto* const known = std::ranges::find(phases, phase, &std::pair<std::string_view, std::string_view>::first);
    return known == phases.end() ? phase : std::string(known->second);
}

bool isRunning(const Certificate& certificate) {
    return !certificate.attemptPhase.empty();
}

bool deploysSoon(const Certificate& certificate, Time now) {
    return certificate.nextAction == "deploy" && certificate.nextActionTime <= now;
}

/// A CA that cannot be reached now is no reason to give up.
bool mayPass(const Certificate& certificate) {
    const auto code = codeFromName(certificate.lastErrorCode);
    return code && faultOf(*code) == Fault::unreachable;
}

/// What runs, or why the state is what it is.
std::string detail(const Certificate& certificate) {
    const auto text = isRunning(certificate) ? inWords(certificate.attemptPhase) : certificate.reason;
    return text.empty() ? text : ": " + text;
}

/// Nothing while something runs, and when nothing is planned.
std::string countdown(const Certificate& certificate, Time now) {
    if (isRunning(certificate) || certificate.nextActionTime <= now) return {};
    if (certificate.nextAction.empty() || certificate.nextAction == "nothing") return {};
    return fmt::format(", next {} {}", certificate.nextAction, relative(certificate.nextActionTime, now));
}

} // namespace

void observe(Watched& watched, const Properties& changed) {
    update(watched.now, changed);
    watched.attempted = watched.attempted || isRunning(watched.now) ||
                        watched.now.attempts != watched.before.attempts ||
                        watched.now.lastAttemptTime != watched.before.lastAttemptTime;
}

Verdict judge(const Watched& watched, Time now) {
    const auto& certificate = watched.now;
    const bool wanted = !watched.renew || certificate.generation > watched.before.generation;
    if (certificate.state == "valid" && wanted) return Verdict::done;
    if (isRunning(certificate) || isPending(certificate)) return Verdict::underWay;
    if (certificate.state == "failed" && certificate.nextAction == "nothing") return Verdict::failed;
    if (!watched.attempted) return Verdict::underWay;
    if (mayPass(certificate)) return Verdict::underWay;
    if (!certificate.lastErrorCode.empty() && certificate.nextAction != "deploy") return Verdict::failed;
    if (certificate.state == "degraded" && !deploysSoon(certificate, now)) return Verdict::failed;
    return Verdict::underWay;
}

Verdict judgeReady(const Certificate& certificate, Time now) {
    if (certificate.deployedGeneration > 0 && certificate.notAfter > now) return Verdict::done;
    if (isRunning(certificate) || certificate.nextAction != "nothing") return Verdict::underWay;
    return Verdict::failed;
}

bool isPending(const Certificate& certificate) {
    return certificate.state == "pending" || (certificate.state == "renewing" && certificate.nextAction == "poll");
}

std::string situation(const Certificate& certificate) {
    return certificate.state + detail(certificate);
}

std::string progress(const Certificate& certificate, Time now) {
    return certificate.state + countdown(certificate, now) + detail(certificate);
}

} // namespace scepd::ctl
