#include "fleet/load.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace scepd::fleet {

Load::Load(Duration begin, Duration end, Duration interval)
    : begin_(begin), interval_(interval), counts_(static_cast<std::size_t>((end - begin) / interval)) {}

void Load::count(Duration time) {
    if (time < begin_) return;
    const auto index = static_cast<std::size_t>((time - begin_) / interval_);
    if (index < counts_.size()) ++counts_[index];
}

void Load::add(const Load& other) {
    std::ranges::transform(counts_, other.counts_, counts_.begin(), std::plus());
}

std::uint64_t Load::total() const {
    return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

std::uint64_t Load::busiest() const {
    return counts_.empty() ? 0 : *std::ranges::max_element(counts_);
}

} // namespace scepd::fleet
