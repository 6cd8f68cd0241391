#pragma once

#include "base/error.hpp"
#include "scep/http_options.hpp"

#include <string>

/// Why a request got no answer, and what people can do about it.
namespace scepd::scep {

enum class Trouble {
    address,      ///< The URL is none, or of a scheme that is neither http nor https.
    name,         ///< The server's name has no address.
    proxyName,    ///< The proxy's name has no address.
    connection,   ///< Nobody accepts a connection, or not in time.
    interface,    ///< The configured network interface cannot be used.
    dropped,      ///< The connection was closed before the first byte of an answer.
    broken,       ///< The connection ended in the middle, or another failure of the network.
    caFile,       ///< tls.ca-certificates cannot be used.
    clientFile,   ///< tls.client-certificate or tls.client-key cannot be used.
    serverUnsure, ///< The server's TLS certificate is not trusted, has expired or is another name's.
    tls,          ///< No common TLS, or the server does not accept our certificate.
    login,        ///< The server asks who we are again and again.
    noHttp,       ///< The answer is no HTTP as it should be.
    noHeader,     ///< The answer has no header, as HTTP/0.9 had none.
    local,        ///< No memory.
};

/// "SHOWN URL: what went wrong; what to do". `reason` is libcurl's or the system's text, which carries no secret.
Error errorOf(Trouble trouble, const std::string& shownUrl, const std::string& reason, const HttpOptions& options);

} // namespace scepd::scep
