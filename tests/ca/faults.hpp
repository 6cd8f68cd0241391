#pragma once

#include "ca/http.hpp"
#include "ca/publication.hpp"
#include "ca/reply.hpp"

#include <ctime>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace scepd::ca {

/// What the CA is about to do with a request that it understood.
struct Decision {
    enum class Outcome { Issue, Pending, Failure };
    Outcome outcome = Outcome::Issue;
    std::string failInfo{}; ///< of a failure: "0" to "4" (RFC 8894 section 3.2.1.4)
    std::string text{};     ///< failInfoText
};

/// What the certificate is about to say.
struct IssuePlan {
    std::time_t notBefore = 0; ///< seconds since 1970
    std::time_t notAfter = 0;
    std::optional<std::string> commonName{}; ///< in the place of the requested subject
    Party key = Party::Own;                  ///< whose public key; Own is the requested one
    Party issuer = Party::Own;
    bool weakIssuer = false;        ///< a CA below this one, with an RSA key of 512 bits
    bool repeatOld = false;         ///< a renewal returns the certificate that signed it
    bool isCa = false;              ///< basicConstraints say CA:TRUE
    const char* serial = nullptr;   ///< hexadecimal; nullptr for a random one
    const char* digest = nullptr;   ///< OpenSSL's name; nullptr for the usual one
    int without = NID_undef;        ///< the requested extension that is left out
    const char* addition = nullptr; ///< one more extension, as "OID=critical,DER:..." or NAME=VALUE of OpenSSL's
};

/// One thing that the CA can do wrong. Each function alters what passes at one point: the decision, the certificate to
/// be issued, the certificates to be published, the CertRep to be encoded, the HTTP answer to be sent. A new fault is a
/// new row of a table.
struct Fault {
    static constexpr int always = -1;

    std::string_view name;
    std::string_view meaning;
    std::string_view operation = {}; ///< the operation it is confined to; empty for every one
    int times = always;              ///< how many answers it alters, unless told otherwise
    bool swapsCa = false;            ///< another CA of the same name stands behind the URL
    void (*decide)(Decision&) = nullptr;
    void (*issue)(IssuePlan&) = nullptr;
    void (*publish)(Publication&) = nullptr;
    void (*reply)(CertRep&) = nullptr;
    void (*http)(HttpResponse&) = nullptr;
};

/// Every fault that there is.
std::span<const Fault> faultTable();

} // namespace scepd::ca
