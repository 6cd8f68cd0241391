#include "integration/scep/hostile/cases.hpp"

#include <array>

namespace scepd::test {

std::span<const Case> statusCases() {
    static const std::array cases{
        Case{"pending", "pending", ""},
        Case{"failure", "refused", "badRequest (refused on purpose)"},
        Case{"failure-bad-alg", "refused", "badAlg"},
        Case{"failure-bad-message-check", "refused", "badMessageCheck"},
        Case{"failure-bad-time", "refused", "badTime"},
        Case{"failure-bad-cert-id", "refused", "badCertId"},
        Case{"failure-no-text", "refused", "badRequest; often the challenge is wrong or used up"},
        Case{"failure-long-text", "refused", "badRequest (xxx"},
        Case{"failure-control-text", "refused", "badRequest ("},
        Case{"failure-empty-content", "refused", "badRequest (refused on purpose)"},
        Case{"failure-junk-content", "refused", "badRequest (refused on purpose)"},
        Case{"bad-fail-info", "refused", "refused on purpose"},
        Case{"no-fail-info", "refused", "no reason (refused on purpose)"},
        Case{"unknown-status", "protocol", "its pkiStatus is \"7\""},
        Case{"no-status", "protocol", "pkiStatus"},
        Case{"pending-with-certificate", "pending", ""},
        Case{"failure-with-certificate", "refused", "no reason"},
        Case{"wrong-message-type", "protocol", "its messageType is \"19\" instead of \"3\""},
        Case{"wrong-transaction", "protocol", "its transactionID is"},
        Case{"transaction-prefix", "protocol", "its transactionID is"},
        Case{"other-transaction", "protocol", "its transactionID is"},
        Case{.fault = "replay",
             .outcome = "protocol",
             .sentence = "recipientNonce is not the nonce of our message",
             .before = "lost-reply"},
        Case{"wrong-nonce", "protocol", "its recipientNonce is not the nonce of our message"},
        Case{"short-nonce", "protocol", "its recipientNonce is not the nonce of our message"},
        Case{"empty-nonce", "protocol", "its recipientNonce is not the nonce of our message"},
        Case{"missing-nonce", "protocol", "it has no recipientNonce"},
        Case{"no-sender-nonce", "issued", ""},
    };
    return cases;
}

} // namespace scepd::test
