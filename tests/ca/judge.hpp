#pragma once

#include "ca/authority.hpp"
#include "ca/characters.hpp"
#include "ca/faults.hpp"
#include "ca/journal.hpp"
#include "ca/ledger.hpp"
#include "ca/options.hpp"
#include "ca/passwords.hpp"
#include "ca/request.hpp"

#include <map>

namespace scepd::ca {

/// What a request deserves.
struct Judgement {
    Decision decision{};
    SigningRequest opens{}; ///< the PKCS#10 of the transaction that it opens; empty when it is about a known one
    Certificate found{};    ///< what a GetCert asked for
    bool wantsCrl = false;
};

/// The CA that a request is addressed to, and the one before or after it, which it knows.
struct Office {
    const Authority& ca;
    const Authority* sibling = nullptr;

    /// Whether one of the two signed that certificate.
    bool issued(X509* certificate) const {
        return ca.issued(certificate) || (sibling != nullptr && sibling->issued(certificate));
    }
};

/// Judges requests by RFC 8894 and the CA's options, stricter than most servers so that a client's mistakes show.
class Judge {
public:
    /// All of them outlive the judge.
    Judge(const Options& options, const Behaviour& behaviour, Ledger& ledger, PasswordCache& passwords)
        : options_(options), behaviour_(behaviour), ledger_(ledger), passwords_(passwords) {}

    /// Decides about one request, notes in `entry` what was seen, and changes nothing but the count of polls and the
    /// passwords that are left.
    Judgement judge(const Request& request, const Office& office, JournalEntry& entry);

private:
    Opened open(const Request& request, const Office& office, JournalEntry& entry) const;
    Judgement judgeContent(const Request& request, View content, const Office& office, JournalEntry& entry);
    Judgement judgeSigningRequest(const Request& request, View content, const Office& office, JournalEntry& entry);
    Judgement judgePoll(const Request& request, View content, const Authority& ca);
    Judgement judgeQuery(const Request& request, View content, const Office& office) const;
    Decision authorize(const Request& request, const SigningRequest& wanted, const Office& office);
    Decision checkChallenge(const SigningRequest& wanted);
    Decision decideKnown(const std::string& transactionId, const Transaction& known);
    Decision decideNow(const std::string& transactionId, int polls) const;

    const Options& options_;
    const Behaviour& behaviour_;
    Ledger& ledger_;
    PasswordCache& passwords_;
};

} // namespace scepd::ca
