#include "schedule/look.hpp"

#include "schedule/spread.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace scepd::schedule {
namespace {

using record::Authority;
using record::Held;
using record::History;
using namespace std::chrono_literals;
using std::chrono::days;

constexpr std::array<Duration, 3> beforeExpiry{days(30), days(7), days(1)};
constexpr std::array<Duration, 4> beforeTheEnd{days(60), days(30), days(7), days(1)};

/// The dice of looks; 0 is the renewal's.
constexpr std::uint64_t lookDice = 1;

std::vector<Time> timesBefore(Time end, std::span<const Duration> before, Duration within) {
    std::vector<Time> times;
    for (const auto ahead : before)
        if (ahead < within) times.push_back(end - ahead);
    return times;
}

bool isWarnedOf(const Authority& authority, Time now) {
    return lastOf(warningTimes(authority), now) != never;
}

} // namespace

bool endsBeforeTheNext(const Policy& policy, const Held& held) {
    const auto renewal = renewalDue(policy, held);
    const auto next = (renewal == never ? held.notAfter : renewal) + (held.notAfter - held.notBefore);
    return held.caNotAfter != never && held.caNotAfter < next;
}

bool isFollowed(std::span<const Authority> authorities) {
    return std::ranges::find(authorities, "next", &Authority::role) != authorities.end();
}

std::optional<Authority> endingAuthority(std::span<const Authority> authorities, Time now) {
    const bool followed = isFollowed(authorities);
    const Authority* first = nullptr;
    for (const auto& authority : authorities) {
        if (authority.role == "next" || (followed && authority.role == "ca")) continue;
        if (isWarnedOf(authority, now) && (first == nullptr || authority.notAfter < first->notAfter))
            first = &authority;
    }
    if (first == nullptr) return std::nullopt;
    return *first;
}

Time nextLook(const Policy& policy, const std::optional<Held>& held, std::span<const Authority> authorities,
              const History& history, Time now) {
    if (!held || held->notAfter <= now) return never;
    if (history.attempts == 0 || history.failures > 0 || history.pending) return never;
    const bool ends = endsBeforeTheNext(policy, *held) && !isFollowed(authorities);
    const auto interval = ends || endingAuthority(authorities, now)
                              ? lookIntervalBeforeItsEnd
                              : lookInterval - scaled(days(1), share(policy.seed, lookDice));
    const auto last = std::min(std::max(history.lastLook, history.lastSuccess), now);
    const auto retry = history.lastFailedLook == never ? never : std::min(history.lastFailedLook, now) + lookRetry;
    return std::max(last + interval, retry);
}

History noteLook(History history, bool failed, Time now) {
    (failed ? history.lastFailedLook : history.lastLook) = now;
    if (!failed) history.lastFailedLook = never;
    return history;
}

std::vector<Time> warningTimes(const Policy& policy, const Held& held) {
    const auto window = renewalWindow(policy, held);
    return timesBefore(held.notAfter, beforeExpiry,
                       window == Duration::zero() ? held.notAfter - held.notBefore : window);
}

std::vector<Time> warningTimes(const Authority& authority) {
    return timesBefore(authority.notAfter, beforeTheEnd, (authority.notAfter - authority.notBefore) / 3);
}

Time earlier(Time one, Time other) {
    return one == never || other == never ? std::max(one, other) : std::min(one, other);
}

Time lastOf(const std::vector<Time>& times, Time now) {
    auto last = never;
    for (const auto time : times)
        if (time <= now) last = time;
    return last;
}

Time nextOf(const std::vector<Time>& times, Time now) {
    const auto next = std::ranges::upper_bound(times, now);
    return next == times.end() ? never : *next;
}

Situation withEnding(Situation situation, const Authority& ending) {
    if (situation.state != record::State::valid) return situation;
    return {record::State::degraded,
            fmt::format("{}, but its {} {} expires on {}", situation.reason, ending.role == "ra" ? "RA" : "CA",
                        ending.subject, rfc3339(ending.notAfter)),
            "Ask the CA's operator for a new certificate of it before then; it is looked for every day."};
}

} // namespace scepd::schedule
