#include "integration/scep/hostile/cases.hpp"

#include <array>

namespace scepd::test {

std::span<const Case> bodyCases() {
    static const std::array cases{
        Case{.fault = "html-body",
             .outcome = "protocol",
             .sentence = "the answer is a web page; is the URL that of a SCEP server?",
             .asksNothing = true},
        Case{"html-body@PKIOperation", "protocol", "it is no CMS message"},
        Case{"html-caps", "issued", ""},
        Case{"empty-caps", "issued", ""},
        Case{.fault = "empty-body@GetCACert",
             .outcome = "protocol",
             .sentence = "the answer is empty",
             .asksNothing = true},
        Case{"empty-body@PKIOperation", "protocol", "it is empty"},
        Case{.fault = "garbage-body",
             .outcome = "protocol",
             .sentence = "the answer is no certificate",
             .asksNothing = true},
        Case{"garbage-body@GetCACaps", "issued", ""},
        Case{"garbage-body@PKIOperation", "protocol", "the CA's answer is not used"},
        Case{.fault = "oversized-body",
             .outcome = "protocol",
             .sentence = "the answer is larger than 1024 KiB",
             .asksNothing = true},
        Case{"oversized-body@GetCACaps", "issued", ""},
        Case{"oversized-body@PKIOperation", "protocol", "the answer is larger than 1024 KiB"},
        Case{.fault = "truncated-der@GetCACert",
             .outcome = "protocol",
             .sentence = "the answer is no certificate",
             .asksNothing = true},
        Case{"truncated-der@PKIOperation", "protocol", "the CA's answer is not used"},
        Case{"trailing-garbage@GetCACert", "protocol", "the answer is no certificate"},
        Case{"trailing-garbage@PKIOperation", "issued", ""},
        Case{"leading-space@GetCACert", "issued", ""},
        Case{"leading-space@PKIOperation", "issued", ""},
        Case{"indefinite-length", "issued", ""},
        Case{"pem-body@GetCACert", "issued", ""},
        Case{"pem-body@PKIOperation", "issued", ""},
        Case{"base64-body@GetCACert", "issued", ""},
        Case{"base64-body@PKIOperation", "issued", ""},
        Case{.fault = "gzip-body@GetCACert",
             .outcome = "protocol",
             .sentence = "the answer is no certificate",
             .asksNothing = true},
        Case{"gzip-body@PKIOperation", "protocol", "it is no CMS message"},
        Case{.fault = "gzip-bomb@GetCACert",
             .outcome = "protocol",
             .sentence = "the answer is no certificate",
             .asksNothing = true},
        Case{"gzip-bomb@PKIOperation", "protocol", "it is no CMS message"},
    };
    return cases;
}

} // namespace scepd::test
