#pragma once

#include "ca/envelope.hpp"
#include "ca/reply.hpp"
#include "ca/server.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scepd::ca::test {

/// The bytes that the server sends until it closes the connection, after `request`. The client closes its side at once
/// when it is not `patient`, which some faults take for its departure.
std::string converse(const TestCa& ca, std::string_view request, bool patient = true);

/// The answer to a GET of /scep?operation=...
std::string get(const TestCa& ca, std::string_view query);

/// The answer to a PKIOperation by POST.
std::string post(const TestCa& ca, View message);

/// The answer to a PKIOperation by GET.
std::string getMessage(const TestCa& ca, View message);

/// The answer to a GET of a path with a value for Authorization; the path alone when that is empty.
std::string getPage(const TestCa& ca, std::string_view path, std::string_view authorization);

/// What follows the header of an HTTP answer.
Bytes bodyOf(const std::string& response);

/// What a client puts into its request.
struct Wish {
    std::string_view challenge = {};
    std::vector<std::string> extensions = {}; ///< "NAME=VALUE" as OpenSSL's configuration has them
};

/// A client with one key and the certificate that signs for it: self-signed until it holds an issued one.
struct Client {
    Key key = newRsaKey();
    Key signerKey = shareKey(key);
    Certificate signer = selfSigned();
    std::string transactionId = hex(randomBytes(16));
    Bytes nonce = randomBytes(16);
    Cipher cipher = Cipher::Aes128;
    const char* digest = "SHA256";
    std::optional<std::string> password{}; ///< envelopes for it in the place of the CA's certificate

    static Key newRsaKey();
    static Key newEcKey();
    static Key shareKey(const Key& key);

    /// A client whose PKCS#10 is for an EC key and whose messages are signed with an RSA key.
    static Client withTransportKey();

    /// A client with an EC key alone.
    static Client withEcKey();

    /// A certificate for the signer's key.
    Certificate selfSigned() const;

    /// From now on the issued certificate and its key sign, in a new transaction.
    void hold(const Certificate& issued);

    /// DER of a PKCS#10 for CN=endpoint.
    Bytes signingRequest(const Wish& wish) const;

    /// A pkiMessage to whom the CA's state names as recipient: its RA or itself.
    Bytes message(const TestCa& ca, std::string_view type, View content) const;

    /// The same to a certificate.
    Bytes messageTo(const Certificate& recipient, std::string_view type, View content) const;

    /// A PKCSReq, or a RenewalReq with type 17.
    Bytes request(const TestCa& ca, std::string_view type = "19", const Wish& wish = {}) const;

    /// A CertPoll.
    Bytes poll(const TestCa& ca) const;

    /// A GetCert (21) or GetCRL (22) about a certificate.
    Bytes query(const TestCa& ca, std::string_view type, const Certificate& about) const;
};

/// What a CertRep says, read with plain OpenSSL.
struct Answer {
    std::string status;
    std::string failInfo;
    std::string recipientNonce;
    std::string digest;       ///< of its signature, by OpenSSL's short name
    std::string cipher;       ///< of its envelope
    bool signedByCa = false;  ///< by a certificate that chains to ca.pem
    bool forPassword = false; ///< the envelope has a PasswordRecipientInfo
    std::optional<Bytes> content;
    std::vector<Certificate> outer;        ///< beside the signature
    std::vector<Certificate> certificates; ///< in the envelope
    int crls = 0;                          ///< in the envelope
    Certificate issued;                    ///< the first of them that is no CA's
};

/// The answer of the server as `client` understands it. Throws std::runtime_error when that is no CertRep or its
/// envelope cannot be opened with OpenSSL's legacy provider.
Answer read(const std::string& response, const Client& client, const TestCa& ca);

/// What comes of a message by POST.
Answer exchange(const TestCa& ca, const Client& client, View message);

/// The value of a signed attribute in the body of an answer; empty without it.
std::string attributeOf(const Bytes& body, const char* oid);

bool sameKey(const Certificate& certificate, const Client& client);

/// Whether the key of the certificate in that file of the CA's state signed it.
bool isIssuedBy(const TestCa& ca, const std::string& file, const Certificate& certificate);

} // namespace scepd::ca::test
