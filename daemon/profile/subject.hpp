#pragma once

#include "profile/profile.hpp"

#include <optional>
#include <string>

namespace scepd::profile {

/// Parses a distinguished name such as `CN=${hostname},O=Example\, Inc.`, close to RFC 4514 but in the order typed: `,`
/// separates RDNs, `+` joins attributes to one RDN, a value may stand in quotation marks, `\,` and `\2C` escape.
/// Variables are left in the values, because a variable's comma must never begin another RDN; an escaped `$` or `%`
/// is kept as `$$` or `%%`. Throws Error{configuration}.
Subject parseSubject(const std::string& text);

/// What is wrong with an attribute's expanded value as far as X.509 limits it (lengths, a country's two letters, ASCII
/// where the type demands it); nullopt when nothing is.
std::optional<std::string> complaintAbout(const Attribute& attribute);

/// True for a dotted object identifier such as "1.3.6.1.5.5.7.3.2".
bool isObjectIdentifier(std::string_view text);

} // namespace scepd::profile
