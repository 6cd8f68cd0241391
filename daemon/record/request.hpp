#pragma once

#include "base/file.hpp"

#include <string>
#include <vector>

namespace scepd::record {

/// How somebody asks for certificates.
struct RequestOptions {
    bool renew = false;                ///< Also replace a valid one.
    bool force = false;                ///< Also when the server asked to wait, or another renewal should succeed first.
    UniqueFd challenge;                ///< Where the challenge can be read, once; none: the profile's.
    UniqueFd trace{};                  ///< Where to write what is said to the CA and back, as text; none: nowhere.
    std::vector<std::string> groups{}; ///< Only certificates of profiles for one of these groups; empty: all.
};

} // namespace scepd::record
