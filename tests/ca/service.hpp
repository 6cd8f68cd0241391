#pragma once

#include "ca/authority.hpp"
#include "ca/http.hpp"
#include "ca/journal.hpp"
#include "ca/judge.hpp"
#include "ca/ledger.hpp"
#include "ca/options.hpp"
#include "ca/reply.hpp"
#include "ca/request.hpp"
#include "ca/switch.hpp"

#include <memory>
#include <mutex>

namespace scepd::ca {

/// The CA behind the HTTP server: answers one request after the other. Safe to call from several threads.
class Service {
public:
    /// Opens or makes the CA in `options.state`, which must be given. Throws std::runtime_error when that fails.
    explicit Service(Options options);

    /// SHA-256 of the CA's certificate, 64 hexadecimal digits.
    std::string fingerprint() const { return own_.fingerprint(); }

    /// The answer to one request, faults included, after it was written to requests.log. Whatever goes wrong becomes
    /// an HTTP error.
    HttpResponse answer(const HttpRequest& request);

private:
    HttpResponse perform(const HttpRequest& request, const Authority& ca, ActiveFaults& faults, JournalEntry& entry);
    HttpResponse pkiOperation(View message, const Authority& ca, ActiveFaults& faults, JournalEntry& entry);
    CertRep replyTo(const Request& request, const Authority& ca, ActiveFaults& faults, JournalEntry& entry);
    Certificate certificateFor(const Request& request, const Authority& ca, ActiveFaults& faults);
    Certificate issue(const IssuePlan& plan, const SigningRequest& wanted, const Authority& ca);
    Identity signerFor(Party party, const Authority& ca);
    const Authority& stranger();

    const Options options_;
    Authority own_;
    std::unique_ptr<Authority> stranger_; ///< made when a fault first needs it
    Ledger ledger_;
    Judge judge_;
    Journal journal_;
    FaultSwitch faults_;
    std::mutex oneAtATime_;
};

} // namespace scepd::ca
