#pragma once

#include "crypto/certificate.hpp"

#include <string>
#include <vector>

namespace scepd::crypto {

/// The key usages of a certificate by RFC 5280's names ("digitalSignature", "keyEncipherment", ...), in their order;
/// none when it has no such extension, which allows all.
std::vector<std::string> keyUsage(const Certificate& certificate);

/// An extended key usage as profiles and people call it ("client-auth", "enrollment agent"); its dotted numbers when it
/// has no such name here.
std::string extendedKeyUsageName(const std::string& oid);

} // namespace scepd::crypto
