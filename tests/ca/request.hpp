#pragma once

#include "ca/authority.hpp"
#include "ca/openssl.hpp"

#include <optional>
#include <string>

namespace scepd::ca {

/// The outer part of a pkiMessage (RFC 8894 section 3.2): who signed it and its signed attributes. Nothing in it is
/// trusted before `intact` was looked at.
struct Request {
    std::string messageType;   ///< decimal, as it was sent
    std::string transactionId; ///< as it was sent
    Bytes senderNonce;         ///< 16 bytes
    std::string digest;        ///< of the signer, by OpenSSL's short name
    Certificate signer;        ///< from the message's own certificates
    bool intact = false;       ///< the signature verifies with the signer's key
    bool strictDer = false;    ///< the bytes are the DER of what they say
    Bytes envelope;            ///< the DER of the pkcsPKIEnvelope
};

/// Reads a pkiMessage. Throws std::runtime_error when it is no SignedData with one signer whose certificate is included
/// and with exactly one transactionID, messageType and senderNonce of the types that section 3.2.1 demands.
Request readRequest(View message);

/// A PKCS#10 request with the parts that SCEP looks at.
struct SigningRequest {
    Pkcs10 pkcs10;
    std::optional<std::string> challenge; ///< the challengePassword

    EVP_PKEY* key() const { return X509_REQ_get0_pubkey(pkcs10.get()); }
    const X509_NAME* subject() const { return X509_REQ_get_subject_name(pkcs10.get()); }

    /// subjectAltName, keyUsage, extendedKeyUsage and Microsoft's certificate template and security identifier of the
    /// extensionReq; everything else in it is ignored.
    Extensions extensions() const;

    /// DER without the challengePassword, to be kept on disk; its signature no longer verifies.
    Bytes withoutChallenge() const;
};

/// Reads a PKCS#10; its signature is not looked at. Throws std::runtime_error when it is none or has no readable key.
SigningRequest readSigningRequest(View der);

/// The IssuerAndSubject of a CertPoll (RFC 8894 section 3.3.3).
struct IssuerAndSubject {
    Name issuer;
    Name subject;
};

/// Throws std::runtime_error when the bytes are not a SEQUENCE of exactly two names.
IssuerAndSubject readIssuerAndSubject(View der);

/// The IssuerAndSerialNumber of a GetCert or GetCRL (RFC 8894 section 3.3.4).
struct IssuerAndSerial {
    Name issuer;
    std::string serial; ///< as serialOf() writes it
};

/// Throws std::runtime_error when the bytes are not a SEQUENCE of exactly a name and an INTEGER.
IssuerAndSerial readIssuerAndSerial(View der);

} // namespace scepd::ca
