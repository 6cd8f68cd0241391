#pragma once

#include "ca/authority.hpp"
#include "ca/openssl.hpp"

#include <optional>
#include <string>
#include <vector>

namespace scepd::ca {

/// In whose name something is signed.
enum class Party {
    Own,      ///< the CA (or its RA)
    Stranger, ///< a self-signed CA of the same name with another key
    Device,   ///< somebody who holds a leaf certificate of the CA
};

/// Everything that a CertRep (RFC 8894 section 3.3.2) says, before it is encoded. Attributes that are absent are left
/// out of the message.
struct CertRep {
    std::string messageType = "3";
    std::optional<std::string> pkiStatus;
    std::string transactionId;
    std::optional<Bytes> senderNonce;
    std::optional<Bytes> recipientNonce;
    std::optional<std::string> failInfo;
    std::optional<std::string> failInfoText;
    std::vector<Certificate> certificates; ///< enveloped as a degenerate SignedData when there are any
    std::optional<Bytes> rawContent;       ///< stands in the place of the envelope
    Party signer = Party::Own;
    bool des = false; ///< DES-CBC and SHA-1 in the place of AES-128-CBC and SHA-256
};

/// A degenerate, certificates-only SignedData (RFC 8894 section 3.4).
Bytes certificatesOnly(const std::vector<Certificate>& certificates);

/// The bytes as an EnvelopedData with AES-128-CBC for one recipient (RFC 8894 section 3.2.2).
Bytes envelope(View content, const Certificate& recipient);

/// The CertRep as strict DER, signed by `signer` and enveloped to `recipient`.
Bytes encodeReply(const CertRep& reply, const Identity& signer, const Certificate& recipient);

} // namespace scepd::ca
