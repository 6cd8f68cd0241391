#include "integration/scep/hostile/cases.hpp"

#include <array>

namespace scepd::test {

std::span<const Case> authorityCases() {
    static const std::array cases{
        Case{.fault = "swapped-ca",
             .outcome = "protocol",
             .sentence = "the CA is another one: ca-fingerprint fits none of its certificates",
             .asksNothing = true},
        Case{.fault = "expired-ra",
             .outcome = "protocol",
             .sentence = "the RA's certificate CN=expired RA expired at",
             .asksNothing = true},
        Case{.fault = "control-ra",
             .outcome = "protocol",
             .sentence = R"(the RA's certificate CN=\1B]0\;title\07\0Awifi: issued RA expired at)",
             .asksNothing = true},
        Case{.fault = "weak-ra",
             .outcome = "protocol",
             .sentence =
                 "CN=scepd test CA weak RA has the key RSA 512, which is too weak: its operator must replace it",
             .asksNothing = true},
        Case{"device-for-ra", "issued", ""},
        Case{"foreign-ra", "issued", ""},
        Case{.fault = "leaf-for-ca",
             .outcome = "protocol",
             .sentence = "the CA is another one: ca-fingerprint fits none of its certificates",
             .asksNothing = true},
        Case{"namesake-ca", "issued", ""},
        Case{"thousand-cas", "issued", ""},
        Case{.fault = "hundreds-of-cas",
             .outcome = "protocol",
             .sentence = "the answer holds more than 100 certificates",
             .asksNothing = true},
        Case{"ca-with-crl", "issued", ""},
        Case{.fault = "no-cas",
             .outcome = "protocol",
             .sentence = "the answer is a list without certificates",
             .asksNothing = true},
        Case{"many-caps", "issued", ""},
        Case{"binary-caps", "issued", ""},
        Case{"weak-caps", "issued", ""},
    };
    return cases;
}

} // namespace scepd::test
