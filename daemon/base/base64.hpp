#pragma once

#include <string>
#include <string_view>

namespace scepd {

/// Standard base64 (RFC 4648 section 4) on one line.
std::string base64(std::string_view bytes);

/// The same between "-----BEGIN LABEL-----" and "-----END LABEL-----", in lines of 64 characters (RFC 7468).
std::string pem(std::string_view label, std::string_view bytes);

} // namespace scepd
