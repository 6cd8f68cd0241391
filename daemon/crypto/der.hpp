#pragma once

#include "crypto/openssl.hpp"

#include <string>
#include <string_view>
#include <utility>

/// DER read element by element, for what OpenSSL 3.0 parses but does not show. For the rooms of crypto/ only.
namespace scepd::crypto {

/// Walks over DER in the memory of somebody else, one element after the other. It goes as deep as its user calls and no
/// deeper. Everything that is not as expected, lengths that are not told (BER) among it, is an Error{protocol}.
class DerReader {
public:
    explicit DerReader(std::string_view bytes) : rest_(bytes) {}

    [[nodiscard]] bool atEnd() const { return rest_.empty(); }

    /// True when the next element has this tag; false at the end.
    [[nodiscard]] bool isAt(int tag, int kind = V_ASN1_UNIVERSAL) const;

    /// The content of the next element, which must have this tag.
    std::string_view take(int tag, int kind = V_ASN1_UNIVERSAL);

    /// A reader of that content.
    DerReader enter(int tag, int kind = V_ASN1_UNIVERSAL) { return DerReader(take(tag, kind)); }

    /// The next element, whatever it is, with its header.
    std::string_view takeWhole();

private:
    struct Element {
        int tag = 0;
        int kind = 0;
        std::size_t header = 0, length = 0;
    };

    [[nodiscard]] Element peek() const;

    std::string_view rest_;
};

/// An AlgorithmIdentifier.
struct AlgorithmIdentifier {
    int nid = NID_undef;    ///< NID_undef for one that OpenSSL does not know.
    std::string name;       ///< OpenSSL's name ("aes-128-cbc") or dotted numbers.
    std::string parameters; ///< DER; empty when there are none.
};

/// Takes an AlgorithmIdentifier off a reader, also one with an implicit tag.
AlgorithmIdentifier takeAlgorithm(DerReader& reader, int tag = V_ASN1_SEQUENCE, int kind = V_ASN1_UNIVERSAL);

/// What is signed stays as it came; the algorithm beside it is written anew, and parameters of a type that BER alone
/// knows are written so that nobody can read them again. Throws Error{protocol} for something that is signed with such
/// an algorithm: it would be kept as a file that is none.
void requireWritable(const X509* certificate);
void requireWritable(const X509_CRL* crl);
void requireWritable(const X509_REQ* request);

/// OpenSSL's name of an object, or dotted numbers.
std::string objectName(const ASN1_OBJECT* object);

/// A SEQUENCE around elements that are DER themselves.
std::string sequenceOf(std::string_view elements);

/// One of OpenSSL's structures from DER without anything behind its end, for instance wholeOf<NamePtr>(d2i_X509_NAME,
/// bytes); empty when the bytes are none.
template <typename Owner, typename Function>
Owner wholeOf(Function decode, std::string_view der) {
    const unsigned char* position = raw(der);
    Owner object(decode(nullptr, &position, static_cast<long>(der.size())));
    clearErrors();
    return position == raw(der) + der.size() ? std::move(object) : Owner();
}

} // namespace scepd::crypto
