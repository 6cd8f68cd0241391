#include "integration/scep/hostile/cases.hpp"

#include <array>

namespace scepd::test {

std::span<const Case> certificateCases() {
    static const std::array cases{
        Case{"other-key", "protocol", "none for the key that was requested"},
        Case{"other-subject", "protocol", "its subject is CN=somebody else, requested was CN=device,O=Example"},
        Case{"control-subject", "protocol", R"(its subject is CN=\1B]0\;title\07\0Awifi: issued, requested was)"},
        Case{"nul-in-subject", "protocol", R"(its subject is CN=device\00.example.org, requested was)"},
        Case{"expired", "protocol", "it expired at"},
        Case{"not-yet-valid", "protocol", "it is valid from"},
        Case{"valid-0-seconds", "protocol", "it expired at"},
        Case{"since-1950", "issued", ""},
        Case{"until-9999", "issued", ""},
        Case{"foreign-issuer", "protocol",
             "the issued certificate is not used: none of the CA's certificates has issued it"},
        Case{"weak-issuer", "protocol",
             "CN=scepd test CA weak has the key RSA 512, which is too weak: its operator must replace it by one of at "
             "least RSA 2048 or EC P-224"},
        Case{.fault = "weak-issuer",
             .outcome = "protocol",
             .sentence = "has the key RSA 512, which is too weak",
             .label = "weak-issuer with security legacy",
             .scep = "security = \"legacy\""},
        Case{.fault = "same-certificate",
             .outcome = "none",
             .sentence = "the one that was to be renewed, serial",
             .certificate = "rekey = false",
             .renewal = "protocol"},
        Case{"ca-leaf", "protocol", "it may be taken for a CA's certificate, with which others could be issued"},
        Case{"half-ca-leaf", "protocol", "it may be taken for a CA's certificate"},
        Case{"signing-leaf", "protocol", "it may be taken for a CA's certificate"},
        Case{"huge-serial", "protocol", "its serial number is longer than 20 bytes"},
        Case{"negative-serial", "issued", ""},
        Case{"sha1-certificate", "protocol",
             "is signed with sha1, which is too weak; legacy-replies = true accepts it"},
        Case{"md5-certificate", "protocol", "is signed with md5, which is too weak"},
        Case{.fault = "no-san",
             .outcome = "issued",
             .sentence = "",
             .remark = "the CA left out alternative names that were requested: dns:device.example.com"},
        Case{.fault = "other-san",
             .outcome = "issued",
             .sentence = "",
             .remark = "the CA added alternative names that were not requested: dns:somebody.else.example.org"},
        Case{.fault = "more-san",
             .outcome = "issued",
             .sentence = "",
             .remark = "the CA added alternative names that were not requested: dns:bank.example.org"},
        Case{"san-twice", "protocol", "one of its extensions cannot be read or stands twice"},
        Case{"thousand-sans", "protocol", "bytes, more than 16 KiB"},
        Case{.fault = "no-extended-key-usage",
             .outcome = "issued",
             .sentence = "",
             .remark =
                 "the CA left out the extended key usage, so that every use is allowed; requested was: client-auth"},
        Case{.fault = "other-extended-key-usage",
             .outcome = "issued",
             .sentence = "",
             .remark = "the CA added extended key usages that were not requested: code-signing"},
        Case{"critical-extension", "protocol", "it has a critical extension that is not known here"},
    };
    return cases;
}

} // namespace scepd::test
