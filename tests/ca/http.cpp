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
    switch (status) {
    case 200:
        return "OK";
    case 400:
        return "Bad Request";
    case 404:
        return "Not Found";
    case 500:
        return "Internal Server Error";
    default:
        return "Unknown";
    }
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

void Connection::send(const HttpResponse& response) {
    if (response.delivery == Delivery::Dropped) return;
    if (response.delivery == Delivery::Never) {
        clientStays(milliseconds(-1));
        return;
    }
    const auto head =
        fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    response.status, reasonOf(response.status), response.contentType, response.body.size());
    if (!write(viewOf(head))) return;
    const View body(response.body);
    if (response.delivery == Delivery::Whole) write(body);
    if (response.delivery == Delivery::Truncated) write(body.first(body.size() / 2));
    if (response.delivery != Delivery::Slow) return;
    for (std::size_t i = 0; i < body.size() && clientStays(std::chrono::seconds(1)); ++i)
        if (!write(body.subspan(i, 1))) return;
}

} // namespace scepd::ca
