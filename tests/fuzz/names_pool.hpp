#pragma once

/// Where OpenSSL keeps the names that it compares.
namespace scepd::fuzz {

/// OpenSSL copies several hundred names of algorithms for each certificate that it reads, and some thousands for each
/// private key, only to compare them: most of the time that a target needs under AddressSanitizer. From here on these
/// copies, which never leave OpenSSL's list of names, live in slots that are used again; all else that OpenSSL
/// allocates is watched by AddressSanitizer as before. Must come before OpenSSL is used; for one thread.
void poolNamesOfAlgorithms();

} // namespace scepd::fuzz
