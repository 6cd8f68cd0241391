#pragma once

#include "record/held.hpp"

#include <toml++/toml.h>

namespace scepd::store {

/// The facts of a generation as a TOML table, and back. heldFrom throws Error{local} that names the key which is
/// missing.
toml::table toTable(const record::Held& held);
record::Held heldFrom(const toml::table& table);

} // namespace scepd::store
