#pragma once

#include "crypto/request.hpp"

#include <string>

namespace scepd::crypto {

/// A certification request as people hand it to a CA ("BEGIN CERTIFICATE REQUEST"). Throws Error{local}.
std::string toPem(const Request& request);

} // namespace scepd::crypto
