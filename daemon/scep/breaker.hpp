#pragma once

#include "base/clock.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Which of several servers is asked first: one that was unreachable comes last for a while, so that a dead one does
/// not cost its timeout at every attempt.
namespace scepd::scep {

/// What is remembered of one URL that was unreachable.
struct Outage {
    unsigned failures = 0; ///< In a row.
    Time until;            ///< So long it comes last.

    bool operator==(const Outage&) const = default;
};

/// By digest of the URL, which may hold what is not to lie on the disk. A URL that is not here answered last time.
using Outages = std::map<std::string, Outage>;

/// The outages after one more failure at `now`: a minute, then twice as long each time, at most an hour.
Outages afterFailure(Outages outages, const std::string& url, Time now);

/// The outages after an answer.
Outages afterAnswer(Outages outages, const std::string& url);

/// All URLs in the order in which they are tried: first those that are not out, as configured, then the others, the one
/// whose outage ends first in front. None is left out: when all are out, one of them may be back. An end that lies
/// further ahead than any outage lasts comes from a clock that was wrong, and does not count.
std::vector<std::string> orderOf(const std::vector<std::string>& urls, const Outages& outages, Time now);

/// The outages as lines of text, for a file.
std::string toText(const Outages& outages);

/// The inverse; whatever is damaged counts as no outage at all.
Outages outagesFrom(std::string_view text);

} // namespace scepd::scep
