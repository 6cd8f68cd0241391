#pragma once

#include "ca/authority.hpp"
#include "ca/options.hpp"
#include "ca/reply.hpp"

#include <span>
#include <string_view>

namespace scepd::ca {

/// How GetNextCACert is answered.
enum class NextCa {
    None,   ///< it is not known
    Signed, ///< a SignedData by the current CA whose content lists the next one (RFC 8894 section 4.7.1)
    Outer,  ///< the same without content: the next CA stands among the certificates, and SHA-1 signs
};

/// What a server does. The defaults are those of a plain CA that keeps to RFC 8894.
struct Behaviour {
    // What it consists of.
    Ra ra = Ra::None;
    bool isEc = false;       ///< the CA's key; an RA's is RSA
    bool agentUsage = false; ///< RA certificates say that they are an enrollment agent's
    bool hasIssuing = false; ///< a CA below the root issues
    NextCa nextCa = NextCa::None;

    // How it speaks HTTP.
    std::string_view capabilities = "AES,POSTPKIOperation,Renewal,SHA-256,SCEPStandard"; ///< empty: no GetCACaps
    bool needsIdentifier = false; ///< GetCACaps and GetCACert want message=NAME and are a web page of 404 without it
    bool oneByOne = false;        ///< GetCACert&message=N is the Nth certificate of the chain
    bool alwaysList = false;      ///< GetCACert is a SignedData even for one certificate
    bool acceptsPost = true;
    bool forbidsBareGet = false; ///< 403 for a GET without operation
    bool adminPage = false;      ///< /certsrv/mscep_admin/ gives one-time passwords
    int parseErrorStatus = 400;  ///< HTTP status for what is no pkiMessage

    // What it grants.
    bool acceptsRenewal = true;         ///< RenewalReq is not a badRequest
    bool renewalByPkcsReq = false;      ///< a PKCSReq signed by a certificate of this CA needs no challenge
    bool renewalNeedsChallenge = false; ///< a RenewalReq needs the challenge too
    bool pending = false;               ///< PENDING until somebody approves
    bool repeatsForKnownKey = false;    ///< a renewal with the old key brings the old certificate

    // How its CertReps look.
    ReplyStyle style{};
    bool mirrors = false;       ///< the request's cipher and digest in the place of the style's
    bool junkOnFailure = false; ///< FAILURE has one byte 00 of content
    bool byPassword = false;    ///< envelopes are opened with the challenge, and made with it for signers without RSA
};

/// A server that the CA can play.
struct Character {
    std::string_view name;
    std::string_view meaning;
    Behaviour behaviour;
};

/// Every character that there is, the plain one first.
std::span<const Character> characterTable();

/// The character's behaviour with what the options change of it; `options` must outlive it. Throws std::runtime_error
/// that names an unknown character.
Behaviour behaviourOf(const Options& options);

} // namespace scepd::ca
