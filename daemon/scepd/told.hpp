#pragma once

#include "base/clock.hpp"
#include "record/status.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

namespace scepd {

/// What the journal was told of one certificate: nothing twice within an hour, and no change of its state never.
class Told {
public:
    /// True when these words were not told within the last hour; they count as told from now on.
    bool isNews(std::string_view text, Time now);

    /// True when the state is another one than the last that was told; the first is no change.
    [[nodiscard]] bool isChange(record::State state) const { return state_ && *state_ != state; }

    /// A line with this state was written, or need not be.
    void remember(record::State state) { state_ = state; }

    /// What is told after a success is news again.
    void forget() { lines_.clear(); }

private:
    std::map<std::uint64_t, Time> lines_; ///< Hashes of the lines, because servers write some of their words.
    std::optional<record::State> state_;
};

} // namespace scepd
