#pragma once

#include "ca/admin_page.hpp"
#include "ca/authority.hpp"
#include "ca/cast.hpp"
#include "ca/characters.hpp"
#include "ca/http.hpp"
#include "ca/journal.hpp"
#include "ca/judge.hpp"
#include "ca/ledger.hpp"
#include "ca/options.hpp"
#include "ca/passwords.hpp"
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
    HttpResponse publish(const HttpRequest& request, const Authority& ca, ActiveFaults& faults);
    HttpResponse pkiOperation(View message, const Authority& ca, ActiveFaults& faults, JournalEntry& entry);
    Office officeFor(const Request& request, const Authority& ca, JournalEntry& entry) const;
    CertRep replyTo(const Request& request, const Office& office, ActiveFaults& faults, JournalEntry& entry);
    void grant(CertRep& reply, const Request& request, Judgement& judgement, const Authority& ca, ActiveFaults& faults);
    Certificate certificateFor(const Request& request, const Authority& ca, ActiveFaults& faults);
    Certificate issue(const IssuePlan& plan, const SigningRequest& wanted, const Authority& ca);
    ReplyStyle styleFor(const Request& request, const JournalEntry& entry) const;
    Bytes encode(const CertRep& reply, const Request& request, const Authority& ca);

    const Options options_;
    const Behaviour behaviour_;
    Authority own_;
    std::unique_ptr<Authority> next_; ///< where the character has one
    Ledger ledger_;
    PasswordCache passwords_;
    AdminPage adminPage_;
    Judge judge_;
    Cast cast_;
    Journal journal_;
    FaultSwitch faults_;
    Bytes lastReply_;
    std::mutex oneAtATime_;
};

} // namespace scepd::ca
