#include "scep/message.hpp"

#include "base/error.hpp"
#include "crypto/attributes.hpp"
#include "crypto/random.hpp"
#include "crypto/text.hpp"

#include <array>

#include <fmt/format.h>

namespace scepd::scep {
namespace {

namespace attribute = crypto::attribute;

constexpr std::size_t nonceLength = 16;
constexpr std::size_t longestText = 256;

using Type = crypto::SignedAttribute::Type;

Error mismatch(const std::string& what) {
    return {Fault::protocol, "the CA's answer is not used: " + what};
}

/// The answer's attribute against ours; what the server wrote instead is shown printable and short.
void requireEqual(const std::optional<std::string>& got, const std::string& expected, const char* what) {
    if (!got) throw mismatch(fmt::format("it has no {}", what));
    if (*got != expected)
        throw mismatch(fmt::format("its {} is \"{}\" instead of \"{}\"", what, crypto::printable(*got, 64), expected));
}

void requireNonce(const std::optional<std::string>& got, const std::string& expected) {
    if (!got) throw mismatch("it has no recipientNonce, so it may be the replay of an older one");
    if (*got != expected)
        throw mismatch("its recipientNonce is not the nonce of our message, it may be the replay of an older one");
}

/// Some servers write the number with zeros in front.
std::string failInfoName(const std::optional<std::string>& value) {
    constexpr std::array names{"badAlg", "badMessageCheck", "badRequest", "badTime", "badCertId"};
    if (!value || value->empty()) return {};
    const auto digit = static_cast<std::size_t>(value->back()) - '0';
    const bool known = digit < names.size() && value->find_first_not_of('0') >= value->size() - 1;
    return known ? names.at(digit) : std::string();
}

FailureAnswer failureOf(const crypto::SignedMessage& message) {
    const auto failInfo = message.text(attribute::failInfo);
    FailureAnswer answer{failInfoName(failInfo),
                         crypto::printable(message.text(attribute::failInfoText).value_or(""), longestText)};
    if (answer.failInfo.empty() && answer.text.empty() && failInfo)
        answer.text = fmt::format("failInfo {}, which does not exist", crypto::printable(*failInfo, 16));
    return answer;
}

SuccessAnswer successOf(const crypto::SignedMessage& message, const Sender& sender, crypto::Strength strength) {
    if (message.content.empty()) throw mismatch("it says SUCCESS and carries nothing");
    try {
        auto carried = crypto::carried(
            crypto::decrypt(message.content, {sender.certificate, sender.key, sender.challenge}, strength));
        return {std::move(carried.certificates), std::move(carried.crls)};
    } catch (const Error& error) {
        throw mismatch(error.what());
    }
}

std::string envelopeOf(std::string_view content, const Sender& sender, const crypto::Certificate& recipient,
                       crypto::Cipher cipher) {
    if (recipient.hasRsaKey()) return crypto::encrypt(content, recipient, cipher);
    if (!sender.challenge.empty()) return crypto::encryptWithPassword(content, sender.challenge, cipher);
    throw Error(Fault::configuration,
                fmt::format("nothing can be encrypted to {}, which has the key {}, and without a challenge there is no "
                            "password to encrypt under instead (RFC 8894 section 3.1)",
                            recipient.subject(), recipient.keyDescription()));
}

} // namespace

std::string newTransactionId() {
    constexpr std::size_t bytes = 16;
    return crypto::hexOf(crypto::randomBytes(bytes));
}

Message buildMessage(MessageType type, const std::string& transaction, std::string_view content, const Sender& sender,
                     const crypto::Certificate& recipient, const Algorithms& algorithms) {
    if (content.empty()) throw Error(Fault::local, "a message without content has no envelope");
    auto nonce = crypto::randomBytes(nonceLength);
    const auto envelope = envelopeOf(content, sender, recipient, algorithms.cipher);
    auto der = crypto::sign(envelope, sender.certificate, sender.key, algorithms.digest,
                            {{attribute::messageType, Type::printableString, std::to_string(static_cast<int>(type))},
                             {attribute::transactionId, Type::printableString, transaction},
                             {attribute::senderNonce, Type::octetString, nonce}});
    return {std::move(der), std::move(nonce)};
}

Answer readAnswer(std::string_view body, const Expectation& expectation, const Sender& sender) {
    const auto message = [&] {
        try {
            return crypto::verify(crypto::unwrapped(body), expectation.signers, expectation.strength);
        } catch (const Error& error) {
            throw mismatch(error.what());
        }
    }();
    requireEqual(message.text(attribute::messageType), "3", "messageType");
    requireEqual(message.text(attribute::transactionId), expectation.transaction, "transactionID");
    requireNonce(message.octetString(attribute::recipientNonce), expectation.senderNonce);
    const auto status = message.text(attribute::pkiStatus);
    if (status == "0") return successOf(message, sender, expectation.strength);
    if (status == "2") return failureOf(message);
    if (status == "3") return PendingAnswer{};
    throw mismatch(fmt::format("its pkiStatus is \"{}\"", crypto::printable(status.value_or(""), 16)));
}

} // namespace scepd::scep
