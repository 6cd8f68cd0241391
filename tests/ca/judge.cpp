#include "ca/judge.hpp"

#include "ca/legacy.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <openssl/crypto.h>

namespace scepd::ca {

namespace {

using Outcome = Decision::Outcome;

constexpr auto badAlg = "0";
constexpr auto badMessageCheck = "1";
constexpr auto badRequest = "2";
constexpr auto badCertId = "4";

Decision refuse(const char* failInfo, std::string text) {
    return {Outcome::Failure, failInfo, std::move(text)};
}

bool refused(const Decision& decision) {
    return decision.outcome == Outcome::Failure;
}

bool sameKey(const EVP_PKEY* one, const EVP_PKEY* other) {
    return keyHash(one) == keyHash(other);
}

bool sameKey(const Certificate& one, const Certificate& other) {
    return sameKey(X509_get0_pubkey(one.get()), X509_get0_pubkey(other.get()));
}

bool isRsa(const EVP_PKEY* key) {
    return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
}

bool isValidNow(const Certificate& certificate) {
    return X509_cmp_current_time(X509_get0_notBefore(certificate.get())) < 0 &&
           X509_cmp_current_time(X509_get0_notAfter(certificate.get())) > 0;
}

bool equalSecrets(std::string_view one, std::string_view other) {
    return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

/// What can be said before the envelope is opened.
Decision checkMessage(const Request& request, bool byPassword) {
    constexpr std::array digests{"SHA1", "SHA256", "SHA384", "SHA512"};
    constexpr std::size_t longestTransactionId = 80;
    if (!request.intact) return refuse(badMessageCheck, "the signature of the message does not verify");
    if (std::ranges::find(digests, request.digest) == digests.end())
        return refuse(badAlg, fmt::format("digest {} is not accepted", request.digest));
    if (!isRsa(X509_get0_pubkey(request.signer.get())) && !byPassword)
        return refuse(badAlg, "no answer can be encrypted to the signer");
    if (request.transactionId.empty() || request.transactionId.size() > longestTransactionId)
        return refuse(badRequest, "the transactionID must have 1 to 80 characters");
    if (request.senderNonce.size() != 16) return refuse(badRequest, "the senderNonce must have 16 bytes");
    return {};
}

/// What can be said about a PKCS#10 alone.
Decision checkSigningRequest(const SigningRequest& wanted) {
    constexpr int fewestRsaBits = 2048;
    if (X509_REQ_verify(wanted.pkcs10.get(), wanted.key()) != 1)
        return refuse(badRequest, "the PKCS#10 is not signed with its own key");
    if (isRsa(wanted.key()) && EVP_PKEY_get_bits(wanted.key()) < fewestRsaBits)
        return refuse(badAlg, "the key has fewer than 2048 bits");
    if (X509_NAME_entry_count(wanted.subject()) == 0) return refuse(badRequest, "the PKCS#10 has no subject");
    return {};
}

bool isSelfSigned(const Certificate& certificate) {
    return X509_verify(certificate.get(), X509_get0_pubkey(certificate.get())) == 1;
}

std::string kindOfSigner(const Request& request, const SigningRequest& wanted, const Office& office) {
    if (office.issued(request.signer.get())) return "issued";
    if (sameKey(X509_get0_pubkey(request.signer.get()), wanted.key())) return "self-signed";
    return isSelfSigned(request.signer) ? "transport" : "other";
}

/// Clients that derive the transactionID from the key come back with the old one when they renew without a new key.
bool renewsAgain(const Transaction& known, const Request& request) {
    return request.messageType == "17" && known.issued != nullptr &&
           X509_cmp(known.signer.get(), request.signer.get()) != 0;
}

} // namespace

Judgement Judge::judge(const Request& request, const Office& office, JournalEntry& entry) {
    if (auto decision = checkMessage(request, behaviour_.byPassword); refused(decision))
        return {.decision = std::move(decision)};
    try {
        const auto opened = open(request, office, entry);
        entry.cipher = opened.cipher;
        return judgeContent(request, opened.content, office, entry);
    } catch (const std::runtime_error& error) {
        return {.decision = refuse(badMessageCheck, error.what())};
    }
}

Opened Judge::open(const Request& request, const Office& office, JournalEntry& entry) const {
    auto* library = options_.acceptDes ? legacyLibrary() : nullptr;
    if (!behaviour_.byPassword) return openEnvelope(request.envelope, office.ca.recipient(), library);
    if (!isForPassword(request.envelope)) throw std::runtime_error("the envelope has no PasswordRecipientInfo");
    entry.to = "password";
    return openEnvelope(request.envelope, options_.challenge, library);
}

Judgement Judge::judgeContent(const Request& request, View content, const Office& office, JournalEntry& entry) {
    const auto& type = request.messageType;
    if (type == "19" || type == "17") return judgeSigningRequest(request, content, office, entry);
    if (type == "20") return judgePoll(request, content, office.ca);
    if (type == "21" || type == "22") return judgeQuery(request, content, office);
    return {.decision = refuse(badRequest, fmt::format("message type {} is not supported", type))};
}

Judgement Judge::judgeSigningRequest(const Request& request, View content, const Office& office, JournalEntry& entry) {
    auto wanted = readSigningRequest(content);
    entry.key = keyHash(wanted.key());
    entry.challenge = wanted.challenge ? "yes" : "no";
    entry.signer = kindOfSigner(request, wanted, office);
    if (auto decision = checkSigningRequest(wanted); refused(decision)) return {.decision = std::move(decision)};
    if (auto decision = authorize(request, wanted, office); refused(decision)) return {.decision = std::move(decision)};
    const auto known = ledger_.find(request.transactionId);
    if (!known || renewsAgain(*known, request))
        return {.decision = decideNow(request.transactionId, 0), .opens = std::move(wanted)};
    if (!sameKey(known->request.key(), wanted.key()) || !sameKey(known->signer, request.signer))
        return {.decision = refuse(badRequest, "the transactionID belongs to another request")};
    return {.decision = decideKnown(request.transactionId, *known)};
}

Judgement Judge::judgePoll(const Request& request, View content, const Authority& ca) {
    const auto names = readIssuerAndSubject(content);
    const auto known = ledger_.find(request.transactionId);
    if (!known) return {.decision = refuse(badCertId, "there is no such transaction")};
    if (!sameKey(known->signer, request.signer))
        return {.decision = refuse(badRequest, "another key opened the transaction")};
    if (X509_NAME_cmp(names.issuer.get(), X509_get_subject_name(ca.issuer().certificate.get())) != 0)
        return {.decision = refuse(badRequest, "the issuer of the CertPoll is not this CA")};
    if (X509_NAME_cmp(names.subject.get(), known->request.subject()) != 0)
        return {.decision = refuse(badRequest, "the subject of the CertPoll is not the requested one")};
    return {.decision = decideKnown(request.transactionId, *known)};
}

Judgement Judge::judgeQuery(const Request& request, View content, const Office& office) const {
    const auto wanted = readIssuerAndSerial(content);
    const auto* issuer = X509_get_subject_name(office.ca.issuer().certificate.get());
    if (X509_NAME_cmp(wanted.issuer.get(), issuer) != 0)
        return {.decision = refuse(badCertId, "the issuer of the query is not this CA")};
    if (request.messageType == "22") return {.decision = {}, .wantsCrl = true};
    auto found = ledger_.issuedWith(wanted.serial);
    if (found == nullptr) return {.decision = refuse(badCertId, "there is no such certificate")};
    return {.decision = {}, .found = std::move(found)};
}

Decision Judge::authorize(const Request& request, const SigningRequest& wanted, const Office& office) {
    const bool issued = office.issued(request.signer.get());
    if (request.messageType == "17") {
        if (!behaviour_.acceptsRenewal) return refuse(badRequest, "RenewalReq is not supported");
        if (!issued) return refuse(badRequest, "a renewal must be signed by a certificate of this CA");
        if (!isValidNow(request.signer))
            return refuse(badRequest, "the certificate that signs the renewal is not valid");
        return behaviour_.renewalNeedsChallenge ? checkChallenge(wanted) : Decision{};
    }
    if (behaviour_.renewalByPkcsReq && issued && isValidNow(request.signer)) return {};
    return checkChallenge(wanted);
}

Decision Judge::checkChallenge(const SigningRequest& wanted) {
    const bool oneTime = behaviour_.adminPage && options_.challenge.empty();
    if (options_.challenge.empty() && !oneTime) return {};
    if (!wanted.challenge) return refuse(badRequest, "a challenge is required");
    const bool good =
        oneTime ? passwords_.take(*wanted.challenge) : equalSecrets(*wanted.challenge, options_.challenge);
    return good ? Decision{} : refuse(badRequest, "the challenge is wrong");
}

Decision Judge::decideKnown(const std::string& transactionId, const Transaction& known) {
    if (known.issued != nullptr) return {};
    return decideNow(transactionId, ledger_.countPoll(transactionId));
}

Decision Judge::decideNow(const std::string& transactionId, int polls) const {
    const bool polledEnough = options_.pendingPolls > 0 && polls >= options_.pendingPolls;
    if (!behaviour_.pending || polledEnough || ledger_.approved(transactionId)) return {};
    return {Outcome::Pending, {}, {}};
}

} // namespace scepd::ca
