#pragma once

#include "base/error.hpp"
#include "record/held.hpp"

#include <map>
#include <optional>
#include <string>
#include <variant>

/// How one attempt of scepd-enroll ended. An answer that we did not want is a value like any other.
namespace scepd::record {

/// A certificate was issued, checked and committed as a generation: in use from now on or, when the CA rolls over, from
/// its notBefore on.
struct Issued {
    Held held;
    bool upcoming = false;

    bool operator==(const Issued&) const = default;
};

/// The CA keeps the request for approval (pkiStatus 3). Polling goes on with the same transaction and key.
struct Pending {
    std::string transaction;

    bool operator==(const Pending&) const = default;
};

/// The CA said no (pkiStatus 2). `reason` is a sentence with the failInfo's name and the CA's own text, made printable.
struct Refused {
    std::string failInfo; ///< "badAlg", "badMessageCheck", "badRequest", "badTime", "badCertId"
    std::string reason;

    bool operator==(const Refused&) const = default;
};

/// A variable of the request is not known on this machine yet; nothing was sent.
struct Waiting {
    std::string reason;

    bool operator==(const Waiting&) const = default;
};

/// The attempt ended in an error. `retryAfter` is what the server asked for, if it did.
struct Failed {
    Code code = Code::local;
    std::string reason;
    std::optional<Duration> retryAfter;

    [[nodiscard]] Fault fault() const { return faultOf(code); }

    bool operator==(const Failed&) const = default;
};

/// Every listener that the generation's targets name presents it (scepd-enroll's second job).
struct Served {
    bool operator==(const Served&) const = default;
};

/// A request was made for a CA that is asked by hand, or lay there already.
struct RequestMade {
    std::string pem; ///< PKCS#10, without a challenge: public.

    bool operator==(const RequestMade&) const = default;
};

/// What the certificates' names come to on this endpoint now: a digest by certificate, as Held::names. One with a
/// variable that is not known now is left out.
struct NamesNow {
    std::map<std::string, std::string> digests;

    bool operator==(const NamesNow&) const = default;
};

/// The CA is there, the pin fits, and who it is was written down, also who follows it if it says so.
struct Looked {
    bool operator==(const Looked&) const = default;
};

using Report = std::variant<Issued, Pending, Refused, Waiting, Failed, Served, RequestMade, NamesNow, Looked>;

} // namespace scepd::record
