#pragma once

#include "base/clock.hpp"
#include "profile/profile.hpp"
#include "record/held.hpp"
#include "scep/client.hpp"

#include <expected>
#include <string>
#include <vector>

namespace scepd::enroll {

/// Ways to ask (RFC 8894 section 2.3).
enum class Way {
    renewalReq,     ///< RenewalReq, signed with the certificate that is held.
    pkcsReqByHeld,  ///< PKCSReq, signed with the certificate that is held: what servers without RenewalReq renew by.
    pkcsReqByItself ///< PKCSReq, signed by the new key itself: a fresh enrollment.
};

/// One of them.
struct Step {
    Way way = Way::pkcsReqByItself;
    bool challenge = false; ///< Whether the request carries the challengePassword.

    bool operator==(const Step&) const = default;
};

/// What is known when the ways are chosen.
struct Situation {
    bool renews = false;       ///< A usable certificate is held and shall be renewed.
    bool heldDecrypts = true;  ///< Its key is RSA: servers can encrypt to it.
    bool offered = false;      ///< The CA's capabilities list Renewal.
    bool hasChallenge = false; ///< The profile or the caller provides one that may be used.
};

/// True when what is held can sign a renewal: it has not expired, and it does not stand for other names than those that
/// are asked for now (namesDigest).
bool canSign(const record::Held& held, const std::string& names, Time now);

/// True when the profile provides a challenge that may be sent; `once` is over when something is held.
bool maySendChallenge(const profile::Challenge& challenge, bool held);

/// The ways to ask, in the order in which they are tried within one attempt, by renewal-message and renewal-challenge.
/// A certificate whose key cannot decrypt is enrolled afresh first, because many servers issue and then fail to
/// encrypt.
std::vector<Step> stepsOf(const profile::Scep& scep, const Situation& situation);

/// The ways to ask the coming CA for what is to be used later, which is always a PKCSReq (RFC 8894, figure 9).
std::vector<Step> rolloverSteps(const profile::Scep& scep, const Situation& situation);

using Outcome = std::expected<scep::Answer, scep::HttpFailure>;

/// True when an outcome may mean "not in this way", so that the next step is worth a try: badRequest, badMessageCheck,
/// or what servers answer to a message that they do not know.
bool suggestsAnotherWay(const Outcome& outcome);

/// True when a CertPoll's outcome means that the CA does not know the transaction or does not know CertPoll, so that
/// the request itself is sent again. Of a transaction that it once called pending, only badCertId says so.
bool isUnknownTransaction(const Outcome& outcome, bool wasPending);

} // namespace scepd::enroll
