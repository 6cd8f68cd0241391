#include "record/status.hpp"

#include <array>
#include <cstddef>

namespace scepd::record {

std::string_view name(State state) {
    static constexpr std::array<std::string_view, 10> names{"not-applicable", "not-requested", "waiting",  "enrolling",
                                                            "pending",        "valid",         "renewing", "degraded",
                                                            "failed",         "expired"};
    return names.at(static_cast<std::size_t>(state));
}

std::string_view name(Action action) {
    static constexpr std::array<std::string_view, 5> names{"nothing", "enroll", "renew", "poll", "deploy"};
    return names.at(static_cast<std::size_t>(action));
}

} // namespace scepd::record
