#pragma once

#include "profile/profile.hpp"

#include <string>

namespace scepd::profile {

/// Sixteen hex digits that change when a profile asks a CA for something else: other names, another key, other usages,
/// another CA. How often, how to authenticate and where to deploy do not count. Variables count as written: what they
/// stand for on this endpoint is another matter.
std::string requestDigest(const Scep& scep, const Certificate& certificate);

} // namespace scepd::profile
