#pragma once

#include <array>
#include <string>
#include <utility>

/// The OIDs of SCEP's signed attributes (RFC 8894 section 3.2.1, table 2).
namespace scepd::crypto::attribute {

inline constexpr auto messageType = "2.16.840.1.113733.1.9.2";
inline constexpr auto pkiStatus = "2.16.840.1.113733.1.9.3";
inline constexpr auto failInfo = "2.16.840.1.113733.1.9.4";
inline constexpr auto senderNonce = "2.16.840.1.113733.1.9.5";
inline constexpr auto recipientNonce = "2.16.840.1.113733.1.9.6";
inline constexpr auto transactionId = "2.16.840.1.113733.1.9.7";
inline constexpr auto failInfoText = "1.3.6.1.5.5.7.24.1";

/// The names that the RFC gives them.
inline constexpr std::array<std::pair<const char*, const char*>, 7> names{{
    {messageType, "messageType"},
    {transactionId, "transactionID"},
    {pkiStatus, "pkiStatus"},
    {failInfo, "failInfo"},
    {failInfoText, "failInfoText"},
    {senderNonce, "senderNonce"},
    {recipientNonce, "recipientNonce"},
}};

/// "pkiStatus" for its OID, or the OID where there is no name.
inline std::string nameOf(const std::string& oid) {
    for (const auto& [known, name] : names)
        if (oid == known) return name;
    return oid;
}

} // namespace scepd::crypto::attribute
