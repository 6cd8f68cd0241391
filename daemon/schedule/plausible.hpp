#pragma once

#include "base/clock.hpp"
#include "record/held.hpp"

#include <chrono>
#include <span>

/// Whether a clock that nobody has synchronised can be right: pure functions. Such a clock shows 1970, the day the
/// hardware was made, or a time far ahead; as long as it does, nothing is declared expired or due.
///
/// A clock that is behind is found by what is known to have been: no time before it can be now. One that is ahead is
/// not found in this way, for a machine may have lain in a store as long as the clock says. So what tells is how long
/// that rest would have been:
///
/// - up to a year is believed: machines rest that long, and a CA may well expire meanwhile;
/// - up to ten years is believed, unless every CA that we hold a certificate of would have expired: then a wrong clock
///   is likelier than a machine that comes back to nothing;
/// - more than ten years is not: no machine comes back after that, but clocks whose battery is empty show 2036, 2038
///   or 2099, and a receiver of GPS may be 1024 weeks (19.6 years) ahead.
///
/// A clock that is some years ahead while the CA lives longer is not noticed: nothing we hold tells it from a rest. The
/// price of a refusal that is wrong is a wait for the clock to be synchronised, which is believed whatever it shows.
namespace scepd::schedule {

/// Differences that mean nothing: what a CA's clock may be ahead of ours, and what synchronisation takes back.
inline constexpr Duration clockTolerance = std::chrono::minutes(5);
/// A machine may rest so long, whatever expires meanwhile.
inline constexpr Duration usualRest = std::chrono::days(365);
/// No machine rests longer; just below ten years, so that a clock which is ten years ahead is noticed at once.
inline constexpr Duration longestRest = std::chrono::days(3650);

/// When this program was built (SOURCE_DATE_EPOCH), or the date of its version: no clock was right that shows less.
Time buildTime();

/// The newest time that is known to have been: when the program was built, the last time that was noted
/// (store/last_time; `never` for none), and when the certificates in use were issued by their CA's clock. One of the
/// coming CA, valid from some later day, is not to be among `held`. A noted time that lies further beyond the others
/// than any machine rests was noted wrongly and does not count.
Time clockFloor(Time built, Time lastNoted, std::span<const record::Held> held);

/// Up to where a clock is believed with this floor, as told above.
Time clockCeiling(Time floor, std::span<const record::Held> held);

/// True when a clock that shows `now` can be right.
bool plausible(Time now, Time floor, Time ceiling);

/// How far a clock may be believed.
struct Belief {
    bool synchronized = false; ///< Then it is right, whatever it shows.
    Time floor{}, ceiling{};
    Duration elapsed{}; ///< How long ago the floor was taken, by a clock that nobody sets.

    bool operator==(const Belief&) const = default;
};

/// The time to decide by: what the clock shows when it can be right, otherwise the earliest time that it can be.
Time judgedTime(Time shown, const Belief& belief);

} // namespace scepd::schedule
