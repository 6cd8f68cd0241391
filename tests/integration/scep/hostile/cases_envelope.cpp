#include "integration/scep/hostile/cases.hpp"

#include <array>

namespace scepd::test {

std::span<const Case> envelopeCases() {
    static const std::array cases{
        Case{"leaf-only", "issued", ""},
        Case{"no-leaf", "protocol", "none for the key that was requested"},
        Case{"hundred-certificates", "issued", ""},
        Case{"junk-envelope", "protocol", "not an encrypted CMS message: an element is longer than the message"},
        Case{"no-envelope", "protocol", "it says SUCCESS and carries nothing"},
        Case{"empty-content", "protocol", "it says SUCCESS and carries nothing"},
        Case{"empty-envelope", "protocol", "not a list of certificates: it is empty"},
        Case{"plain-inside", "protocol", "not a list of certificates but another type of CMS message"},
        Case{"signed-inside", "issued", ""},
        Case{"encrypted-to-another", "protocol", "it is encrypted for somebody else's certificate"},
        Case{"two-recipients", "issued", ""},
        Case{"oaep-reply", "issued", ""},
        Case{"aes256-reply", "issued", ""},
        Case{"aes-gcm-reply", "protocol", "not an encrypted CMS message but AuthEnvelopedData"},
        Case{"des3-reply", "protocol", "des-ede3-cbc, which is too weak; legacy-replies = true accepts it"},
        Case{.fault = "des3-reply",
             .outcome = "issued",
             .sentence = "",
             .label = "des3-reply with legacy-replies",
             .scep = "legacy-replies = true"},
        Case{"rc2-reply", "protocol", "rc2-cbc, which is not accepted"},
        Case{.fault = "rc2-reply",
             .outcome = "protocol",
             .sentence = "rc2-cbc, which is not accepted",
             .label = "rc2-reply with legacy-replies",
             .scep = "legacy-replies = true"},
        Case{"des-reply", "protocol", "legacy-replies = true"},
        Case{.fault = "des-reply",
             .outcome = "issued",
             .sentence = "",
             .label = "des-reply with legacy-replies",
             .scep = "legacy-replies = true"},
    };
    return cases;
}

} // namespace scepd::test
