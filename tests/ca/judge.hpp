#pragma once

#include "ca/authority.hpp"
#include "ca/faults.hpp"
#include "ca/journal.hpp"
#include "ca/ledger.hpp"
#include "ca/options.hpp"
#include "ca/request.hpp"

namespace scepd::ca {

/// What a request deserves.
struct Judgement {
    Decision decision;
    SigningRequest opens; ///< the PKCS#10 of the transaction that it opens; empty when it is about a known one
};

/// Judges requests by RFC 8894 and the CA's options, stricter than most servers so that a client's mistakes show.
class Judge {
public:
    /// Both outlive the judge.
    Judge(const Options& options, Ledger& ledger) : options_(options), ledger_(ledger) {}

    /// Decides about one request to `ca`, notes in `entry` what was seen, and changes nothing but the count of polls.
    Judgement judge(const Request& request, const Authority& ca, JournalEntry& entry);

private:
    Judgement judgeSigningRequest(const Request& request, View content, const Authority& ca, JournalEntry& entry);
    Judgement judgePoll(const Request& request, View content, const Authority& ca);
    Decision authorize(const Request& request, const SigningRequest& wanted, const Authority& ca) const;
    Decision decideKnown(const std::string& transactionId, const Transaction& known);
    Decision decideNow(const std::string& transactionId, int polls) const;

    const Options& options_;
    Ledger& ledger_;
};

} // namespace scepd::ca
