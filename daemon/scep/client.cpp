#include "scep/client.hpp"

#include "base/base64.hpp"
#include "crypto/text.hpp"
#include "scep/body.hpp"
#include "scep/http_options.hpp"
#include "scep/transport.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scepd::scep {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t largestAnswer = 1024UL * 1024UL;
constexpr std::size_t largestCapabilities = 64UL * 1024UL;

bool isSuccess(long status) {
    return status >= 200 && status < 300;
}

/// What a status means for the next attempt: the server may recover from 5xx and "too many"; to the rest it will say
/// the same again until somebody changes something.
Code codeOf(long status) {
    const bool passing = status >= 500 || status == 408 || status == 425 || status == 429;
    if (status == 401 || status == 407) return Code::loginRefused;
    return passing ? Code::serverBusy : Code::httpRefused;
}

/// A CertRep may come with any status; anything that is not built like DER need not be tried.
bool mayBeDer(const HttpResponse& response) {
    const auto body = crypto::unwrapped(response.body);
    return body.size() > 2 && body.front() == 0x30 && (static_cast<unsigned char>(body[1]) & 0x80U) != 0;
}

/// "HTTP 500: not implemented": the status with the beginning of a plain text; a web page says nothing in one line.
Error httpError(const std::string& url, const HttpResponse& response) {
    constexpr std::size_t excerpt = 120;
    const auto text = crypto::printable(response.body.substr(0, 4 * excerpt), excerpt);
    const bool silent = text.empty() || text.contains('<') || mayBeDer(response);
    return {codeOf(response.status),
            fmt::format("{}: HTTP {}{}{}", shownUrl(url), response.status, silent ? "" : ": ", silent ? "" : text)};
}

/// True when the server stumbled over the length of a GET (RFC 8894 section 4.1). IIS says 404.14 and 404.15 only to
/// the page's reader, and to others a bare 404; its limit is 2048 characters.
bool isTooLongForGet(const HttpResponse& response, const std::string& url) {
    constexpr std::size_t usualLimit = 2048;
    if (response.status == 414 || response.status == 431) return true;
    const bool named = response.body.contains("404.14") || response.body.contains("404.15");
    return response.status == 404 && (named || url.size() > usualLimit);
}

bool isMethodUnknown(const HttpResponse& response) {
    return (response.status == 405 || response.status == 501) && !mayBeDer(response);
}

} // namespace

Client::Client(const profile::Scep& scep, std::string url, const std::filesystem::path& root, HttpObserver observer)
    : url_(std::move(url)), identifier_(scep.caIdentifier), http_(httpOptions(scep, root, std::move(observer))) {}

Capabilities Client::getCapabilities() {
    capabilities_ = {};
    try {
        const auto response = http_.get(operationUrl(url_, "GetCACaps", identifier_), largestCapabilities);
        if (isSuccess(response.status)) capabilities_ = parseCapabilities(response.body);
    } catch (const Error& error) {
        if (error.fault() == Fault::local || error.fault() == Fault::configuration) throw;
    }
    const auto others = capabilities_ == Capabilities{} ? Way::postFirst : Way::get;
    way_ = capabilities_.post ? Way::post : others;
    return capabilities_;
}

std::vector<crypto::Certificate> Client::authoritiesAt(const std::optional<std::string>& identifier) {
    const auto response = http_.get(operationUrl(url_, "GetCACert", identifier), largestAnswer);
    if (!isSuccess(response.status)) throw httpError(url_, response);
    try {
        return parseAuthorities(response.body);
    } catch (const Error& error) {
        throw error.during(shownUrl(url_));
    }
}

std::vector<crypto::Certificate> Client::walkAuthorities(char first) {
    constexpr char most = 8;
    auto all = authoritiesAt(std::string(1, first));
    for (char position = 1; position < most; ++position) {
        try {
            const auto next = authoritiesAt(std::to_string(first - '0' + position));
            const auto isNew = [&](const auto& certificate) {
                return std::ranges::find(all, certificate) == all.end();
            };
            if (!std::ranges::all_of(next, isNew)) return all;
            all.insert(all.end(), next.begin(), next.end());
        } catch (const Error& error) {
            if (error.fault() == Fault::local) throw;
            return all; // The chain ends where the server has no more, however it says so.
        }
    }
    return all;
}

std::vector<crypto::Certificate> Client::getAuthorities() {
    const bool isPosition = identifier_ && identifier_->size() == 1 && "0123456789"sv.contains(identifier_->front());
    try {
        return isPosition ? walkAuthorities(identifier_->front()) : authoritiesAt(identifier_);
    } catch (const Error& error) {
        throw error.during("fetch CA certificate");
    }
}

std::optional<std::string> Client::getNextAuthorities() {
    if (!capabilities_.getNextCaCert) return std::nullopt;
    try {
        auto response = http_.get(operationUrl(url_, "GetNextCACert", identifier_), largestAnswer);
        if (!isSuccess(response.status)) throw httpError(url_, response);
        return crypto::unwrapped(response.body);
    } catch (const Error& error) {
        throw error.during("fetch the next CA certificate");
    }
}

HttpResponse Client::sendByPost(const std::string& der) {
    return http_.post(operationUrl(url_, "PKIOperation", std::nullopt), "application/x-pki-message", der,
                      largestAnswer);
}

HttpResponse Client::sendByGet(const std::string& der) {
    const auto url = operationUrl(url_, "PKIOperation", base64(der));
    auto response = http_.getOnce(url, largestAnswer);
    if (isSuccess(response.status) || mayBeDer(response) || !isTooLongForGet(response, url)) return response;
    response.body = "the server does not take requests this long by GET; ask its operator to offer POSTPKIOperation";
    return response;
}

HttpResponse Client::sendByPostFirst(const std::string& der, Repeat repeat) {
    try {
        auto response = sendByPost(der);
        way_ = isMethodUnknown(response) ? Way::get : Way::post;
        return way_ == Way::get ? sendByGet(der) : response;
    } catch (const Error&) {
        if (!http_.wasDropped() || repeat == Repeat::never) throw;
    }
    auto response = sendByGet(der);
    way_ = Way::get;
    return response;
}

HttpResponse Client::send(const std::string& der, Repeat repeat) {
    if (way_ == Way::post) return sendByPost(der);
    return way_ == Way::get ? sendByGet(der) : sendByPostFirst(der, repeat);
}

std::expected<Answer, HttpFailure> Client::exchange(const Message& message, Repeat repeat,
                                                    const Expectation& expectation, const Sender& sender) {
    const auto response = send(message.der, repeat);
    if (mayBeDer(response)) return readAnswer(response.body, expectation, sender);
    if (!isSuccess(response.status)) return std::unexpected(HttpFailure{response.status, httpError(url_, response)});
    const auto foreign = foreignBody(response.body);
    throw Error(Code::notScep, fmt::format("{}: the CA's answer is not used: it is {}", shownUrl(url_),
                                           foreign.empty() ? "no CMS message" : foreign));
}

} // namespace scepd::scep
