#include "crypto/der.hpp"

#include "crypto/names.hpp"

namespace scepd::crypto {
namespace {

void requireWritable(const X509_ALGOR* algorithm, const char* what) {
    const auto written = derOf(i2d_X509_ALGOR, algorithm);
    if (!wholeOf<Owned<X509_ALGOR, X509_ALGOR_free>>(d2i_X509_ALGOR, written))
        throw Error(Fault::protocol, std::string(what) + " has a signature algorithm that is malformed");
}

} // namespace

DerReader::Element DerReader::peek() const {
    const auto* position = raw(rest_);
    long length = 0;
    int tag = 0;
    int kind = 0;
    const int result = ASN1_get_object(&position, &length, &tag, &kind, static_cast<long>(rest_.size()));
    constexpr int failed = 0x80;
    constexpr int indefinite = 0x01;
    if ((result & (failed | indefinite)) != 0) throw opensslError(Fault::protocol, "read DER");
    return {tag, kind, static_cast<std::size_t>(position - raw(rest_)), static_cast<std::size_t>(length)};
}

bool DerReader::isAt(int tag, int kind) const {
    if (rest_.empty()) return false;
    const auto next = peek();
    return next.tag == tag && next.kind == kind;
}

std::string_view DerReader::take(int tag, int kind) {
    const auto element = peek();
    if (element.tag != tag || element.kind != kind)
        throw Error(Fault::protocol, "read DER: another element stands where one was expected");
    const auto inner = rest_.substr(element.header, element.length);
    rest_.remove_prefix(element.header + element.length);
    return inner;
}

std::string_view DerReader::takeWhole() {
    const auto element = peek();
    const auto whole = rest_.substr(0, element.header + element.length);
    rest_.remove_prefix(whole.size());
    return whole;
}

AlgorithmIdentifier takeAlgorithm(DerReader& reader, int tag, int kind) {
    auto inside = reader.enter(tag, kind);
    const auto object = wholeOf<Asn1ObjectPtr>(d2i_ASN1_OBJECT, inside.takeWhole());
    if (!object) throw Error(Fault::protocol, "read DER: an algorithm has no name");
    AlgorithmIdentifier algorithm{OBJ_obj2nid(object.get()), objectName(object.get()), {}};
    if (!inside.atEnd()) algorithm.parameters = inside.takeWhole();
    if (!inside.atEnd()) throw Error(Fault::protocol, "read DER: an algorithm has too many parameters");
    return algorithm;
}

void requireWritable(const X509* certificate) {
    const X509_ALGOR* algorithm = nullptr;
    X509_get0_signature(nullptr, &algorithm, certificate);
    requireWritable(algorithm, "the certificate");
}

void requireWritable(const X509_CRL* crl) {
    const X509_ALGOR* algorithm = nullptr;
    X509_CRL_get0_signature(crl, nullptr, &algorithm);
    requireWritable(algorithm, "the revocation list");
}

void requireWritable(const X509_REQ* request) {
    const X509_ALGOR* algorithm = nullptr;
    X509_REQ_get0_signature(request, nullptr, &algorithm);
    requireWritable(algorithm, "the request");
}

std::string objectName(const ASN1_OBJECT* object) {
    const int nid = OBJ_obj2nid(object);
    const char* name = nid != NID_undef ? OBJ_nid2ln(nid) : nullptr;
    return name != nullptr ? name : oidText(object);
}

std::string sequenceOf(std::string_view elements) {
    const auto length = static_cast<int>(elements.size());
    std::string der(static_cast<std::size_t>(ASN1_object_size(1, length, V_ASN1_SEQUENCE)) - elements.size(), '\0');
    auto* position = reinterpret_cast<unsigned char*>(der.data());
    ASN1_put_object(&position, 1, length, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
    der += elements;
    return der;
}

} // namespace scepd::crypto
