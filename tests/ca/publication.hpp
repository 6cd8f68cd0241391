#pragma once

#include "ca/cast.hpp"
#include "ca/characters.hpp"
#include "ca/http.hpp"

#include <vector>

namespace scepd::ca {

/// What GetCACert is about to answer, and who can be brought in to make it wrong.
struct Publication {
    const Authority& ca;
    Cast& cast;
    std::vector<Certificate> certificates;
    std::vector<Bytes> crls;
    bool asList = false; ///< a SignedData even for one certificate
};

/// The answer to GetCACaps. Throws HttpError where the character does not know it.
HttpResponse answerCapabilities(const HttpRequest& request, const Behaviour& behaviour, std::string_view caName);

/// The certificates that a GetCACert asks for. Throws HttpError where the character has reasons.
Publication publicationFor(const HttpRequest& request, const Behaviour& behaviour, std::string_view caName,
                           const Authority& ca, Cast& cast);

/// One certificate as it is, others as a degenerate SignedData (RFC 8894 section 4.2.1).
HttpResponse answerPublication(const Publication& publication);

/// The answer to GetNextCACert (RFC 8894 section 4.7.1) in the character's form. Throws HttpError where there is none.
HttpResponse answerNextCa(const Behaviour& behaviour, const Authority& ca, const Authority* next);

} // namespace scepd::ca
