#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace scepd::ctl {

/// A stretch of time, spread over so many columns.
class Axis {
public:
    /// `end` is later than `begin`; two columns at least.
    Axis(Time begin, Time end, std::size_t width) : begin_(begin), end_(end), width_(width) {}

    [[nodiscard]] Time begin() const { return begin_; }
    [[nodiscard]] Time end() const { return end_; }
    [[nodiscard]] std::size_t width() const { return width_; }

    /// Where a time stands, from 0 to 1; at an end what is before or after the axis.
    [[nodiscard]] double share(Time time) const;

    /// The same as a column: the first or the last one for what is outside.
    [[nodiscard]] std::size_t column(Time time) const;

    struct Tick {
        std::size_t column = 0;
        std::string label; ///< Empty where it would reach beyond the axis.
        Time time{};

        bool operator==(const Tick&) const = default;
    };
    /// The finest round steps of local time, from a minute to a thousand years, whose labels have room: "14:30" and
    /// "21 Nov" at midnight, "21 Nov", "Dec" and "2027" for January, or "2027".
    [[nodiscard]] std::vector<Tick> ticks() const;

private:
    struct Step;
    [[nodiscard]] std::vector<Tick> every(const Step& step) const;

    Time begin_, end_;
    std::size_t width_;
};

} // namespace scepd::ctl
