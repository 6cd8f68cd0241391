#pragma once

#include <string_view>

namespace scepd::crypto {

/// The numerical identifier (NID) of the algorithm that encrypts an EnvelopedData's content; OpenSSL 3.0 has no
/// function that tells. `envelope` is DER as OpenSSL wrote it. NID_undef for an algorithm unknown to OpenSSL. Throws
/// Error{protocol} for other bytes.
int contentEncryptionAlgorithm(std::string_view envelope);

} // namespace scepd::crypto
