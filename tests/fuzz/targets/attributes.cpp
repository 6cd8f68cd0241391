#include "fuzz/certrep.hpp"
#include "fuzz/der.hpp"
#include "fuzz/harness.hpp"
#include "fuzz/world.hpp"

#include <algorithm>
#include <vector>

using namespace scepd;

namespace {

/// The values of an attribute, of all places where it stands.
std::vector<std::string> valuesOf(const fuzz::WrittenCertRep& reply, const std::string& name) {
    std::vector<std::string> values;
    for (const auto& attribute : reply.attributes)
        if (attribute.name == name) values.insert(values.end(), attribute.values.begin(), attribute.values.end());
    return values;
}

/// The one value, without the two bytes of its type and its length, of which only the types of one byte for each
/// character are looked at.
void requireOne(const fuzz::WrittenCertRep& reply, const std::string& name, const std::string& wanted) {
    constexpr std::string_view plainTypes = "\x04\x0c\x13\x14\x16\x1a";
    const auto values = valuesOf(reply, name);
    fuzz::require(values.size() == 1, "an attribute that counts stands once and has one value: " + name);
    if (plainTypes.contains(values[0][0]))
        fuzz::require(values[0].substr(2) == wanted, "an attribute that counts has the value that is due: " + name);
}

void requireDue(const fuzz::WrittenCertRep& reply, const scep::Answer& answer) {
    fuzz::require(reply.withContentType && reply.withMessageDigest, "an answer has what RFC 5652 demands");
    requireOne(reply, "messageType", "3");
    requireOne(reply, "transactionID", fuzz::expectation().transaction);
    requireOne(reply, "recipientNonce", fuzz::expectation().senderNonce);
    requireOne(reply, "pkiStatus",
               std::holds_alternative<scep::SuccessAnswer>(answer)   ? "0"
               : std::holds_alternative<scep::FailureAnswer>(answer) ? "2"
                                                                     : "3");
    if (const auto* failure = std::get_if<scep::FailureAnswer>(&answer)) {
        fuzz::requireShowable(failure->text, 300);
        fuzz::requireShowable(failure->failInfo, 20);
    }
}

} // namespace

/// The signed attributes of a CertRep whose signature is good: what stands behind the signature is judged alone.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto reply = fuzz::certRepOf(fuzz::textOf(data, size));
    const auto answer = fuzz::parsed(
        Fault::protocol, [&] { return scep::readAnswer(signedDer(reply), fuzz::expectation(), fuzz::sender()); });
    if (answer) requireDue(reply, *answer);
    return 0;
}
