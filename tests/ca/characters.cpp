#include "ca/characters.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace scepd::ca {

namespace {

constexpr std::array table{
    Character{.name = "plain", .meaning = "keeps to RFC 8894 and grants what is asked for", .behaviour = {}},
    Character{.name = "ndes",
              .meaning = "Microsoft's: RA pair, page of one-time passwords, bare CertReps with OAEP and own attributes",
              .behaviour = {.ra = Ra::Pair,
                            .agentUsage = true,
                            .capabilities = "POSTPKIOperation,Renewal,SHA-512,SHA-256,SHA-1,DES3",
                            .forbidsBareGet = true,
                            .adminPage = true,
                            .repeatsForKnownKey = true,
                            .style = {.oaep = true, .outer = Outer::None, .vendorAttributes = true},
                            .junkOnFailure = true}},
    Character{.name = "ejbca",
              .meaning = "wants message=NAME, its GetNextCACert has the next CA among the outer certificates",
              .behaviour = {.nextCa = NextCa::Outer,
                            .capabilities = "POSTPKIOperation,GetNextCACert,Renewal,SHA-512,SHA-256,SHA-1,DES3,AES,"
                                            "SCEPStandard",
                            .needsIdentifier = true}},
    Character{.name = "openxpki",
              .meaning = "refuses RenewalReq, renews by PKCSReq, mirrors algorithms and leaves out their NULL",
              .behaviour = {.ra = Ra::One,
                            .capabilities = "POSTPKIOperation,Renewal,SHA-512,SHA-256,SHA-1,DES3,AES",
                            .alwaysList = true,
                            .acceptsRenewal = false,
                            .renewalByPkcsReq = true,
                            .style = {.nullParameters = false},
                            .mirrors = true}},
    Character{.name = "step",
              .meaning = "replies with DES, wants the challenge on renewal, the issued certificate comes first outside",
              .behaviour = {.capabilities = "Renewal,SHA-1,SHA-256,AES,DES3,SCEPStandard,POSTPKIOperation",
                            .parseErrorStatus = 500,
                            .renewalNeedsChallenge = true,
                            .style = {.cipher = Cipher::Des, .outer = Outer::IssuedFirst}}},
    Character{.name = "dogtag",
              .meaning = "no GetCACaps, no POST, no RenewalReq; GetCACert&message=N walks the chain",
              .behaviour = {.hasIssuing = true,
                            .capabilities = {},
                            .oneByOne = true,
                            .acceptsPost = false,
                            .acceptsRenewal = false,
                            .mirrors = true}},
    Character{.name = "pending", .meaning = "plain, and somebody must approve", .behaviour = {.pending = true}},
    Character{.name = "rollover",
              .meaning = "plain, with a next CA that is not valid yet and issues for whoever encrypts to it",
              .behaviour = {.nextCa = NextCa::Signed,
                            .capabilities = "AES,POSTPKIOperation,Renewal,SHA-256,SCEPStandard,GetNextCACert"}},
    Character{.name = "ec", .meaning = "a P-384 CA behind an RSA RA", .behaviour = {.ra = Ra::One, .isEc = true}},
    Character{.name = "pwri",
              .meaning = "a P-384 CA without RA: envelopes by the challenge (PasswordRecipientInfo)",
              .behaviour = {.isEc = true, .byPassword = true}},
};

} // namespace

std::span<const Character> characterTable() {
    return table;
}

Behaviour behaviourOf(const Options& options) {
    const auto* const found = std::ranges::find(table, std::string_view(options.character), &Character::name);
    if (found == table.end())
        throw std::runtime_error(fmt::format("there is no character '{}'; --characters lists them", options.character));
    auto behaviour = found->behaviour;
    if (options.ra && behaviour.ra == Ra::None) behaviour.ra = Ra::Pair;
    if (!options.capabilities.empty()) behaviour.capabilities = options.capabilities;
    behaviour.pending = behaviour.pending || options.pending;
    behaviour.renewalByPkcsReq = behaviour.renewalByPkcsReq || options.renewalByPkcsReq;
    if (!options.legacyReplies) return behaviour;
    behaviour.style.cipher = Cipher::Des3;
    behaviour.style.digest = "SHA1";
    return behaviour;
}

} // namespace scepd::ca
