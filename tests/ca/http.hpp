#pragma once

#include "ca/openssl.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace scepd::ca {

/// A request as far as SCEP needs it: GET or POST, the decoded query, at most 1 MiB of body.
struct HttpRequest {
    std::string method;
    std::string path;
    std::string contentType;
    std::string authorization; ///< never to be logged
    std::map<std::string, std::string, std::less<>> query;
    Bytes body;
};

/// How the bytes of an answer reach the client.
enum class Delivery {
    Whole,         ///< as HTTP wants it
    Chunked,       ///< in chunks of 100 bytes, as HTTP allows
    Truncated,     ///< Content-Length of the whole, half of the body, then the connection closes
    Reset,         ///< the same, then the connection is reset
    Slow,          ///< one byte of the body per second
    SlowHeader,    ///< one byte of the header per second
    EndlessHeader, ///< a header that goes on until the client gives up
    Endless,       ///< a body that goes on until the client gives up
    Bare,          ///< the body alone, as HTTP/0.9 had it
    Never,         ///< nothing, the connection stays open until the client gives up
    Dropped,       ///< nothing, the connection closes at once
};

struct HttpResponse {
    int status = 200;
    std::string contentType = "text/plain";
    Bytes body;
    Delivery delivery = Delivery::Whole;
    std::vector<std::pair<std::string, std::string>> fields{}; ///< further header fields
    std::optional<std::string> contentLength{};                ///< a wrong one; nothing: the right one
    bool keepsConnection = false;                              ///< another request may follow on it
};

/// A plain-text answer, as servers send it for errors.
HttpResponse textResponse(int status, std::string_view text);

/// A request that cannot be answered with more than a status: what() is the text of the body.
struct HttpError : std::runtime_error {
    HttpError(int code, const std::string& text) : std::runtime_error(text), status(code) {}
    int status;
};

/// Undoes percent-escapes of a query ('+' is a space there, so that an unescaped '+' of base64 is noticed).
std::string percentDecode(std::string_view text);

/// A file descriptor that is closed at the end.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor();
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    Descriptor(Descriptor&&) = delete;
    Descriptor& operator=(Descriptor&&) = delete;
    int get() const { return number_; }

private:
    int number_;
};

/// One accepted connection. Everything it waits for ends when `stop` becomes readable.
class Connection {
public:
    /// Takes over `socket`; `stop` stays the caller's.
    Connection(int socket, int stop) : socket_(socket), stop_(stop) {}

    /// The request, or nothing when the client (or the stop) ended the connection first. Throws HttpError when it is
    /// malformed, longer than 64 KiB of header or 1 MiB of body, or not complete after ten seconds. What a client sends
    /// ahead of the answer is lost.
    std::optional<HttpRequest> receive();

    /// Sends the response in the manner that it asks for. A client that goes away ends it silently.
    void send(const HttpResponse& response);

private:
    bool ready(short events, std::chrono::milliseconds patience);
    bool write(View bytes);
    bool clientStays(std::chrono::milliseconds time);
    bool more(std::string& buffer);
    void sendBody(const HttpResponse& response);
    void drip(View bytes);
    void flood(std::string_view line);
    void reset();

    Descriptor socket_;
    int stop_;
    std::chrono::steady_clock::time_point deadline_;
};

} // namespace scepd::ca
