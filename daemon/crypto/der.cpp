#include "crypto/der.hpp"

#include "crypto/openssl.hpp"

namespace scepd::crypto {
namespace {

/// Walks over DER, one element after the other.
class Walk {
public:
    explicit Walk(std::string_view bytes) : rest_(bytes) {}

    /// The content of the next element, which must have this tag.
    Walk enter(int tag, int kind = V_ASN1_UNIVERSAL) { return Walk(take(tag, kind)); }

    void skip(int tag, int kind = V_ASN1_UNIVERSAL) { take(tag, kind); }

    [[nodiscard]] bool isAt(int tag, int kind) const {
        const auto next = peek();
        return next.tag == tag && next.kind == kind;
    }

    /// The identifier of the OID that comes next.
    [[nodiscard]] int objectNid() const {
        const auto* position = raw(rest_);
        const Asn1ObjectPtr object(d2i_ASN1_OBJECT(nullptr, &position, static_cast<long>(rest_.size())));
        if (!object) throw opensslError(Fault::protocol, "read an envelope");
        return OBJ_obj2nid(object.get());
    }

private:
    struct Element {
        int tag = 0;
        int kind = 0;
        std::size_t header = 0, length = 0;
    };

    [[nodiscard]] Element peek() const {
        const auto* position = raw(rest_);
        long length = 0;
        int tag = 0;
        int kind = 0;
        const int result = ASN1_get_object(&position, &length, &tag, &kind, static_cast<long>(rest_.size()));
        constexpr int failed = 0x80;
        constexpr int indefinite = 0x01;
        if ((result & (failed | indefinite)) != 0) throw opensslError(Fault::protocol, "read an envelope");
        return {tag, kind, static_cast<std::size_t>(position - raw(rest_)), static_cast<std::size_t>(length)};
    }

    std::string_view take(int tag, int kind) {
        const auto element = peek();
        if (element.tag != tag || element.kind != kind)
            throw Error(Fault::protocol, "read an envelope: it is not built like one");
        const auto inner = rest_.substr(element.header, element.length);
        rest_.remove_prefix(element.header + element.length);
        return inner;
    }

    std::string_view rest_;
};

} // namespace

int contentEncryptionAlgorithm(std::string_view envelope) {
    auto contentInfo = Walk(envelope).enter(V_ASN1_SEQUENCE);
    contentInfo.skip(V_ASN1_OBJECT);
    auto enveloped = contentInfo.enter(0, V_ASN1_CONTEXT_SPECIFIC).enter(V_ASN1_SEQUENCE);
    enveloped.skip(V_ASN1_INTEGER);
    if (enveloped.isAt(0, V_ASN1_CONTEXT_SPECIFIC)) enveloped.skip(0, V_ASN1_CONTEXT_SPECIFIC);
    enveloped.skip(V_ASN1_SET);
    auto encrypted = enveloped.enter(V_ASN1_SEQUENCE);
    encrypted.skip(V_ASN1_OBJECT);
    return encrypted.enter(V_ASN1_SEQUENCE).objectNid();
}

} // namespace scepd::crypto
