#include "ca/http.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace scepd::ca {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t headerLimit = std::size_t{64} << 10U;
constexpr std::size_t bodyLimit = std::size_t{1} << 20U;

std::string lowerCase(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Splits off what stands before `separator`; the whole text when there is none.
std::string_view take(std::string_view& text, std::string_view separator) {
    const auto end = text.find(separator);
    const auto part = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + separator.size());
    return part;
}

std::size_t lengthOf(std::string_view digits) {
    std::size_t length = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (error != std::errc{} || end != digits.data() + digits.size()) throw HttpError(400, "bad Content-Length");
    if (length > bodyLimit) throw HttpError(413, "the body is longer than 1 MiB");
    return length;
}

struct Header {
    HttpRequest request;
    std::size_t length = 0;
};

void readField(Header& header, std::string_view line) {
    const auto name = lowerCase(take(line, ":"));
    if (name == "content-type") header.request.contentType = trimmed(line);
    if (name == "authorization") header.request.authorization = trimmed(line);
    if (name == "content-length") header.length = lengthOf(trimmed(line));
    if (name == "transfer-encoding") throw HttpError(411, "chunked requests are not understood");
}

Header parseHeader(std::string_view text) {
    Header header;
    auto line = take(text, "\r\n");
    header.request.method = take(line, " ");
    auto target = take(line, " ");
    if (!line.starts_with("HTTP/1.")) throw HttpError(400, "not HTTP/1.1");
    header.request.path = percentDecode(take(target, "?"));
    while (!target.empty()) {
        auto pair = take(target, "&");
        auto name = percentDecode(take(pair, "="));
        header.request.query.insert_or_assign(std::move(name), percentDecode(pair));
    }
    while (!text.empty())
        readField(header, take(text, "\r\n"));
    return header;
}

std::string_view reasonOf(int status) {
    constexpr std::array<std::pair<int, std::string_view>, 13> reasons{{{200, "OK"},
                                                                        {301, "Moved Permanently"},
                                                                        {302, "Found"},
                                                                        {400, "Bad Request"},
                                                                        {401, "Unauthorized"},
                                                                        {403, "Forbidden"},
                                                                        {404, "Not Found"},
                                                                        {405, "Method Not Allowed"},
                                                                        {413, "Content Too Large"},
                                                                        {414, "URI Too Long"},
                                                                        {429, "Too Many Requests"},
                                                                        {500, "Internal Server Error"},
                                                                        {503, "Service Unavailable"}}};
    const auto* const found = std::ranges::find(reasons, status, &std::pair<int, std::string_view>::first);
    return found == reasons.end() ? "Unknown" : found->second;
}

std::string headOf(const HttpResponse& response) {
    auto head = fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\n", response.status, reasonOf(response.status),
                            response.contentType);
    for (const auto& [name, value] : response.fields)
        head += fmt::format("{}: {}\r\n", name, value);
    if (response.delivery == Delivery::Chunked)
        head += "Transfer-Encoding: chunked\r\n";
    else
        head += fmt::format("Content-Length: {}\r\n",
                            response.contentLength.value_or(std::to_string(response.body.size())));
    return head + fmt::format("Connection: {}\r\n\r\n", response.keepsConnection ? "keep-alive" : "close");
}

/// RFC 9112 section 7.1.
std::string chunked(View body) {
    constexpr std::size_t most = 100;
    std::string chunks;
    while (!body.empty()) {
        const auto part = body.first(std::min(most, body.size()));
        chunks += fmt::format("{:x}\r\n{}\r\n", part.size(),
                              std::string_view(reinterpret_cast<const char*>(part.data()), part.size()));
        body = body.subspan(part.size());
    }
    return chunks + "0\r\n\r\n";
}

View viewOf(std::string_view text) {
    return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

} // namespace

HttpResponse textResponse(int status, std::string_view text) {
    return {.status = status, .contentType = "text/plain", .body = Bytes(text.begin(), text.end())};
}

