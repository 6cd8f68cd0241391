#include "crypto/openssl.hpp"
#include "crypto/request.hpp"
#include "fuzz/der.hpp"
#include "fuzz/harness.hpp"
#include "fuzz/world.hpp"

#include <openssl/pem.h>

using namespace scepd;

SCEPD_FUZZ_MUTATES_DER

namespace {

std::string subjectOf(const crypto::Request& request) {
    return crypto::derOf(i2d_X509_NAME, X509_REQ_get_subject_name(request.get()));
}

void readRequest(std::string_view bytes) {
    const auto request = fuzz::parsed(Fault::protocol, [&] { return crypto::Request::fromDer(bytes); });
    if (!request) return;
    fuzz::requireShowable(request->subject(), fuzz::longestName);
    for (const auto& name : request->subjectAlternativeNames())
        fuzz::requireShowable(name, fuzz::longestName);
    const auto der = request->toDer();
    fuzz::require(crypto::Request::fromDer(der).toDer() == der, "a request that was written can be read");
    fuzz::require(!request->hasSubjectOf(fuzz::issuedCertificate()) || request->subject() == "CN=device",
                  "another subject is not taken for ours");
    fuzz::require(request->issuerAndSubject(fuzz::authority().certificate).ends_with(subjectOf(*request)),
                  "a poll names the subject as the request does");
}

/// DER as it would stand in a file.
Secret armoured(const char* label, std::string_view der) {
    const auto bio = crypto::memoryBio();
    PEM_write_bio(bio.get(), label, "", crypto::raw(der), static_cast<long>(der.size()));
    return Secret(std::string(crypto::content(bio.get())));
}

/// What DER would be called in a file, told by what stands behind the version: PKCS#8 names its algorithm, EC has
/// bytes, RSA numbers; encrypted PKCS#8 has no version.
const char* labelOf(std::string_view der) {
    const auto version = der.substr(0, 10).find("\x02\x01");
    if (version == std::string_view::npos || der.size() < version + 4) return "ENCRYPTED PRIVATE KEY";
    const char tag = der[version + 3];
    return tag == '\x02' ? "RSA PRIVATE KEY" : tag == '\x04' ? "EC PRIVATE KEY" : "PRIVATE KEY";
}

void readKey(const Secret& pem) {
    const auto key = fuzz::parsed(Fault::local, [&] { return crypto::Key::fromPem(pem); });
    if (!key) return;
    fuzz::requireShowable(key->description(), 80);
    const auto publicKey = fuzz::parsed(Fault::local, [&] { return key->publicKey(); });
    const auto written = fuzz::parsed(Fault::local, [&] { return key->toPem(); });
    fuzz::parsed(Fault::local, [&] { return key->toTraditionalPem(); });
    if (!publicKey || !written) return;
    fuzz::require(crypto::Key::fromPem(*written).publicKey() == *publicKey, "a key that was written can be read");
}

void readCertificates(std::string_view pem) {
    const auto all = fuzz::parsed(Fault::protocol, [&] { return crypto::Certificate::allFromPem(pem); });
    const auto one = fuzz::parsed(Fault::protocol, [&] { return crypto::Certificate::fromPem(pem); });
    fuzz::require(one.has_value() == (all && all->size() == 1), "one certificate is read where exactly one stands");
    if (!all) return;
    for (const auto& certificate : *all)
        fuzz::requireGoodAccount(certificate);
}

} // namespace

/// What lies on our disk in DER and PEM: requests, keys, certificates. DER is also read as the keys of PEM files.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::textOf(data, size);
    readRequest(bytes);
    readKey(bytes.starts_with('0') ? armoured(labelOf(bytes), bytes) : Secret(std::string(bytes)));
    readCertificates(bytes);
    return 0;
}
