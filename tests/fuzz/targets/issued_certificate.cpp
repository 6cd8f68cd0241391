#include "fuzz/der.hpp"
#include "fuzz/harness.hpp"
#include "fuzz/world.hpp"
#include "store/report.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>

using namespace scepd;

SCEPD_FUZZ_MUTATES_DER

namespace {

void requireAcceptable(const enroll::Accepted& accepted) {
    const auto& certificate = accepted.certificate;
    fuzz::require(certificate.matches(fuzz::device().key), "an accepted certificate is for our key");
    fuzz::require(certificate.subject() == "CN=device", "an accepted certificate has the subject that was asked for");
    fuzz::require(certificate.notAfter() > test::noon, "an accepted certificate is valid");
    fuzz::require(certificate.notBefore() <= test::noon + std::chrono::minutes(5), "an accepted certificate is valid");
    fuzz::require(!certificate.isCa(), "no CA's certificate is accepted");
    const auto& renewed = *fuzz::question().renewed;
    fuzz::require(certificate.serialNumber() != renewed.serialNumber || certificate.issuer() != renewed.issuer,
                  "a renewal is another certificate");
    fuzz::requireShowable(certificate.serialNumber(), 41);
    for (const auto& remark : accepted.remarks)
        fuzz::requireShowable(remark, fuzz::longestSentence);
    const record::Issued issued{enroll::factsOf(accepted, fuzz::authority().certificate, test::noon)};
    fuzz::require(store::reportFromText(store::toText(issued)) == record::Report(issued),
                  "the facts of a certificate survive the way to the daemon");
}

/// True when it is accepted.
bool judge(const crypto::Certificate& certificate) {
    const auto& ca = fuzz::authority().certificate;
    const auto accepted = fuzz::parsed(Fault::protocol, [&] {
        return enroll::accept({certificate, ca}, fuzz::question(), test::noon);
    });
    if (accepted) requireAcceptable(*accepted);
    return accepted.has_value();
}

/// The same certificate with a good signature of the CA. False when OpenSSL cannot write it.
bool sign(const crypto::Certificate& certificate) {
    const bool done = X509_sign(certificate.get(), fuzz::authority().key.get(), EVP_sha256()) > 0;
    ERR_clear_error();
    return done;
}

} // namespace

/// A certificate for us: changed on its way, and changed by the CA itself, which signs what it says.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto certificate =
        fuzz::parsed(Fault::protocol, [&] { return crypto::Certificate::fromDer(fuzz::textOf(data, size)); });
    if (!certificate) return 0;
    fuzz::requireGoodAccount(*certificate, fuzz::textOf(data, size));
    if (judge(*certificate)) return 0;
    if (!certificate->matches(fuzz::device().key) || !sign(*certificate)) return 0;
    const auto reissued =
        fuzz::parsed(Fault::protocol, [&] { return crypto::Certificate::fromDer(certificate->toDer()); });
    if (reissued) judge(*reissued);
    return 0;
}
