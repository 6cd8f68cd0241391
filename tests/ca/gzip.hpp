#pragma once

#include "ca/openssl.hpp"

namespace scepd::ca {

/// The bytes (fewer than 64 KiB) as a gzip file (RFC 1952) that stores them uncompressed.
Bytes gzip(View bytes);

/// A gzip file of half a MiB that unpacks to 80 MiB of zeros.
Bytes gzipBomb();

} // namespace scepd::ca
