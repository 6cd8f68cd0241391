#pragma once

#include "base/clock.hpp"

#include <string>
#include <vector>

namespace scepd::record {

/// Why a certificate's next step comes when it does, and what would change that.
struct Explanation {
    std::string rule;                   ///< The rule with its numbers and what puts it off, in a sentence.
    Time due{};                         ///< By the rule alone, before backoff and queue. `never` for "at once".
    Time expected{};                    ///< When its turn comes if all before it succeed at once; `never` for nothing.
    std::vector<std::string> before{};  ///< Who is before it in the queue, first one first.
    Time overtakes{};                   ///< From then on a renewal does not wait for the queue; `never` without one.
    Time emergency{};                   ///< From then on neither spread nor spacing count; `never` without a renewal.
    std::vector<std::string> changes{}; ///< What would change it, in sentences.

    bool operator==(const Explanation&) const = default;
};

} // namespace scepd::record
