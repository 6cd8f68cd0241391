#include "deploy/memory.hpp"
#include "fuzz/seeds.hpp"
#include "fuzz/world.hpp"
#include "store/facts.hpp"
#include "store/generation.hpp"
#include "store/history.hpp"
#include "store/report.hpp"
#include "store/table.hpp"
#include "store/transaction.hpp"
#include "temporary_root.hpp"

namespace scepd::fuzz {
namespace {

using test::noon;

record::Held held() {
    return {.generation = 7,
            .subject = R"(CN=kiosk-7.example.com,O="Example, Inc.",OU=back\\slash)",
            .issuer = "CN=Example Issuing CA,O=Ünïcode",
            .serialNumber = "00ab12",
            .fingerprint = std::string(64, 'f'),
            .san = {"dns:kiosk-7.example.com", "upn:kiosk-7$@example.com"},
            .keyType = "EC P-384",
            .notBefore = noon,
            .notAfter = noon + std::chrono::days(90),
            .issued = noon + std::chrono::microseconds(1),
            .caFingerprint = std::string(64, 'c'),
            .caNotAfter = noon + std::chrono::days(3650),
            .profile = "office.toml",
            .configuration = "0123456789abcdef",
            .machineId = std::string(32, 'a')};
}

record::History history() {
    return {.attempts = 5,
            .failures = 2,
            .lastAttempt = noon,
            .lastSuccess = noon - std::chrono::days(30),
            .lastRenewal = noon - std::chrono::days(30),
            .lastOutcome = record::Outcome::failed,
            .lastCode = Code::unreachable,
            .lastError = "renew wifi: http://ca.example.com/scep: \"it's\" 'refused\n' '''thrice'''",
            .notBeforeNextAttempt = noon + std::chrono::minutes(1),
            .requested = never,
            .pending = record::PendingTransaction{.id = "a1b2", .since = noon, .lastPoll = noon, .polls = 3},
            .deployment = {.generation = 6,
                           .confirmed = true,
                           .failures = 1,
                           .lastAttempt = noon,
                           .error = "nginx: cannot reload",
                           .targets = {{"/etc/nginx/scepd/web/cert.pem", "failed", "a hook\tfailed"}}},
            .configuration = "0123456789abcdef"};
}

void makeStoredState(const Seeds& seeds) {
    const test::TemporaryRoot root;
    const auto directory = store::certificateDirectory(root.path(), "wifi");
    store::writeHistory(root.path(), "wifi", history());
    store::saveTransaction(root.path(), "wifi",
                           {.id = "a1b2",
                            .key = Secret("key"),
                            .request = "request",
                            .signer = device().certificate.toPem(),
                            .signerKey = Secret("transport"),
                            .messageType = 19,
                            .renews = 6,
                            .pending = true,
                            .configuration = "0123456789abcdef"});
    deploy::write(root.path(), {.certificate = "wifi",
                                .generation = 7,
                                .previous = 6,
                                .event = "deployed",
                                .phase = deploy::Phase::install,
                                .files = {{"/etc/a b/cert.pem", 4711}, {"/etc/c", 0}}});
    deploy::write(root.path(), "wifi", {.generation = 7, .confirmed = 6, .paths = {"/etc/a b/cert.pem", "/etc/c"}});
    seeds.add("history", "h" + file::read(directory / "history.toml"));
    seeds.add("transaction", "t" + file::read(directory / "transaction.toml"));
    seeds.add("intent", "i" + file::read(root / "var/lib/scepd-deploy/intent/wifi"));
    seeds.add("deployed", "d" + file::read(root / "var/lib/scepd-deploy/deployed/wifi"));
}

} // namespace

void makeState(const Seeds& seeds) {
    makeStoredState(seeds);
    seeds.add("facts", "f" + store::print(store::toTable(held())));
    seeds.add("report-issued", "r" + store::toText(record::Issued{held()}));
    seeds.add("report-pending", "r" + store::toText(record::Pending{"a1b2"}));
    seeds.add("report-refused", "r" + store::toText(record::Refused{"badRequest", "no \\ \"such\" 'device'"}));
    seeds.add("report-waiting", "r" + store::toText(record::Waiting{"${serial} is not known"}));
    seeds.add("report-failed", "r" + store::toText(record::Failed{Code::protocol, "a\nb", std::chrono::minutes(5)}));
    seeds.add("report-served", "r" + store::toText(record::Served{}));
}

} // namespace scepd::fuzz
