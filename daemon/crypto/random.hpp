#pragma once

#include <cstddef>
#include <string>

namespace scepd::crypto {

/// So many bytes that nobody can foretell. Throws Error{local}.
std::string randomBytes(std::size_t count);

} // namespace scepd::crypto
