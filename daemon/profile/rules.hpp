#pragma once

#include "profile/profile.hpp"

#include <string>
#include <vector>

namespace scepd::profile {

/// Profiles that agree with each other, and what was wrong before.
struct Agreed {
    std::vector<Profile> profiles;
    std::vector<Diagnostic> diagnostics;
};

/// The rules between the certificates that apply to an endpoint of these groups: names are unique, a usage other than
/// generic occurs once, targets do not write the same file. The profiles must be sorted: the certificate that comes
/// first stays, a later one that collides with it is removed with an error that names both places. Profiles that do not
/// apply are left as they are.
Agreed withoutConflicts(const std::vector<Profile>& profiles, const std::vector<std::string>& groups);

} // namespace scepd::profile
