#pragma once

#include "base/clock.hpp"
#include "crypto/certificate.hpp"
#include "crypto/cms.hpp"
#include "crypto/key.hpp"
#include "crypto/request.hpp"
#include "record/held.hpp"
#include "scep/authority.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace scepd::enroll {

/// What an issued certificate is held against before it may replace what works.
struct Question {
    crypto::Request request;
    crypto::Key key;
    scep::Authorities authorities;
    crypto::Strength strength = crypto::Strength::standard;
    std::optional<record::Held> renewed;              ///< What it should be newer than.
    bool forLater = false;                            ///< The coming CA was asked: it may become valid later.
    bool mayBeLater = false;                          ///< The clock cannot be right: it is that time or later.
    std::function<void(const std::string&)> passed{}; ///< Told of each check that was passed, when somebody looks on.
};

/// A certificate that passed.
struct Accepted {
    crypto::Certificate certificate;
    std::vector<crypto::Certificate> chain; ///< Intermediates, the certificate's issuer first, without the anchor.
    std::vector<std::string> remarks;       ///< How it differs from what was asked for, though it may be used.
};

/// True for a certificate that is not valid yet, by more than clocks may differ.
bool isForLater(const crypto::Certificate& certificate, Time now);

/// Finds the certificate for our key among those received and checks it: of a size that its consumers take, chains to
/// the authenticated CA, valid now (its beginning may be five minutes ahead of our clock), the subject that was
/// requested, a serial number of at most 20 bytes, nothing that lets anybody take it for a CA's, no weak digest and no
/// weak key between it and the CA, and on a renewal another serial number and no earlier end than what we hold (a CA
/// cuts both at its own end). Alternative names and extended key usages are the CA's to choose: a difference is a
/// remark. Throws Error{protocol} with the first thing that is wrong.
Accepted accept(const std::vector<crypto::Certificate>& received, const Question& question, Time now);

/// The facts of an accepted certificate, for people and the schedule; the generation's number is not known yet.
record::Held factsOf(const Accepted& accepted, const crypto::Certificate& anchor, Time issued);

} // namespace scepd::enroll
