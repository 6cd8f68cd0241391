#pragma once

#include "unit/crypto/forge.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Envelopes and lists of every kind that servers send, and DER that was tampered with.
namespace scepd::test {

/// How an EnvelopedData is made. A recipient with an RSA key gets a key transport, one with an EC key a key agreement.
struct EnvelopeSpec {
    std::vector<crypto::Certificate> recipients = {};
    std::vector<std::string> passwords = {}; ///< A PasswordRecipientInfo for each.
    std::string cipher = "AES-128-CBC";      ///< In OpenSSL's words; with a mode like GCM it is AuthEnvelopedData.
    bool oaep = false;
    std::string agreement = {}; ///< The digest of a key agreement's derivation, in OpenSSL's words.
    bool cofactor = false;      ///< Of a key agreement with `agreement`.
    bool byKeyIdentifier = false;
    bool ber = false; ///< Lengths that are not told and strings in pieces.
    int rounds = 2048;
};

/// An EnvelopedData.
std::string envelopeOf(const std::string& content, const EnvelopeSpec& spec);

/// DER of a CRL that lives around noon: from an hour before until a day after.
std::string crlOf(const Identity& issuer, const std::vector<long>& revoked, const std::string& digest = "SHA256");

/// DER of a SignedData with certificates and CRLs.
std::string degenerate(const std::vector<crypto::Certificate>& certificates, const std::vector<std::string>& crls);

/// An element of DER.
std::string element(int tag, std::string_view content);

/// An OID's element.
std::string oidElement(const std::string& oid);

/// The DER with every element that has exactly these bytes replaced, and all lengths around it set right. `to` may be
/// several elements or none.
std::string replacedElement(std::string_view der, std::string_view from, std::string_view to);

/// The elements inside a constructed one, each with its header.
std::vector<std::string> elementsOf(std::string_view constructed);

} // namespace scepd::test
