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
        Case{"wrong-content-type", "protocol", "its content is pkcs7-envelopedData instead of data"},
        Case{"no-signed-content-type", "protocol", "its signed content type is missing"},
        Case{"no-signed-digest", "protocol", "its signed message digest is missing"},
        Case{"wrong-signed-digest", "protocol", "its signature does not fit"},
        Case{"many-attributes", "protocol", "signed attributes"},
        Case{"many-digests", "protocol", "it lists more than 16 digest algorithms"},
        Case{"no-message-type", "protocol", "it has no messageType"},
        Case{"no-transaction", "protocol", "it has no transactionID"},
        Case{"two-statuses", "protocol", "its signed attribute pkiStatus has 2 values"},
        Case{"duplicate-status", "protocol", "its signed attribute pkiStatus stands twice"},
        Case{"two-nonces", "protocol", "its signed attribute recipientNonce has 2 values"},
        Case{"duplicate-nonce", "protocol", "its signed attribute recipientNonce stands twice"},
        Case{"duplicate-transaction", "protocol", "its signed attribute transactionID stands twice"},
        Case{"nonce-as-text", "protocol", "it has no recipientNonce"},
        Case{"transaction-as-octets", "protocol", "it has no transactionID"},
        Case{"status-as-octets", "protocol", "it has no pkiStatus"},
        Case{"status-as-utf8", "issued", ""},
    };
    return cases;
}

} // namespace scepd::test
