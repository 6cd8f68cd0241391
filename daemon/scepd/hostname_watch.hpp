#pragma once

#include "base/file.hpp"
#include "base/loop.hpp"

namespace scepd {

/// Notices that the machine's hostname is set, by the word of the kernel.
class HostnameWatch {
public:
    /// `changed` is called from the loop. Where the kernel does not tell, a warning says so, once.
    HostnameWatch(Loop& loop, Loop::Callback changed);

private:
    UniqueFd file_;
    Loop::Handle told_;
};

} // namespace scepd
