#pragma once

#include "ca/openssl.hpp"

#include <optional>
#include <string>

namespace scepd::ca {

/// The server's half of NTLM (MS-NLMP), as far as one page needs it: the challenge is always the same, so that nothing
/// is remembered between the two requests of a client.
namespace ntlm {

/// The CHALLENGE_MESSAGE (type 2) of the domain EXAMPLE.
Bytes challengeMessage();

/// The number of an NTLM message; 0 when it is none.
int messageType(View message);

/// Whose name stands in an AUTHENTICATE_MESSAGE (type 3), provided that its NTLMv2 response fits the password.
std::optional<std::string> authenticatedUser(View message, std::string_view password);

} // namespace ntlm

} // namespace scepd::ca
