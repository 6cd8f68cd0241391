#include "enroll/trace.hpp"

#include "base/error.hpp"
#include "crypto/text.hpp"
#include "enroll/decoded.hpp"

#include <cerrno>
#include <climits>

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

namespace scepd::enroll {
namespace {

constexpr std::size_t longestExcerpt = 300;
constexpr int patience = 2000; ///< Milliseconds until somebody who does not read is given up.

std::string_view name(scep::MessageType type) {
    switch (type) {
    case scep::MessageType::renewalReq:
        return "RenewalReq";
    case scep::MessageType::pkcsReq:
        return "PKCSReq";
    case scep::MessageType::certPoll:
        return "CertPoll";
    case scep::MessageType::getCert:
        return "GetCert";
    case scep::MessageType::getCrl:
        return "GetCRL";
    }
    return "message";
}

bool isDer(std::string_view body) {
    return !body.empty() && body.front() == 0x30;
}

std::string inMilliseconds(Duration duration) {
    return fmt::format("{:.1f} ms", std::chrono::duration<double, std::milli>(duration).count());
}

std::string described(const scep::HttpResponse& response, Duration duration) {
    const auto type = crypto::printable(response.contentType, 80);
    const auto server = crypto::printable(response.server, 80);
    return fmt::format("HTTP {}, {} bytes{}{}{}{}, after {}", response.status, response.body.size(),
                       type.empty() ? "" : " of ", type, server.empty() ? "" : " from ", server,
                       inMilliseconds(duration));
}

} // namespace

void Trace::heading(std::string_view text) {
    if (fd_ < 0) return;
    const auto elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    write(fmt::format("{:8.3f} s  {}\n", elapsed, crypto::printable(text, longestExcerpt)));
}

scep::HttpObserver Trace::observer() {
    if (fd_ < 0) return {};
    return [this](const scep::HttpExchange& seen) { exchange(seen); };
}

void Trace::exchange(const scep::HttpExchange& exchange) {
    heading(fmt::format("{} {}", exchange.isPost ? "POST" : "GET", shownOperation(exchange.url)));
    if (exchange.isPost) field("sent", fmt::format("{} bytes", exchange.sent.size()));
    if (exchange.response == nullptr) {
        field("no answer", fmt::format("{}, after {}", exchange.failure, inMilliseconds(exchange.duration)));
        return;
    }
    field("answer", described(*exchange.response, exchange.duration));
    body(exchange);
}

/// Text as it came, a signed message by its attributes; certificates are told when they have been read.
void Trace::body(const scep::HttpExchange& exchange) {
    const auto body = crypto::unwrapped(exchange.response->body);
    const bool isMessage = exchange.url.contains("operation=PKIOperation");
    if (isMessage && isDer(body)) return decode([&] { return crypto::describeMessage(body); });
    if (!body.empty() && !isDer(body)) field("text", crypto::printable(body, longestExcerpt));
}

void Trace::offered(const std::vector<crypto::Certificate>& certificates) {
    this->certificates("offered", certificates);
}

void Trace::authenticated(const scep::Authorities& authorities) {
    if (fd_ < 0) return;
    heading("the CA is authenticated");
    field("anchor", authorities.anchor.subject());
    field("encrypt to", authorities.recipient.subject());
}

void Trace::capabilities(const scep::Capabilities& capabilities) {
    decode([&] { return decodedCapabilities(capabilities); });
}

void Trace::message(scep::MessageType type, std::string_view content, const scep::Message& message) {
    if (fd_ < 0) return;
    heading(fmt::format("pkiMessage {}", name(type)));
    decode([&] { return crypto::describeMessage(message.der); });
    if (type != scep::MessageType::pkcsReq && type != scep::MessageType::renewalReq) return;
    heading("PKCS#10 inside of it");
    decode([&] { return crypto::describeRequest(content); });
}

void Trace::answer(const Outcome& outcome) {
    if (fd_ < 0 || !outcome) return;
    if (const auto* success = std::get_if<scep::SuccessAnswer>(&*outcome))
        certificates("received", success->certificates);
}

std::function<void(const std::string&)> Trace::checks() {
    if (fd_ < 0) return {};
    return [this](const std::string& what) { field("passed", what); };
}

void Trace::certificates(std::string_view what, const std::vector<crypto::Certificate>& certificates) {
    if (fd_ < 0) return;
    for (std::size_t i = 0; i < certificates.size(); ++i) {
        heading(fmt::format("certificate {} of {} {}", i + 1, certificates.size(), what));
        decode([&] { return crypto::describeCertificate(certificates[i]); });
    }
}

void Trace::field(std::string_view name, std::string_view value) {
    if (fd_ < 0) return;
    constexpr std::size_t longest = 1000;
    write(fmt::format("            {:<20} {}\n", fmt::format("{}:", name), crypto::printable(value, longest)));
}

void Trace::decode(const std::function<std::vector<crypto::Line>()>& decoder) {
    if (fd_ < 0) return;
    try {
        for (const auto& [name, value] : decoder())
            field(name, value);
    } catch (const Error& error) {
        field("not decoded", error.what());
    }
}

/// A pipe that has room takes PIPE_BUF bytes at once without blocking.
void Trace::write(std::string_view text) {
    while (fd_ >= 0 && !text.empty()) {
        pollfd waiting{fd_, POLLOUT, 0};
        const int ready = ::poll(&waiting, 1, patience);
        if (ready < 0 && errno == EINTR) continue;
        const bool takes = ready == 1 && (waiting.revents & (POLLERR | POLLHUP | POLLNVAL)) == 0;
        const auto written = takes ? ::write(fd_, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF)) : -1;
        if (written < 0 && takes && errno == EINTR) continue;
        if (written < 0)
            fd_ = -1;
        else
            text.remove_prefix(static_cast<std::size_t>(written));
    }
}

} // namespace scepd::enroll
