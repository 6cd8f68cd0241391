#pragma once

#include <span>
#include <string>

namespace scepd::test {

/// What an attempt comes to under one fault of the CA.
struct Case {
    std::string fault;
    std::string outcome;          ///< issued, pending, refused, refused-by-http, or failed as a fault's name
    std::string sentence;         ///< what people must read in the reason
    std::string label = {};       ///< of the test, where the fault alone does not tell it from another
    std::string scep = {};        ///< more lines of the [scep] table
    std::string certificate = {}; ///< more lines of the certificate's table
    std::string before = {};      ///< another fault, under which an attempt was made already
    bool asksNothing = false;     ///< no PKIOperation may reach the CA
    std::string renewal = {};     ///< the outcome of a renewal, where it is another one; "none" when there is no test
    std::string remark = {};      ///< what the log says, once, of a certificate that is issued all the same
};

/// The cases by what is spoilt, as the faults of the test CA are.
std::span<const Case> certificateCases();
std::span<const Case> statusCases();
std::span<const Case> attributeCases();
std::span<const Case> envelopeCases();
std::span<const Case> authorityCases();
std::span<const Case> bodyCases();
std::span<const Case> transportCases();

} // namespace scepd::test
