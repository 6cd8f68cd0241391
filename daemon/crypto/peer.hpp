#pragma once

#include "base/clock.hpp"
#include "crypto/certificate.hpp"

#include <string>

namespace scepd::crypto {

/// The certificate that a TLS server shows of itself. Nothing is verified and nothing is sent: the question is only
/// whether a consumer uses the certificate that was deployed. A name is given to the server (SNI), an address is not;
/// that the server then wants a certificate of ours does no harm. Throws Error{local} naming host and port when nothing
/// answers or no TLS is spoken; `timeout` bounds each step on the network.
Certificate presentedCertificate(const std::string& host, const std::string& port, Duration timeout);

} // namespace scepd::crypto
