#pragma once

#include "base/error.hpp"
#include "enroll/steps.hpp"
#include "record/report.hpp"

#include <optional>
#include <string>

/// What people are told of an attempt that got no certificate.
namespace scepd::enroll {

/// The report of an error. A server may have written some of the sentence, so that it is one line, safe to print and of
/// a length that a report can carry.
record::Failed failed(const Error& error, std::optional<Duration> retryAfter = std::nullopt);

/// "the CA refused the request: badRequest (DN already exists)", with advice where the CA says nothing itself.
std::string refusal(const scep::FailureAnswer& failure);

/// Why an outcome is no certificate.
std::string reasonOf(const Outcome& outcome);

} // namespace scepd::enroll
