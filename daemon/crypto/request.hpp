#pragma once

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "crypto/certificate.hpp"
#include "crypto/key.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

// OpenSSL's own name for X509_REQ, which openssl/types.h leaves out.
struct X509_req_st;

namespace scepd::crypto {

/// One attribute of a relative distinguished name.
struct NameAttribute {
    std::string type; ///< Short name ("CN", "O", "emailAddress") or dotted OID.
    std::string value;

    bool operator==(const NameAttribute&) const = default;
};
/// A distinguished name in its order; an inner vector with several attributes is a multi-valued RDN.
using DistinguishedName = std::vector<std::vector<NameAttribute>>;

enum class AlternativeType { dns, ip, email, uri, upn, rid };
struct AlternativeName {
    AlternativeType type = AlternativeType::dns;
    std::string value;

    bool operator==(const AlternativeName&) const = default;
};

/// What a certificate request asks for.
struct RequestContent {
    DistinguishedName subject;
    std::vector<AlternativeName> alternativeNames;
    bool digitalSignature = true;
    bool keyEncipherment = true;               ///< Left out for an EC key, which can encrypt nothing.
    std::vector<std::string> extendedKeyUsage; ///< Dotted OIDs.
    Digest digest = Digest::sha256;
    std::string templateName = {}; ///< Of a Microsoft CA's certificate template, in UTF-8; empty: none is named.

    bool operator==(const RequestContent&) const = default;
};

/// A PKCS#10 certification request (RFC 2986). Copies share it.
class Request {
public:
    /// Makes a request and signs it with the key that it asks to certify. Strings are PrintableString where they fit
    /// and UTF8String otherwise; emailAddress and DC are IA5String, and what X.520 restricts to PrintableString (C,
    /// serialNumber, dnQualifier) is an error where it does not fit. The alternative names are critical when the
    /// subject is empty (RFC 5280 section 4.2.1.6). A challenge that is not empty becomes the challengePassword
    /// attribute (RFC 8894 section 2.4). Throws Error{configuration} for an attribute type, a value, an address or an
    /// OID that cannot be encoded, without the challenge's characters.
    static Request make(const RequestContent& content, const Key& key, const Secret& challenge);

    /// Throws Error{protocol} when the bytes are no request.
    static Request fromDer(std::string_view der);

    [[nodiscard]] std::string toDer() const;
    [[nodiscard]] std::string subject() const; ///< As Certificate::subject().
    [[nodiscard]] std::vector<std::string>
    subjectAlternativeNames() const;                                 ///< As Certificate::subjectAlternativeNames().
    [[nodiscard]] std::vector<std::string> extendedKeyUsage() const; ///< Dotted OIDs; none: nothing in particular.

    /// True when the certificate has the subject that was asked for: the same attributes with the same values. Some CAs
    /// sort them anew, so their order and grouping do not count.
    [[nodiscard]] bool hasSubjectOf(const Certificate& certificate) const;

    /// The certificate that signs a first request and to which its answer is encrypted (RFC 8894 section 2.3):
    /// self-signed, with the subject of the request, valid for a year from an hour before `now`. `key` is the
    /// request's own, or a transport key of another kind: with an RSA key the exchange works also when the request is
    /// for an EC key, which could not decrypt the answer. The certificate allows digitalSignature, and keyEncipherment
    /// for an RSA key or keyAgreement for an EC key.
    [[nodiscard]] Certificate selfSigned(const Key& key, Digest digest, Time now) const;

    /// DER of IssuerAndSubject (RFC 8894 section 3.3.3), with which a pending request is asked for: the CA's name and
    /// the subject. The issuer is `authority` when that is a CA, and otherwise the CA that issued it, as for an RA.
    [[nodiscard]] std::string issuerAndSubject(const Certificate& authority) const;

    /// For the neighbours inside crypto/. Borrowed.
    [[nodiscard]] X509_req_st* get() const { return request_.get(); }

private:
    explicit Request(X509_req_st* request);

    std::shared_ptr<X509_req_st> request_;
};

} // namespace scepd::crypto
