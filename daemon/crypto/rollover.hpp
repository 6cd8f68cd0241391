#pragma once

#include "crypto/certificate.hpp"
#include "crypto/strength.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace scepd::crypto {

/// A CA's word for its successor: the answer to GetNextCACert, which it signed (RFC 8894 section 4.7.1). It is kept as
/// it came, so that whoever pins the old CA can see for himself why the new one is trusted.
struct Rollover {
    Certificate authority; ///< Who signed.
    std::string answer;    ///< The SignedData, DER or BER.

    bool operator==(const Rollover&) const = default;
};

/// The words as PEM text, each the CA's certificate and then its answer ("BEGIN CMS"); and back. Throws
/// Error{protocol} when the text is anything else.
std::string toPem(const std::vector<Rollover>& rollovers);
std::vector<Rollover> rolloversFromPem(std::string_view pem);

/// The certificates that a CA names: its successor's, and what came with that. Those of EJBCA, which its signature does
/// not cover, count only as far as the CA has certified them. Throws Error{protocol} when the answer is not signed by
/// it or names none; whether they are valid now is not looked at, nor whether the CA still is.
std::vector<Certificate> successors(const Rollover& rollover, Strength strength);

/// The trusted CAs, and all that they or their successors name. A word of somebody who is not trusted is ignored.
std::vector<Certificate> withSuccessors(std::vector<Certificate> trusted, const std::vector<Rollover>& rollovers,
                                        Strength strength);

} // namespace scepd::crypto
