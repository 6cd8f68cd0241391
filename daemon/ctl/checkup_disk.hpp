#pragma once

#include "ctl/checkup.hpp"

#include <cstdint>

namespace scepd::ctl {

/// What statvfs(3) tells of a file system, as far as it matters.
struct Space {
    std::uint64_t bytes = 0; ///< Free for everyone.
    bool filesLeft = true;   ///< More files can be made.
    bool readOnly = false;
};
Check checkSpace(const std::string& path, const Space& space);

/// The file system that the state lies on.
Check checkDisk(const Machine& machine);

} // namespace scepd::ctl
