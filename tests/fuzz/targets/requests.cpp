#include "crypto/openssl.hpp"
#include "crypto/request.hpp"
#include "fuzz/der.hpp"
#include "fuzz/harness.hpp"
#include "fuzz/world.hpp"

#include <algorithm>

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
    if (!bytes.starts_with(der))
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

/// What stands behind an element's tag and length.
std::string_view inside(std::string_view der) {
    const auto length = der.size() > 1 ? static_cast<unsigned char>(der[1]) : 0U;
    const std::size_t header = length > 0x80U && length < 0x84U ? length - 0x80U + 2 : 2;
    return der.substr(std::min(header, der.size()));
}

/// What DER would be called in a file, told by what stands behind the version: PKCS#8 names its algorithm, EC has
/// bytes, RSA numbers; encrypted PKCS#8 begins with an algorithm. Nullptr for requests and all else: that something is
/// no key takes OpenSSL longer than all the rest.
const char* labelOf(std::string_view der) {
    constexpr std::size_t versionLength = 3;
    const auto content = inside(der);
    if (content.starts_with('\x30')) return inside(content).starts_with('\x06') ? "ENCRYPTED PRIVATE KEY" : nullptr;
    if (!content.starts_with('\x02') || content.size() <= versionLength) return nullptr;
    const char tag = content[versionLength];
    return tag == '\x02' ? "RSA PRIVATE KEY" : tag == '\x04' ? "EC PRIVATE KEY" : "PRIVATE KEY";
}

void readKeyFrom(const Secret& pem) {
    const auto key = fuzz::parsed(Fault::local, [&] { return crypto::Key::fromPem(pem); });
    if (!key) return;
    fuzz::requireShowable(key->description(), 80);
    const auto publicKey = fuzz::parsed(Fault::local, [&] { return key->publicKey(); });
    const auto written = fuzz::parsed(Fault::local, [&] { return key->toPem(); });
    fuzz::parsed(Fault::local, [&] { return key->toTraditionalPem(); });
    if (!publicKey || !written || pem.reveal().contains(written->reveal())) return;
    fuzz::require(crypto::Key::fromPem(*written).publicKey() == *publicKey, "a key that was written can be read");
}

void readKey(std::string_view bytes) {
    const char* label = bytes.starts_with('0') ? labelOf(bytes) : nullptr;
    if (label != nullptr) return readKeyFrom(armoured(label, bytes));
    if (bytes.contains("PRIVATE KEY")) readKeyFrom(Secret(std::string(bytes)));
}

void readCertificates(std::string_view pem) {
    const auto all = fuzz::parsed(Fault::protocol, [&] { return crypto::Certificate::allFromPem(pem); });
    const auto one = fuzz::parsed(Fault::protocol, [&] { return crypto::Certificate::fromPem(pem); });
    fuzz::require(one.has_value() == (all && all->size() == 1), "one certificate is read where exactly one stands");
    if (!all) return;
    for (const auto& certificate : *all)
        fuzz::requireGoodAccount(certificate, pem);
}

} // namespace

/// What lies on our disk in DER and PEM: requests, keys, certificates. DER is also read as the keys of PEM files.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::textOf(data, size);
    readRequest(bytes);
    readKey(bytes);
    readCertificates(bytes);
    return 0;
}