std::string percentDecode(std::string_view text) {
    std::string decoded;
    while (!text.empty()) {
        int value = static_cast<unsigned char>(text.front());
        std::size_t used = 1;
        if (value == '+') value = ' ';
        if (value == '%' && text.size() >= 3 &&
            std::from_chars(text.data() + 1, text.data() + 3, value, 16).ptr == text.data() + 3)
            used = 3;
        decoded += static_cast<char>(value);
        text.remove_prefix(used);
    }
    return decoded;
}

Descriptor::~Descriptor() {
    close(number_);
}

bool Connection::ready(short events, milliseconds patience) {
    std::array<pollfd, 2> watched{pollfd{socket_.get(), events, 0}, pollfd{stop_, POLLIN, 0}};
    return poll(watched.data(), watched.size(), static_cast<int>(patience.count())) > 0 && watched[1].revents == 0;
}

bool Connection::more(std::string& buffer) {
    using std::chrono::steady_clock;
    const auto left = std::chrono::duration_cast<milliseconds>(deadline_ - steady_clock::now());
    if (left.count() <= 0) throw HttpError(408, "the request did not arrive within ten seconds");
    if (!ready(POLLIN, left)) return false;
    std::array<char, 16384> chunk{};
    const auto count = recv(socket_.get(), chunk.data(), chunk.size(), 0);
    if (count <= 0) return false;
    buffer.append(chunk.data(), static_cast<std::size_t>(count));
    return true;
}

std::optional<HttpRequest> Connection::receive() {
    deadline_ = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    std::string buffer;
    std::size_t end = 0;
    while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
        if (buffer.size() > headerLimit) throw HttpError(414, "the header is longer than 64 KiB");
        if (!more(buffer)) return std::nullopt;
    }
    auto header = parseHeader(std::string_view(buffer).substr(0, end));
    const auto start = end + 4;
    while (buffer.size() < start + header.length)
        if (!more(buffer)) return std::nullopt;
    header.request.body.assign(buffer.begin() + static_cast<std::ptrdiff_t>(start),
                               buffer.begin() + static_cast<std::ptrdiff_t>(start + header.length));
    return std::move(header.request);
}

bool Connection::write(View bytes) {
    while (!bytes.empty()) {
        if (!ready(POLLOUT, std::chrono::seconds(10))) return false;
        const auto count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return true;
}

bool Connection::clientStays(milliseconds time) {
    std::array<pollfd, 2> watched{pollfd{socket_.get(), POLLRDHUP, 0}, pollfd{stop_, POLLIN, 0}};
    return poll(watched.data(), watched.size(), static_cast<int>(time.count())) == 0;
}

void Connection::drip(View bytes) {
    for (std::size_t i = 0; i < bytes.size() && clientStays(std::chrono::seconds(1)); ++i)
        if (!write(bytes.subspan(i, 1))) return;
}

void Connection::flood(std::string_view line) {
    while (write(viewOf(line)))
        ;
}

void Connection::reset() {
    const linger now{.l_onoff = 1, .l_linger = 0};
    setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

void Connection::send(const HttpResponse& response) {
    const auto head = headOf(response);
    switch (response.delivery) {
    case Delivery::Dropped:
        return;
    case Delivery::Never:
        clientStays(milliseconds(-1));
        return;
    case Delivery::EndlessHeader:
        if (write(viewOf("HTTP/1.1 200 OK\r\n"))) flood("X-More: " + std::string(1000, 'x') + "\r\n");
        return;
    case Delivery::SlowHeader:
        return drip(viewOf(head));
    case Delivery::Bare:
        write(response.body);
        return;
    default:
        if (write(viewOf(head))) sendBody(response);
    }
}

void Connection::sendBody(const HttpResponse& response) {
    const View body(response.body);
    switch (response.delivery) {
    case Delivery::Slow:
        return drip(body);
    case Delivery::Endless:
        return flood(std::string(16384, ' '));
    case Delivery::Chunked:
        write(viewOf(chunked(body)));
        return;
    case Delivery::Truncated:
        write(body.first(body.size() / 2));
        return;
    case Delivery::Reset:
        write(body.first(body.size() / 2));
        return reset();
    default:
        write(body);
    }
}

} // namespace scepd::ca
