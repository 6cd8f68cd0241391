#pragma once

#include "base/clock.hpp"
#include "crypto/certificate.hpp"
#include "crypto/key.hpp"

#include <optional>
#include <string>
#include <vector>

/// Makes certificates and SCEP answers as tests need them, with bare OpenSSL and without asking whether they make
/// sense.
namespace scepd::test {

/// A point in the time in which all forged certificates live: 2026-06-15 12:00 UTC.
inline constexpr Time noon = std::chrono::sys_days(std::chrono::year(2026) / 6 / 15) + std::chrono::hours(12);

/// A certificate with its key.
struct Identity {
    crypto::Certificate certificate;
    crypto::Key key;
};

/// A small RSA key; the same number is the same key for the whole run, because making them is slow.
crypto::Key testKey(unsigned number);

/// A key on P-256, with which nothing can be encrypted.
crypto::Key ecTestKey();

struct CertificateSpec {
    std::string subject = "CN=device"; ///< "TYPE=value" between commas, without escapes.
    bool ca = false;
    std::string keyUsage = {};         ///< In OpenSSL's words; empty: no extension.
    std::string extendedKeyUsage = {}; ///< In OpenSSL's words; empty: no extension.
    Time notBefore = noon - std::chrono::days(30);
    Time notAfter = noon + std::chrono::days(60);
    long serial = 1;
    std::string digest = "SHA256";
    bool keyIdentifier = false;
};

/// DER in which sha256WithRSAEncryption has parameters of a type that OpenSSL reads and writes as another one.
std::string withOddParameters(std::string der);

/// A self-signed certificate.
Identity selfSigned(const CertificateSpec& spec, const crypto::Key& key);

/// A certificate of an issuer's.
Identity issued(const CertificateSpec& spec, const crypto::Key& key, const Identity& issuer);

/// A signed attribute of whatever ASN.1 type.
struct AttributeSpec {
    std::string oid;
    int type = 0; ///< V_ASN1_...
    std::string value;
};

/// How a SignedData is made.
struct SignedSpec {
    std::optional<std::string> content = {}; ///< nullopt: none at all, as in FAILURE and PENDING.
    std::vector<AttributeSpec> attributes = {};
    std::string digest = "SHA256";
    bool withCertificates = true;
    bool byKeyIdentifier = false;
    bool withoutSignedAttributes = false;
    std::vector<Identity> furtherSigners = {};
    std::vector<AttributeSpec> furtherValues = {};      ///< For attributes that are there already.
    std::vector<crypto::Certificate> certificates = {}; ///< Further ones that it carries.
    std::string contentType = "1.2.840.113549.1.7.1";   ///< id-data
    bool ber = false;                                   ///< Lengths that are not told and strings in pieces.
};

/// DER of a SignedData.
std::string signedData(const SignedSpec& spec, const Identity& signer);

/// DER of an EnvelopedData; `cipher` in OpenSSL's words, "DES-CBC" among them.
std::string envelopedData(const std::string& content, const std::vector<crypto::Certificate>& recipients,
                          const std::string& cipher = "AES-128-CBC");

/// DER of a certs-only SignedData.
std::string certificateList(const std::vector<crypto::Certificate>& certificates);

} // namespace scepd::test
