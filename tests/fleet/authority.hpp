#pragma once

#include "base/clock.hpp"
#include "record/held.hpp"
#include "record/report.hpp"

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace scepd::fleet {

/// From one true time to another.
struct Span {
    Time from, until;

    [[nodiscard]] bool contains(Time truth) const { return truth >= from && truth < until; }
};

/// What scepd-enroll keeps of a request until it is answered: who asks again in the same transaction is not issued
/// another certificate.
struct Transaction {
    Time began;                         ///< In true time.
    std::optional<record::Held> issued; ///< The CA's answer, also when it was lost on its way.
};

/// How one attempt goes.
struct Exchange {
    Duration takes{};
    record::Report report;
};

/// The CA of a simulated fleet. What it answers depends on the time alone, so endpoints can live one after the other.
struct Authority {
    Duration lifetime = std::chrono::days(90);
    Duration answersAfter = std::chrono::seconds(2);
    Duration deadline = std::chrono::minutes(4); ///< When scepd ends an attempt that hangs.
    Duration approvalTakes{};                    ///< PENDING for so long.
    Time comingCa;                 ///< When the next CA begins; until then its certificates are for later.
    std::vector<Span> away;        ///< The connection is refused.
    std::set<std::string> hanging; ///< Certificates for which nothing is ever answered.
    std::set<std::string> failing; ///< Certificates for which the answer is HTTP 500.

    /// The exchange that begins now, with the transaction that is unfinished or, when the CA is reached, a new one.
    [[nodiscard]] Exchange exchange(const std::string& certificate, std::optional<Transaction>& transaction,
                                    Time truth) const;
};

} // namespace scepd::fleet
