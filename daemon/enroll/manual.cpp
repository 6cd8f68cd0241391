#include "enroll/manual.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "crypto/key.hpp"
#include "crypto/pem.hpp"
#include "enroll/authorities.hpp"
#include "enroll/check.hpp"
#include "enroll/commit.hpp"
#include "enroll/failure.hpp"
#include "enroll/keys.hpp"
#include "enroll/own_held.hpp"
#include "profile/endpoint.hpp"
#include "scep/capabilities.hpp"
#include "store/generation.hpp"
#include "store/lock.hpp"
#include "store/transaction.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include <fmt/format.h>

namespace scepd::enroll {
namespace {

using Certificates = std::vector<crypto::Certificate>;

/// The wall: whatever is thrown becomes a report.
record::Report reported(const Wanted& wanted, const char* action, const std::function<record::Report()>& body) {
    const auto doing = fmt::format("{} {}", action, wanted.certificate.name);
    try {
        if (const auto complaint = profile::unsupported(wanted.certificate)) throw Error(Code::unsupported, *complaint);
        return body();
    } catch (const Error& error) {
        return failed(error.during(doing));
    } catch (const std::exception& error) {
        return failed(Error(Fault::local, error.what()).during(doing));
    }
}

std::string folder(const Wanted& wanted) {
    return store::manualTransaction(wanted.certificate.name);
}

UniqueFd lockFor(const Wanted& wanted) {
    return store::lock(wanted.root, wanted.certificate.name);
}

/// What is held, unless another machine made it.
std::optional<store::Generation> held(const Wanted& wanted) {
    const auto facts = ownHeld(wanted);
    if (!facts) return std::nullopt;
    return store::readGeneration(wanted.root, wanted.certificate.name, facts->generation);
}

/// True when the certificate for this key was committed and only the end was not written down.
bool isFinished(const store::Transaction& transaction, const std::optional<store::Generation>& current) {
    return current && crypto::Certificate::fromPem(current->certificate).matches(crypto::Key::fromPem(transaction.key));
}

/// The request that was made and is not answered, when it asks for what the profile asks for now. One that is damaged
/// is an error: its key may have been sent to a CA.
std::optional<store::Transaction> unanswered(const Wanted& wanted) {
    auto transaction = store::readTransaction(wanted.root, folder(wanted));
    if (!transaction || isFinished(*transaction, held(wanted))) return std::nullopt;
    if (transaction->configuration != configurationDigest(wanted, requestContent(wanted))) return std::nullopt;
    return transaction;
}

/// Only the key that is certified: by hand nothing is encrypted.
crypto::Key newKey(const Wanted& wanted, const Progress& progress) {
    const auto current = wanted.certificate.rekey ? std::nullopt : held(wanted);
    if (current && current->facts.notAfter > now()) return crypto::Key::fromPem(current->key);
    progress.phase("key", describe(wanted.certificate.key));
    return makeKey(wanted.certificate.key);
}

std::string make(const Wanted& wanted, const Progress& progress) {
    const auto content = requestContent(wanted);
    const auto key = newKey(wanted, progress);
    const auto request = crypto::Request::make(content, key, {});
    store::saveTransaction(wanted.root, folder(wanted),
                           {.id = "manual",
                            .key = key.toPem(),
                            .request = request.toDer(),
                            .signer = {},
                            .signerKey = {},
                            .messageType = 0,
                            .renews = 0,
                            .pending = false,
                            .configuration = configurationDigest(wanted, content)});
    return crypto::toPem(request);
}

std::filesystem::path firstUseFile(const Wanted& wanted) {
    return store::certificateDirectory(wanted.root, wanted.certificate.name) / "first-use.pem";
}

/// The CAs of earlier generations, which were authenticated then.
Certificates knownAuthorities(const Wanted& wanted) {
    Certificates known;
    const auto& name = wanted.certificate.name;
    for (const auto number : store::generations(wanted.root, name)) {
        const auto generation = store::readGeneration(wanted.root, name, number);
        for (const auto& pem : {generation.ca, generation.chain})
            std::ranges::move(crypto::Certificate::allFromPem(pem), std::back_inserter(known));
    }
    if (const auto first = file::readIfExists(firstUseFile(wanted)))
        known.push_back(crypto::Certificate::fromPem(*first));
    return known;
}

/// The CA that no other one here has issued.
crypto::Certificate highest(const Certificates& certificates) {
    const auto issuedHere = [&](const crypto::Certificate& one) {
        return std::ranges::any_of(certificates, [&](const auto& other) {
            return other.isCa() && !(other == one) && other.subject() == one.issuer();
        });
    };
    const auto found =
        std::ranges::find_if(certificates, [&](const auto& one) { return one.isCa() && !issuedHere(one); });
    if (found != certificates.end()) return *found;
    throw Error(Fault::protocol, "there is no CA's certificate in the file: add it, it is what trust begins with");
}

/// The profile's CA among those that came and those that are known.
crypto::Certificate anchorOf(const Wanted& wanted, const Certificates& received, const Certificates& known) {
    const auto& trust = wanted.profile.scep.trust;
    if (const auto* pin = std::get_if<profile::CertificatePin>(&trust))
        return crypto::Certificate::fromPem(file::read(below(wanted.root, pin->file)));
    if (const auto* pin = std::get_if<profile::FingerprintPin>(&trust)) {
        for (const auto* certificates : {&received, &known})
            for (const auto& certificate : *certificates)
                if (certificate.fingerprint(pin->digest) == pin->value) return certificate;
        throw Error(Fault::protocol, "the CA that ca-fingerprint names is not in the file, and not known from before: "
                                     "add its certificate, or compare the fingerprint");
    }
    if (const auto first = file::readIfExists(firstUseFile(wanted))) return crypto::Certificate::fromPem(*first);
    return highest(received);
}

void requireAuthority(const crypto::Certificate& anchor, Time now) {
    if (!anchor.isCa()) throw Error(Fault::protocol, fmt::format("{} is not a CA's certificate", anchor.subject()));
    if (anchor.notAfter() <= now)
        throw Error(Fault::protocol,
                    fmt::format("the CA certificate {} expired at {}", anchor.subject(), rfc3339(anchor.notAfter())));
}

/// Who may have issued, the anchor first. Nothing is encrypted to anybody here.
scep::Authorities authoritiesOf(const Wanted& wanted, const Certificates& received, Time now) {
    const auto known = knownAuthorities(wanted);
    const auto anchor = anchorOf(wanted, received, known);
    requireAuthority(anchor, now);
    scep::Authorities authorities{anchor, {anchor}, anchor};
    for (const auto* certificates : {&received, &known})
        for (const auto& certificate : *certificates)
            if (certificate.isCa() && std::ranges::find(authorities.all, certificate) == authorities.all.end())
                authorities.all.push_back(certificate);
    return authorities;
}

store::Transaction requireRequest(const Wanted& wanted) {
    const auto& name = wanted.certificate.name;
    auto transaction = store::readTransaction(wanted.root, folder(wanted));
    if (!transaction)
        throw Error(Fault::local,
                    fmt::format("no request waits for a certificate; \"scepctl csr {}\" makes one", name));
    if (transaction->configuration != configurationDigest(wanted, requestContent(wanted)))
        throw Error(Fault::local, fmt::format("the profile asks for something else now than the request did; "
                                              "\"scepctl csr {}\" makes a new one",
                                              name));
    return std::move(*transaction);
}

/// What is asked for over the network has its answer too: its transaction ends with the one by hand.
void endRequests(const Wanted& wanted) {
    store::dropTransaction(wanted.root, folder(wanted));
    store::dropTransaction(wanted.root, wanted.certificate.name);
}

record::Issued take(const Wanted& wanted, std::string_view text, const Progress& progress) {
    const auto transaction = requireRequest(wanted);
    const auto received = scep::parseAuthorities(text);
    const auto time = now();
    progress.phase("check");
    const auto authorities = authoritiesOf(wanted, received, time);
    const auto current = held(wanted);
    Question question{crypto::Request::fromDer(transaction.request), crypto::Key::fromPem(transaction.key), authorities,
                      scep::replyStrength(wanted.profile.scep), std::nullopt};
    if (current && current->facts.notAfter > time) question.renewed = current->facts;
    const auto accepted = accept(received, question, time);
    progress.phase("commit");
    auto issued =
        commit(wanted, accepted, question.key,
               {{authorities.anchor}, {}, profile::machineId(wanted.root), namesDigest(requestContent(wanted))}, time);
    endRequests(wanted);
    const bool firstUse = std::holds_alternative<profile::FirstUse>(wanted.profile.scep.trust);
    if (firstUse) file::replace(firstUseFile(wanted), authorities.anchor.toPem());
    noteAuthorities(wanted, {authorities.anchor, {authorities.anchor}, authorities.anchor});
    return issued;
}

} // namespace

record::Report createRequest(const Wanted& wanted, const Progress& progress) {
    return reported(wanted, "make a request for", [&]() -> record::Report {
        const auto locked = lockFor(wanted);
        if (const auto kept = unanswered(wanted))
            return record::RequestMade{crypto::toPem(crypto::Request::fromDer(kept->request))};
        return record::RequestMade{make(wanted, progress)};
    });
}

record::Report importCertificate(const Wanted& wanted, std::string_view text, const Progress& progress) {
    return reported(wanted, "import", [&]() -> record::Report {
        const auto locked = lockFor(wanted);
        return take(wanted, text, progress);
    });
}

} // namespace scepd::enroll
