#include "scep/client.hpp"

#include "crypto/text.hpp"
#include "scep/transport.hpp"

#include <fmt/format.h>

namespace scepd::scep {
namespace {

constexpr std::size_t largestAnswer = 1024UL * 1024UL;
constexpr std::size_t largestCapabilities = 64UL * 1024UL;

std::optional<std::filesystem::path> below(const std::filesystem::path& root, const std::optional<std::string>& path) {
    return path ? std::optional(root / std::filesystem::path(*path).relative_path()) : std::nullopt;
}

HttpOptions optionsOf(const profile::Scep& scep, const std::filesystem::path& root, HttpObserver observer) {
    return {.timeout = scep.timeout,
            .proxy = scep.proxy,
            .interface = scep.interface,
            .tlsCaCertificates = below(root, scep.tlsCaCertificates),
            .tlsClientCertificate = below(root, scep.tlsClientCertificate),
            .tlsClientKey = below(root, scep.tlsClientKey),
            .observer = std::move(observer)};
}

bool isSuccess(long status) {
    return status >= 200 && status < 300;
}

/// What a status means for the next attempt: the server may recover from 5xx and "too many"; to the rest it will say
/// the same again until somebody changes something.
Fault faultOf(long status) {
    const bool passing = status >= 500 || status == 408 || status == 425 || status == 429;
    return passing ? Fault::unreachable : Fault::refused;
}

/// "HTTP 500: not implemented": the status with the beginning of a plain text; a web page says nothing in one line.
Error httpError(const std::string& url, const HttpResponse& response) {
    constexpr std::size_t excerpt = 120;
    const auto text = crypto::printable(response.body.substr(0, 4 * excerpt), excerpt);
    const bool page = text.empty() || text.contains('<');
    return {faultOf(response.status),
            fmt::format("{}: HTTP {}{}{}", shownUrl(url), response.status, page ? "" : ": ", page ? "" : text)};
}

/// A CertRep may come with any status; anything that is not built like DER need not be tried.
bool mayBeMessage(const HttpResponse& response) {
    const auto body = crypto::unwrapped(response.body);
    return body.size() > 2 && body.front() == 0x30 && (static_cast<unsigned char>(body[1]) & 0x80U) != 0;
}

} // namespace

Client::Client(const profile::Scep& scep, std::string url, const std::filesystem::path& root, HttpObserver observer)
    : url_(std::move(url)), identifier_(scep.caIdentifier), http_(optionsOf(scep, root, std::move(observer))) {}

Capabilities Client::getCapabilities() {
    try {
        const auto response = http_.get(operationUrl(url_, "GetCACaps", identifier_), largestCapabilities);
        return isSuccess(response.status) ? parseCapabilities(response.body) : Capabilities{};
    } catch (const Error& error) {
        if (error.fault() == Fault::local || error.fault() == Fault::configuration) throw;
        return {};
    }
}

std::vector<crypto::Certificate> Client::getAuthorities() {
    try {
        const auto response = http_.get(operationUrl(url_, "GetCACert", identifier_), largestAnswer);
        if (!isSuccess(response.status)) throw httpError(url_, response);
        try {
            return parseAuthorities(response.body);
        } catch (const Error& error) {
            throw error.during(shownUrl(url_));
        }
    } catch (const Error& error) {
        throw error.during("fetch CA certificate");
    }
}

std::expected<Answer, HttpFailure> Client::exchange(const Message& message, const Expectation& expectation,
                                                    const Sender& sender) {
    const auto response = http_.post(operationUrl(url_, "PKIOperation", std::nullopt), "application/x-pki-message",
                                     message.der, largestAnswer);
    if (isSuccess(response.status) && mayBeMessage(response)) return readAnswer(response.body, expectation, sender);
    if (isSuccess(response.status)) {
        const auto what = response.body.empty() ? "it is empty" : "it is no CMS message";
        throw Error(Fault::protocol, fmt::format("{}: the CA's answer is not used: {}", shownUrl(url_), what));
    }
    if (mayBeMessage(response)) return readAnswer(response.body, expectation, sender);
    return std::unexpected(HttpFailure{response.status, httpError(url_, response)});
}

} // namespace scepd::scep
