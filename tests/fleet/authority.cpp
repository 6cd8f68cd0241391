#include "fleet/authority.hpp"

#include <algorithm>

namespace scepd::fleet {
namespace {

constexpr Duration caRemains = std::chrono::days(5 * 365);

record::Failed failed(const char* why) {
    return {Code::unreachable, why, std::nullopt};
}

std::string idOf(const Transaction& transaction) {
    return std::to_string(microseconds(transaction.began));
}

record::Held issue(Time notBefore, Duration lifetime) {
    record::Held issued;
    issued.notBefore = notBefore;
    issued.notAfter = notBefore + lifetime;
    issued.caNotAfter = notBefore + caRemains;
    return issued;
}

} // namespace

Exchange Authority::exchange(const std::string& certificate, std::optional<Transaction>& transaction,
                             Time truth) const {
    const auto covers = [&](const Span& span) { return span.contains(truth); };
    if (std::ranges::any_of(away, covers)) return {answersAfter, failed("connection refused")};
    if (hanging.contains(certificate)) return {deadline, failed("scepd-enroll took too long and was ended")};
    if (!transaction) transaction = Transaction{truth, std::nullopt};
    if (failing.contains(certificate)) return {answersAfter, failed("HTTP 500")};
    if (truth < transaction->began + approvalTakes) return {answersAfter, record::Pending{idOf(*transaction)}};
    if (!transaction->issued) transaction->issued = issue(std::max(truth, comingCa), lifetime);
    return {answersAfter, record::Issued{*transaction->issued, transaction->issued->notBefore > truth}};
}

} // namespace scepd::fleet
