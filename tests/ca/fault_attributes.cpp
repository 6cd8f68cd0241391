#include "ca/der.hpp"
#include "ca/fault_lists.hpp"
#include "ca/oid.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace scepd::ca {

namespace {

using Attributes = std::vector<Attribute>;

/// The attribute, which is there: a CertRep has it, or the fault does nothing.
template <typename Change>
void change(Attributes& attributes, std::string_view oid, Change what) {
    const auto found = std::ranges::find(attributes, oid, &Attribute::oid);
    if (found != attributes.end()) what(*found);
}

void remove(Attributes& attributes, std::string_view oid) {
    std::erase_if(attributes, [&](const Attribute& attribute) { return attribute.oid == oid; });
}

/// The same octets under another tag.
void retag(Attributes& attributes, std::string_view oid, unsigned char tag) {
    change(attributes, oid, [&](Attribute& attribute) { attribute.values.front().front() = tag; });
}

/// A second value, or the same attribute once more with that value alone.
void addValue(Attributes& attributes, std::string_view oid, const Bytes& value) {
    change(attributes, oid, [&](Attribute& attribute) { attribute.values.push_back(value); });
}

void addAgain(Attributes& attributes, const char* oid, const Bytes& value) {
    attributes.push_back({oid, {value}});
}

void addThousand(Attributes& attributes) {
    for (int i = 0; i < 1000; ++i)
        attributes.push_back({fmt::format("1.3.6.1.4.1.55738.2.{}", i), {der::printableString("more")}});
}

constexpr Fault replies(std::string_view name, std::string_view meaning, void (*reply)(CertRep&)) {
    return {.name = name, .meaning = meaning, .reply = reply};
}

constexpr std::array table{
    replies("stranger-signs", "another CA of that name signs", [](CertRep& r) { r.signer = Party::Stranger; }),
    replies("device-signs", "a leaf certificate of the CA signs", [](CertRep& r) { r.signer = Party::Device; }),
    replies("unsigned", "nobody signs", [](CertRep& r) { r.shape.signers = 0; }),
    replies("two-signers", "the CA signs, and another CA of that name", [](CertRep& r) { r.shape.signers = 2; }),
    replies("md5-reply", "signed with MD5", [](CertRep& r) { r.style.digest = "MD5"; }),
    replies("sha1-reply", "signed with SHA-1", [](CertRep& r) { r.style.digest = "SHA1"; }),
    replies("no-attributes", "the content is signed, without attributes",
            [](CertRep& r) { r.shape.hasAttributes = false; }),
    replies("empty-attributes", "the signed attributes are an empty set",
            [](CertRep& r) { r.shape.alter = [](Attributes& a) { a.clear(); }; }),
    replies("wrong-content-type", "the content calls itself an EnvelopedData",
            [](CertRep& r) { r.shape.contentType = "1.2.840.113549.1.7.3"; }),
    replies("no-signed-content-type", "no signed contentType",
            [](CertRep& r) { r.shape.alter = [](Attributes& a) { remove(a, oid::contentType); }; }),
    replies("no-signed-digest", "no signed messageDigest",
            [](CertRep& r) { r.shape.alter = [](Attributes& a) { remove(a, oid::messageDigest); }; }),
    replies("wrong-signed-digest", "the signed messageDigest of something else",
            [](CertRep& r) {
                r.shape.alter = [](Attributes& a) {
                    change(a, oid::messageDigest, [](Attribute& m) { m.values.front().back() ^= 1U; });
                };
            }),
    replies("many-attributes", "a thousand signed attributes more", [](CertRep& r) { r.shape.alter = addThousand; }),
    replies("many-digests", "thirty thousand digest algorithms", [](CertRep& r) { r.shape.moreDigests = 30000; }),
    replies("no-message-type", "no messageType",
            [](CertRep& r) { r.shape.alter = [](Attributes& a) { remove(a, oid::messageType); }; }),
    replies("no-transaction", "no transactionID",
            [](CertRep& r) { r.shape.alter = [](Attributes& a) { remove(a, oid::transactionId); }; }),
    replies("two-statuses", "pkiStatus with two values",
            [](CertRep& r) {
                r.shape.alter = [](Attributes& a) { addValue(a, oid::pkiStatus, der::printableString("2")); };
            }),
    replies("duplicate-status", "pkiStatus twice",
            [](CertRep& r) {
                r.shape.alter = [](Attributes& a) { addAgain(a, oid::pkiStatus, der::printableString("2")); };
            }),
    replies("two-nonces", "recipientNonce with two values",
            [](CertRep& r) {
                r.shape.alter = [](Attributes& a) {
                    addValue(a, oid::recipientNonce, der::octetString(randomBytes(16)));
                };
            }),
    replies("duplicate-nonce", "recipientNonce twice",
            [](CertRep& r) {
                r.shape.alter = [](Attributes& a) {
                    addAgain(a, oid::recipientNonce, der::octetString(randomBytes(16)));
                };
            }),
    replies("duplicate-transaction", "transactionID twice",
            [](CertRep& r) {
                r.shape.alter = [](Attributes& a) { addAgain(a, oid::transactionId, der::printableString("1")); };
            }),
    replies("nonce-as-text", "recipientNonce is a PrintableString",
            [](CertRep& r) {
                r.shape.alter = [](Attributes& a) { retag(a, oid::recipientNonce, V_ASN1_PRINTABLESTRING); };
            }),
    replies(
        "transaction-as-octets", "transactionID is an OCTET STRING",
        [](CertRep& r) { r.shape.alter = [](Attributes& a) { retag(a, oid::transactionId, V_ASN1_OCTET_STRING); }; }),
    replies("status-as-octets", "pkiStatus is an OCTET STRING",
            [](CertRep& r) { r.shape.alter = [](Attributes& a) { retag(a, oid::pkiStatus, V_ASN1_OCTET_STRING); }; }),
    replies("status-as-utf8", "pkiStatus is a UTF8String, as some servers have it",
            [](CertRep& r) { r.shape.alter = [](Attributes& a) { retag(a, oid::pkiStatus, V_ASN1_UTF8STRING); }; }),
};

} // namespace

std::span<const Fault> attributeFaults() {
    return table;
}

} // namespace scepd::ca
