#pragma once

#include "base/clock.hpp"
#include "ctl/axis.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// The past and the coming events of all certificates and CAs, ready to be drawn: on a terminal or as a picture.
namespace scepd::ctl {

/// What has a row: a certificate, or a CA's own.
struct Span {
    std::string label;
    bool authority = false;
    Time notBefore{}, notAfter{}; ///< `never`: nothing is held.
    Time renewalBegins{};         ///< `never`: it is not renewed, or has not to wait for that.
    std::string action = {};      ///< What comes next, as on the bus; empty or "nothing" for nothing.
    Time actionTime{};            ///< When; a time that has passed, and `never`, mean now.
    Time failedAttempt{};         ///< When the last attempt was made if it failed.

    [[nodiscard]] bool isHeld() const { return notAfter != never; }
    /// True when something comes next.
    [[nodiscard]] bool isPlanned() const { return !action.empty() && action != "nothing"; }

    bool operator==(const Span&) const = default;
};

/// How a next step is called in lists and drawn.
struct Step {
    std::string_view action, noun;
    char mark;
};
inline constexpr std::array steps{Step{"renew", "renewal", 'R'}, Step{"enroll", "enrollment", 'E'},
                                  Step{"poll", "poll", 'P'}, Step{"deploy", "deployment", 'D'}};

/// The letter of an action; "?" of a newer daemon's.
char markOf(std::string_view action);

/// Something that will happen.
struct Coming {
    Time time;         ///< Not before the time it is told at.
    std::string label; ///< Whose.
    std::string event; ///< "renewal", "enrollment", "poll", "deployment" or "expiry"

    bool operator==(const Coming&) const = default;
};

/// The next step of every span, and the expiry of those that have none before it, in order of time.
std::vector<Coming> coming(const std::vector<Span>& spans, Time now);

/// The axis for all of them: from the first certificate's begin, but not further back than the longest one's lifetime,
/// to the last one's end. A CA that lives longer does not stretch it.
Axis axisOf(const std::vector<Span>& spans, Time now, std::size_t width);

/// Whether the last attempt failed, at a time that such an axis shows.
bool showsFailure(const Span& span, const Axis& axis, Time now);

} // namespace scepd::ctl
