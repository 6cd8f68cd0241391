#include "integration/scep/hostile/cases.hpp"

#include <array>

namespace scepd::test {

std::span<const Case> attributeCases() {
    static const std::array cases{
        Case{"stranger-signs", "protocol", "which is none of the CA's certificates"},
        Case{"device-signs", "protocol", "which is none of the CA's certificates"},
        Case{"unsigned", "protocol", "signed by 0 signers instead of one"},
        Case{"two-signers", "protocol", "signed by 2 signers instead of one"},
        Case{"md5-reply", "protocol", "signed with md5, which is too weak"},
        Case{"sha1-reply", "protocol", "signed with sha1, which is too weak; legacy-replies = true accepts it"},
        Case{"no-attributes", "protocol", "its signed content type is missing"},
        Case{"empty-attributes", "protocol", "its signed content type is missing"},
        Case{"wrong-content-type", "any", ""},
        Case{"no-signed-content-type", "protocol", "its signed content type is missing"},
        Case{"no-signed-digest", "protocol", "its signed message digest is missing"},
        Case{"wrong-signed-digest", "protocol", "its signature does not fit"},
        Case{"no-message-type", "protocol", "it has no messageType"},
        Case{"no-transaction", "protocol", "it has no transactionID"},
        Case{"two-statuses", "protocol", "has 2 values"},
        Case{"duplicate-status", "protocol", "stands twice"},
        Case{"two-nonces", "protocol", "has 2 values"},
        Case{"duplicate-nonce", "protocol", "stands twice"},
        Case{"duplicate-transaction", "protocol", "stands twice"},
        Case{"nonce-as-text", "protocol", "it has no recipientNonce"},
        Case{"transaction-as-octets", "protocol", "it has no transactionID"},
        Case{"status-as-octets", "protocol", "pkiStatus"},
        Case{"status-as-utf8", "issued", ""},
    };
    return cases;
}

} // namespace scepd::test
