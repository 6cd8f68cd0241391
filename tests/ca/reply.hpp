#pragma once

#include "ca/authority.hpp"
#include "ca/envelope.hpp"
#include "ca/openssl.hpp"
#include "ca/signed_data.hpp"

#include <optional>
#include <string>
#include <vector>

namespace scepd::ca {

/// In whose name something is done.
enum class Party {
    Own,      ///< the CA (or its RA); of an envelope: who asked
    Stranger, ///< a self-signed CA of the same name with another key
    Device,   ///< somebody who holds a leaf certificate of the CA
};

/// Which certificates lie beside the signature of a CertRep.
enum class Outer {
    Signer,      ///< the signer's
    None,        ///< none
    IssuedFirst, ///< those that were issued, the leaf first
};

/// How a server encodes its CertReps, whatever they say.
struct ReplyStyle {
    Cipher cipher = Cipher::Aes128;
    const char* digest = "SHA256"; ///< OpenSSL's name
    bool oaep = false;
    Outer outer = Outer::Signer;
    bool vendorAttributes = false; ///< Microsoft's status and disposition
    bool nullParameters = true;    ///< of AlgorithmIdentifiers
};

/// What an envelope holds.
enum class Inside {
    Certificates, ///< a degenerate SignedData
    Signed,       ///< a SignedData with a signer
    PlainData,    ///< a ContentInfo of type data
    Nothing,      ///< no byte
};

/// How a faulty CertRep departs from the shape that RFC 8894 section 3.2 gives it.
struct Shape {
    Inside inside = Inside::Certificates;
    Party recipient = Party::Own; ///< a stranger: only another key decrypts
    bool secondRecipient = false; ///< a stranger too
    int signers = 1;              ///< 0: none; 2: a stranger too, with the same attributes
    bool hasAttributes = true;    ///< false: the content is signed without attributes
    const char* contentType = "1.2.840.113549.1.7.1";
    std::size_t moreDigests = 0; ///< listed before the signature, and used by nobody
    bool replay = false;         ///< the CertRep before this one is sent again
    void (*alter)(std::vector<Attribute>&) = nullptr;
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
    std::vector<Bytes> crls;               ///< DER, beside them
    std::optional<Bytes> rawContent;       ///< stands in the place of the envelope
    Party signer = Party::Own;
    ReplyStyle style;
    Shape shape;
};

/// Who takes part in a CertRep.
struct Parties {
    const Identity& signer;
    const Certificate& recipient;          ///< who asked
    const Identity* stranger = nullptr;    ///< needed where the shape speaks of one
    std::optional<std::string> password{}; ///< envelopes for it in the place of the recipient
};

/// The CertRep as strict DER.
Bytes encodeReply(const CertRep& reply, const Parties& parties);

} // namespace scepd::ca
