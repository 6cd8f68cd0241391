#pragma once

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "enroll/plan.hpp"
#include "enroll/progress.hpp"
#include "record/report.hpp"

#include <optional>

namespace scepd::enroll {

/// What the caller says about an attempt beside the certificate's name.
struct Order {
    bool renew = false;              ///< Renew what is held, rather than enroll anew.
    std::optional<Secret> challenge; ///< Instead of the profile's.
    std::optional<Time> earliest{};  ///< The machine's clock cannot be right: it is this time or later.
};

/// One attempt, top to bottom: an unfinished transaction is resumed with its key, otherwise a new key is certified;
/// what is issued is checked and committed as a generation. Key and request are on the disk before anything is sent.
/// Only one attempt per certificate runs at a time. Never throws: every end is a report.
record::Report attempt(const Wanted& wanted, const Order& order, const Progress& progress);

} // namespace scepd::enroll
