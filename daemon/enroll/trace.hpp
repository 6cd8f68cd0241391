#pragma once

#include "crypto/describe.hpp"
#include "enroll/steps.hpp"
#include "scep/authority.hpp"
#include "scep/client.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace scepd::enroll {

/// Tells somebody who looks on what is said to the CA and back, line by line as it happens: "scepctl trace". It never
/// ends an attempt: what cannot be decoded is said to be so, and who does not read is written to no more.
class Trace {
public:
    /// `fd` is where to write, borrowed; -1: nobody looks on, and everything here does nothing.
    explicit Trace(int fd) : fd_(fd) {}

    /// A line that begins something, with the time since the beginning in front.
    void heading(std::string_view text);

    /// Tells every request of the exchange; valid while this lives. Empty when nobody looks on.
    [[nodiscard]] scep::HttpObserver observer();

    /// What GetCACert brought, before it is authenticated.
    void offered(const std::vector<crypto::Certificate>& certificates);
    /// Who the CA is, and to whom requests are encrypted.
    void authenticated(const scep::Authorities& authorities);
    void capabilities(const scep::Capabilities& capabilities);

    /// A message before it is sent, with its content when that is a PKCS#10.
    void message(scep::MessageType type, std::string_view content, const scep::Message& message);
    void answer(const Outcome& outcome);

    /// To be told of each check that an issued certificate has passed. Empty when nobody looks on.
    [[nodiscard]] std::function<void(const std::string&)> checks();

private:
    void exchange(const scep::HttpExchange& exchange);
    void body(const scep::HttpExchange& exchange);
    void certificates(std::string_view what, const std::vector<crypto::Certificate>& certificates);
    void field(std::string_view name, std::string_view value);
    void decode(const std::function<std::vector<crypto::Line>()>& decoder);
    void write(std::string_view text);

    int fd_;
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

} // namespace scepd::enroll
