#include "enroll/failure.hpp"

#include "crypto/text.hpp"

namespace scepd::enroll {

record::Failed failed(const Error& error, std::optional<Duration> retryAfter) {
    constexpr std::size_t longest = 4096;
    return {error.code(), crypto::printable(error.what(), longest), retryAfter};
}

std::string refusal(const scep::FailureAnswer& failure) {
    auto text = "the CA refused the request: " + (failure.failInfo.empty() ? "no reason" : failure.failInfo);
    if (!failure.text.empty()) return text + " (" + failure.text + ")";
    if (failure.failInfo == "badRequest")
        text += "; often the challenge is wrong or used up, or the subject has a certificate already";
    if (failure.failInfo == "badTime") text += "; is this machine's clock right?";
    return text;
}

std::string reasonOf(const Outcome& outcome) {
    if (!outcome) return outcome.error().error.what();
    const auto* failure = std::get_if<scep::FailureAnswer>(&*outcome);
    return failure != nullptr ? refusal(*failure) : "no refusal";
}

} // namespace scepd::enroll
