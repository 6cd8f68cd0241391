#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace scepd::fleet {

/// How many requests came in each interval of a stretch of time. Times count from the start of the simulation.
class Load {
public:
    Load(Duration begin, Duration end, Duration interval);

    /// A request at this time; one before or after the stretch does not count.
    void count(Duration time);
    /// What came elsewhere in the same stretch.
    void add(const Load& other);

    [[nodiscard]] Duration begin() const { return begin_; }
    [[nodiscard]] Duration interval() const { return interval_; }
    [[nodiscard]] const std::vector<std::uint64_t>& counts() const { return counts_; }
    [[nodiscard]] std::uint64_t total() const;
    [[nodiscard]] std::uint64_t busiest() const;

    bool operator==(const Load&) const = default;

private:
    Duration begin_, interval_;
    std::vector<std::uint64_t> counts_;
};

} // namespace scepd::fleet
