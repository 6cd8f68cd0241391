#pragma once

#include "ca/openssl.hpp"

namespace scepd::ca {

/// OpenSSL's library context with the legacy provider (single DES), apart from the one that everything else uses.
/// Made at the first call; throws std::runtime_error when the provider is not installed.
OSSL_LIB_CTX* legacyLibrary();

} // namespace scepd::ca
