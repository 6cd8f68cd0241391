#include "integration/scep/hostile/cases.hpp"

#include <array>

namespace scepd::test {

std::span<const Case> certificateCases() {
    static const std::array cases{
        Case{"other-key", "protocol", "none for the key that was requested"},
        Case{"other-subject", "protocol", "its subject is CN=somebody else, requested was CN=device,O=Example"},
        Case{"nul-in-subject", "protocol", "its subject is"},
        Case{"expired", "protocol", "it expired at"},
        Case{"not-yet-valid", "protocol", "it is valid from"},
        Case{"valid-0-seconds", "protocol", "it expired at"},
        Case{"since-1950", "issued", ""},
        Case{"until-9999", "issued", ""},
        Case{"foreign-issuer", "protocol", "the issued certificate is not used"},
        Case{"weak-issuer", "any", ""},
        Case{.fault = "same-certificate",
             .outcome = "none",
             .sentence = "the one that was to be renewed, serial",
             .certificate = "rekey = false",
             .renewal = "protocol"},
        Case{"ca-leaf", "protocol", "it is a CA's certificate"},
        Case{"half-ca-leaf", "any", ""},
        Case{"huge-serial", "protocol", "its serial number is longer than 20 bytes"},
        Case{"negative-serial", "issued", ""},
        Case{"sha1-certificate", "protocol",
             "is signed with sha1, which is too weak; legacy-replies = true accepts it"},
        Case{"md5-certificate", "protocol", "is signed with md5, which is too weak"},
        Case{"no-san", "issued", ""},
        Case{"other-san", "issued", ""},
        Case{"no-extended-key-usage", "any", ""},
        Case{"other-extended-key-usage", "any", ""},
        Case{"critical-extension", "protocol", "unhandled critical extension"},
    };
    return cases;
}

} // namespace scepd::test
