#pragma once

#include "crypto/describe.hpp"
#include "scep/capabilities.hpp"
#include "scep/message.hpp"

#include <string>
#include <string_view>
#include <vector>

/// What travels between us and a CA, in words for people: safe to print, without secrets.
namespace scepd::enroll {

/// What follows from the capabilities, as they were understood.
std::vector<crypto::Line> decodedCapabilities(const scep::Capabilities& capabilities);

/// The URL of an operation without user, password and what else its query may carry: the operation stays, and the CA's
/// identifier.
std::string shownOperation(std::string_view url);

/// "AES-128 and SHA-256"
std::string text(const scep::Algorithms& algorithms);

} // namespace scepd::enroll
