#pragma once

#include "enroll/check.hpp"
#include "scep/message.hpp"
#include "unit/crypto/forge.hpp"

#include <string>
#include <string_view>

/// A CA, a device and what they say to each other, the same in every run: keys are written in the source, the time is
/// test::noon. What was signed by this CA once (the seeds) is signed by it for ever.
namespace scepd::fuzz {

/// CN=ca: signs answers and issues.
const test::Identity& authority();

/// CN=device: who asked, with a self-signed certificate.
const test::Identity& device();

/// What the CA issued to the device.
const crypto::Certificate& issuedCertificate();

/// The one transaction, for which answers are read. Legacy algorithms are accepted: they reach further.
const scep::Expectation& expectation();

/// Who reads answers.
const scep::Sender& sender();

/// What the device asked for, CN=device with dns:device.example.com, replacing serial 1.
const enroll::Question& question();

/// A name of Certificate::subject() and its like is at most so long, and a serial number a little more.
inline constexpr std::size_t longestName = 1100;

/// Requires that everything a certificate tells is bounded, fit for people and throws nothing but Error{protocol}, and
/// that it is the same when it is written and read again. `read` is what it was read from: a certificate that is
/// written as it stood there need not be read once more, which takes longer than all else.
void requireGoodAccount(const crypto::Certificate& certificate, std::string_view read);

} // namespace scepd::fuzz
