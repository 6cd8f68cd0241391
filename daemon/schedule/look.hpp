#pragma once

#include "record/authority.hpp"
#include "schedule/next_step.hpp"
#include "schedule/state.hpp"

#include <optional>
#include <span>
#include <vector>

/// When to look at a CA although nothing is asked of it, and when to warn of what ends: pure functions.
namespace scepd::schedule {

/// A CA is looked at so often, counted from the last look or the last exchange that brought a certificate; by an
/// endpoint's own part of a day more often, so that a fleet does not look as one.
inline constexpr Duration lookInterval = std::chrono::days(7);
/// The same when it would end before the next certificate does and has named no successor, or ends soon.
inline constexpr Duration lookIntervalBeforeItsEnd = std::chrono::days(1);
/// After a look that failed.
inline constexpr Duration lookRetry = std::chrono::hours(6);

/// True when the CA ends before the certificate would that is issued when this one is due for renewal.
bool endsBeforeTheNext(const Policy& policy, const record::Held& held);

/// True when the CA has named the one that follows it.
bool isFollowed(std::span<const record::Authority> authorities);

/// The CA or RA that ends first of those that a warning is due of; a CA that is followed ends as it should. `nullopt`
/// when all of them live.
std::optional<record::Authority> endingAuthority(std::span<const record::Authority> authorities, Time now);

/// When to look at the CA. `never` when nothing is held, and when attempts meet it anyway or have never met it: then
/// it is asked by hand.
Time nextLook(const Policy& policy, const std::optional<record::Held>& held,
              std::span<const record::Authority> authorities, const record::History& history, Time now);

/// What a look left behind.
record::History noteLook(record::History history, bool failed, Time now);

/// When to warn that a certificate expires, earliest first: 30, 7 and 1 days before, as far as it should have been
/// renewed by then.
std::vector<Time> warningTimes(const Policy& policy, const record::Held& held);
/// The same of a CA or RA: 60, 30, 7 and 1 days before, as far as that is in the last third of its lifetime.
std::vector<Time> warningTimes(const record::Authority& authority);

/// The earlier of two times, of which either may be `never`.
Time earlier(Time one, Time other);

/// The last of the times that has come; `never` for none.
Time lastOf(const std::vector<Time>& times, Time now);
/// The first of the times that is to come; `never` for none.
Time nextOf(const std::vector<Time>& times, Time now);

/// The situation of a certificate one of whose authorities ends soon.
Situation withEnding(Situation situation, const record::Authority& ending);

} // namespace scepd::schedule
