#pragma once

#include "base/clock.hpp"
#include "ctl/console.hpp"

#include <string>
#include <vector>

/// The past and the coming events of all certificates as a picture. It is plain ASCII: it looks the same on every
/// terminal, in every locale and in a mail.
namespace scepd::ctl {

/// What has a row in the picture: a certificate, or a CA's own.
struct Span {
    std::string label;
    bool authority = false;
    Time notBefore{}, notAfter{}; ///< `never`: nothing is held.
    Time renewalBegins{};         ///< `never`: it is not renewed, or has not to wait for that.
    std::string action = {};      ///< What comes next, as on the bus; empty or "nothing" for nothing.
    Time actionTime{};            ///< When; a time that has passed, and `never`, mean now.
    Time failedAttempt{};         ///< When the last attempt was made if it failed.

    bool operator==(const Span&) const = default;
};

/// Something that will happen.
struct Coming {
    Time time;         ///< Not before the time it is told at.
    std::string label; ///< Whose.
    std::string event; ///< "renewal", "enrollment", "poll", "deployment" or "expiry"

    bool operator==(const Coming&) const = default;
};

/// The next step of every span, and the expiry of those that have none before it, in order of time.
std::vector<Coming> coming(const std::vector<Span>& spans, Time now);

/// Draws all on one axis, then names what comes next, and what the signs mean if the console wants a legend. The axis
/// goes from the first certificate's begin, but not further back than the longest one's lifetime, to the last one's
/// end; of a CA that lives longer an arrow tells so. Fits the console; 80 columns where that has no width.
void draw(const Console& console, const std::vector<Span>& spans, Time now);

} // namespace scepd::ctl
