#include "ca/fault_lists.hpp"

#include <array>

namespace scepd::ca {

namespace {

void replaceEnvelope(CertRep& reply) {
    if (!reply.certificates.empty()) reply.rawContent = Bytes(64, 'x');
}

void keepLeaf(CertRep& reply) {
    if (reply.certificates.size() > 1) reply.certificates.resize(1);
}

void keepCa(CertRep& reply) {
    if (reply.certificates.size() > 1) reply.certificates.erase(reply.certificates.begin());
}

void dropAll(CertRep& reply) {
    reply.certificates.clear();
}

/// The leaf comes last among many.
void addMany(CertRep& reply) {
    if (reply.certificates.empty()) return;
    constexpr std::size_t many = 100;
    while (reply.certificates.size() < many)
        reply.certificates.push_back(share(reply.certificates.back()));
    std::swap(reply.certificates.front(), reply.certificates.back());
}

void useDes(CertRep& reply) {
    reply.style.cipher = Cipher::Des;
    reply.style.digest = "SHA1";
}

constexpr Fault replies(std::string_view name, std::string_view meaning, void (*reply)(CertRep&)) {
    return {.name = name, .meaning = meaning, .reply = reply};
}

constexpr std::array table{
    replies("leaf-only", "SUCCESS without the CA's certificate, as the RFC allows", keepLeaf),
    replies("no-leaf", "SUCCESS with the CA's certificate alone", keepCa),
    replies("hundred-certificates", "SUCCESS with a hundred certificates", addMany),
    replies("junk-envelope", "SUCCESS whose content is no envelope", replaceEnvelope),
    replies("no-envelope", "SUCCESS without content", dropAll),
    replies("empty-content", "SUCCESS with an empty content", [](CertRep& r) { r.rawContent = Bytes{}; }),
    replies("empty-envelope", "SUCCESS whose envelope holds no byte",
            [](CertRep& r) { r.shape.inside = Inside::Nothing; }),
    replies("plain-inside", "the envelope holds data in the place of a SignedData",
            [](CertRep& r) { r.shape.inside = Inside::PlainData; }),
    replies("signed-inside", "the SignedData in the envelope has a signer",
            [](CertRep& r) { r.shape.inside = Inside::Signed; }),
    replies("encrypted-to-another", "the envelope is for another certificate",
            [](CertRep& r) { r.shape.recipient = Party::Stranger; }),
    replies("two-recipients", "the envelope is for another certificate too",
            [](CertRep& r) { r.shape.secondRecipient = true; }),
    replies("oaep-reply", "RSAES-OAEP", [](CertRep& r) { r.style.oaep = true; }),
    replies("aes256-reply", "AES-256-CBC", [](CertRep& r) { r.style.cipher = Cipher::Aes256; }),
    replies("aes-gcm-reply", "AES-128-GCM, which makes an AuthEnvelopedData",
            [](CertRep& r) { r.style.cipher = Cipher::Aes128Gcm; }),
    replies("des3-reply", "3DES-CBC", [](CertRep& r) { r.style.cipher = Cipher::Des3; }),
    replies("rc2-reply", "RC2-CBC", [](CertRep& r) { r.style.cipher = Cipher::Rc2; }),
    replies("des-reply", "DES-CBC and SHA-1", useDes),
};

} // namespace

std::span<const Fault> envelopeFaults() {
    return table;
}

} // namespace scepd::ca
