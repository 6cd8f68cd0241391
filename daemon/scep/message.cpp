#include "scep/message.hpp"

#include "base/error.hpp"
#include "crypto/random.hpp"
#include "crypto/text.hpp"

#include <array>

#include <fmt/format.h>

namespace scepd::scep {
namespace {

// RFC 8894 section 3.2.1, table 1.
constexpr auto messageTypeOid = "2.16.840.1.113733.1.9.2";
constexpr auto pkiStatusOid = "2.16.840.1.113733.1.9.3";
constexpr auto failInfoOid = "2.16.840.1.113733.1.9.4";
constexpr auto senderNonceOid = "2.16.840.1.113733.1.9.5";
constexpr auto recipientNonceOid = "2.16.840.1.113733.1.9.6";
constexpr auto transactionIdOid = "2.16.840.1.113733.1.9.7";
constexpr auto failInfoTextOid = "1.3.6.1.5.5.7.24.1";

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

std::string failInfoName(const std::optional<std::string>& value) {
    constexpr std::array names{"badAlg", "badMessageCheck", "badRequest", "badTime", "badCertId"};
    if (!value || value->size() != 1 || value->front() < '0' || value->front() > '4') return {};
    return names.at(static_cast<std::size_t>(value->front() - '0'));
}

FailureAnswer failureOf(const crypto::SignedMessage& message) {
    const auto failInfo = message.text(failInfoOid);
    FailureAnswer answer{failInfoName(failInfo),
                         crypto::printable(message.text(failInfoTextOid).value_or(""), longestText)};
    if (answer.failInfo.empty() && answer.text.empty() && failInfo)
        answer.text = fmt::format("failInfo {}, which does not exist", crypto::printable(*failInfo, 16));
    return answer;
}

SuccessAnswer successOf(const crypto::SignedMessage& message, const Sender& sender, crypto::Strength strength) {
    if (message.content.empty()) throw mismatch("it says SUCCESS and carries nothing");
    try {
        const auto content = crypto::decrypt(message.content, {sender.certificate, sender.key}, strength);
        return {crypto::carriedCertificates(content)};
    } catch (const Error& error) {
        throw mismatch(error.what());
    }
}

} // namespace

std::string newTransactionId() {
    constexpr std::size_t bytes = 16;
    return crypto::hexOf(crypto::randomBytes(bytes));
}

Message buildMessage(MessageType type, const std::string& transaction, std::string_view content, const Sender& sender,
                     const crypto::Certificate& recipient, const Algorithms& algorithms) {
    auto nonce = crypto::randomBytes(nonceLength);
    const auto envelope = crypto::encrypt(content, recipient, algorithms.cipher);
    auto der = crypto::sign(envelope, sender.certificate, sender.key, algorithms.digest,
                            {{messageTypeOid, Type::printableString, std::to_string(static_cast<int>(type))},
                             {transactionIdOid, Type::printableString, transaction},
                             {senderNonceOid, Type::octetString, nonce}});
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
    requireEqual(message.text(messageTypeOid), "3", "messageType");
    requireEqual(message.text(transactionIdOid), expectation.transaction, "transactionID");
    requireNonce(message.octetString(recipientNonceOid), expectation.senderNonce);
    const auto status = message.text(pkiStatusOid);
    if (status == "0") return successOf(message, sender, expectation.strength);
    if (status == "2") return failureOf(message);
    if (status == "3") return PendingAnswer{};
    throw mismatch(fmt::format("its pkiStatus is \"{}\"", crypto::printable(status.value_or(""), 16)));
}

} // namespace scepd::scep
