#pragma once

#include "record/authority.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace scepd::store {

/// The authorities that the last authenticated exchange for a certificate showed; none when there was no exchange yet.
/// A damaged file counts as none and is told by a warning: the next exchange writes it anew.
std::vector<record::Authority> readAuthorities(const std::filesystem::path& root, const std::string& name);

/// Keeps them in authorities.toml in the certificate's directory. Nothing is written when the file says the same
/// already. Durable when it returns. Throws Error{local} naming the file.
void writeAuthorities(const std::filesystem::path& root, const std::string& name,
                      const std::vector<record::Authority>& authorities);

} // namespace scepd::store
