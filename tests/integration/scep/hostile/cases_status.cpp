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
        Case{"failure-control-text", "refused", "badRequest (?]0;title??[2J second line)"},
        Case{"failure-empty-content", "refused", "badRequest (refused on purpose)"},
        Case{"failure-junk-content", "refused", "badRequest (refused on purpose)"},
        Case{"bad-fail-info", "refused", "refused on purpose"},
        Case{"control-fail-info", "refused", "no reason (failInfo ?[2J wifi: issu..., which does not exist)"},
        Case{"no-fail-info", "refused", "no reason (refused on purpose)"},
        Case{"unknown-status", "protocol", "its pkiStatus is \"7\""},
        Case{"control-status", "protocol", "its pkiStatus is \"?[2J wifi: issu...\""},
        Case{"control-transaction", "protocol", "its transactionID is \"?[2J wifi: issued\" instead of"},
        Case{"no-status", "protocol", "it has no pkiStatus"},
        Case{"pending-with-certificate", "pending", ""},
        Case{"failure-with-certificate", "refused", "no reason"},
        Case{"wrong-message-type", "protocol", "its messageType is \"19\" instead of \"3\""},
        Case{"wrong-transaction", "protocol", "its transactionID is"},
        Case{"transaction-prefix", "protocol", "its transactionID is"},
        Case{"other-transaction", "protocol", "its transactionID is"},
        Case{.fault = "replay",
             .outcome = "protocol",
             .sentence =
                 "ask whether the CA has answered: the CA's answer is not used: its recipientNonce is not the nonce",
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
