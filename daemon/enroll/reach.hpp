#pragma once

#include "enroll/findings.hpp"

#include <optional>
#include <string>
#include <string_view>

/// The way to a server, step by step: name, connection, TLS. For the doctor; attempts leave it to libcurl.
namespace scepd::enroll {

/// Whom to connect to.
struct Address {
    std::string host, port;
    bool tls = false;
    bool isProxy = false;

    bool operator==(const Address&) const = default;
};

/// The server of an http or https URL, or a proxy as curl takes it ("proxy:3128", "http://proxy:3128"). Throws
/// Error{configuration} that says what a URL looks like.
Address serverOf(std::string_view url);
Address proxyOf(std::string_view proxy);

/// Resolves the name and connects, with addresses and times; false when nobody answers.
bool canReach(const Address& address, Findings& findings);

/// Looks at the certificate that a TLS server shows; whether it is trusted is another question. False when the server
/// speaks no TLS.
bool showsCertificate(const Address& address, Findings& findings);

} // namespace scepd::enroll
